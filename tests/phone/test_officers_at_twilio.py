"""Officers who are rung by Twilio: mailboxes, refusals, races, and a REST API that fails."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import Disposition, Leg, Officer, Recording
from recordings.store import LocalStore
from tests.phone.phone import Phone
from tests.phone.town import Town
from tests.phone.twilio_phone import TwilioPhone, TwilioSite

CALLS = r"/Calls\.json"


def waiting(town: Town) -> TwilioPhone:
    """A citizen who waits for an officer."""
    call: Phone = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    assert isinstance(call, TwilioPhone)
    return call


def outcomes(site: TwilioSite, call: Phone) -> list[tuple[int | None, str | None]]:
    with site.database.reading() as session:
        legs = session.scalars(select(Leg).where(Leg.key.startswith(call.key)).order_by(Leg.id))
        return [(leg.officer_id, leg.outcome) for leg in legs]


def test_a_mailbox_has_not_answered(twilio_town: Town, twilio_site: TwilioSite) -> None:
    first, second = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_rings(first)
    mailbox = call.officers[first]
    mailbox.answer(by="machine")
    call.advance(10)
    assert mailbox.over
    call.officer_answers(second)
    call.officer_hangs_up(second)
    call.expect("talked")
    assert (first, "no_answer") in outcomes(twilio_site, call)
    assert (second, "answered") in outcomes(twilio_site, call)
    call.hang_up()
    twilio_town.expect_outcome(call, Disposition.ANSWERED, "officer")


def test_who_declines_is_not_rung_again(twilio_town: Town, twilio_site: TwilioSite) -> None:
    first, second = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_rings(first)
    call.officers[first].answer()
    call.officers[first].press("2")
    call.nobody_answers(second)
    call.expect("not_answered", "message")
    assert outcomes(twilio_site, call).count((first, "busy")) == 1
    assert [one for one in outcomes(twilio_site, call) if one[0] == first] == [(first, "busy")]
    call.hang_up()


def test_who_is_slower_is_told_so_and_the_first_keeps_the_citizen(
    twilio_town: Town, twilio_site: TwilioSite
) -> None:
    first, second = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_rings(first)
    call.officer_rings(second)
    quick, slow = call.officers[second], call.officers[first]
    slow.answer()
    quick.answer()
    quick.press("1")
    slow.press("1")
    assert quick.bridged_to is not None
    assert slow.over
    assert slow.take_heard()[-1].endswith("officer_too_late.wav")
    call.advance(30)
    call.officer_hangs_up(second)
    call.expect("talked")
    call.hang_up()


def test_who_answers_for_nobody_is_told_so(twilio_town: Town) -> None:
    first, _ = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_rings(first)
    officer = call.officers[first]
    officer.answer()
    call.hang_up()
    assert officer.over or not officer.press("1")
    call.advance(5)
    assert officer.over
    twilio_town.expect_outcome(call, Disposition.CALL_BACK, "abandoned")


def test_without_a_mobile_nobody_is_rung_and_the_citizen_does_not_wait(
    twilio_town: Town, twilio_site: TwilioSite
) -> None:
    with twilio_site.database.transaction() as session:
        for officer in session.scalars(select(Officer)):
            officer.mobile = None
    call = twilio_town.dial_past_language()
    call.press("1")
    call.expect("nobody_on_duty", "message")
    assert not twilio_town.events(call, "queued")
    call.hang_up()


def test_a_number_that_twilio_refuses_costs_the_citizen_no_time(
    twilio_town: Town, twilio_site: TwilioSite
) -> None:
    first, second = twilio_town.officers
    twilio_site.exchange.faults.fail("POST", CALLS, 400, 21211)
    call = waiting(twilio_town)
    call.officer_answers(second)
    call.officer_hangs_up(second)
    call.expect("talked")
    assert (first, "failed") in outcomes(twilio_site, call)
    call.hang_up()


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_of_twilio_that_is_lost_rings_nobody_twice(
    twilio_town: Town, twilio_site: TwilioSite, after: bool
) -> None:
    first, _ = twilio_town.officers
    twilio_site.exchange.faults.time_out("POST", CALLS, after=after)
    call = waiting(twilio_town)
    call.officer_rings(first)
    mobile = call.officers[first].to
    call.advance(12)
    rung = [one for one in twilio_site.exchange.calls.values() if one.to == mobile]
    assert len(rung) == 1
    call.officer_answers(first)
    call.officer_hangs_up(first)
    call.expect("talked")
    call.hang_up()


def test_a_conversation_is_kept_with_the_citizen_on_the_left_and_leaves_nothing_at_twilio(
    twilio_town: Town, twilio_site: TwilioSite
) -> None:
    first, _ = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_answers(first)
    call.advance(8)
    call.officer_hangs_up(first)
    call.expect("talked")
    call.hang_up()
    call.advance(1)
    with twilio_site.database.reading() as session:
        kept = session.scalars(select(Recording)).one()
    assert (kept.kind, kept.channels, kept.problem, kept.silent) == ("conversation", 2, None, False)
    assert kept.duration_ms == pytest.approx(9000, abs=1000)
    assert LocalStore(twilio_site.settings.home / "store").size(kept.store_key) == kept.size
    assert not twilio_site.exchange.recorder.kept
    assert not twilio_site.exchange.queues


def test_an_officer_who_accepted_and_was_never_connected_does_not_hold_the_citizen(
    twilio_town: Town, twilio_site: TwilioSite
) -> None:
    first, second = twilio_town.officers
    call = waiting(twilio_town)
    call.officer_rings(first)
    with twilio_site.database.transaction() as session:
        leg = session.scalars(select(Leg).where(Leg.officer_id == first)).one()
        leg.accepted_at = twilio_site.exchange.clock()
    call.advance(14)
    call.officer_answers(second)
    call.officer_hangs_up(second)
    call.expect("talked")
    assert (first, "failed") in outcomes(twilio_site, call)
    call.hang_up()
