"""What citizens hear while they wait for an officer at Twilio."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from callcenter.models import Agency, Leg, Line, Officer
from callcenter.services.calls import Policy
from callcenter.switchboard import DatabaseSwitchboard
from tests import factories
from tests.phone.phone import Phone
from tests.phone.town import CONNECT_SECONDS, MESSAGE_SECONDS, WIB, Town
from tests.phone.twilio_phone import TwilioPhone, TwilioSite

_callers = count(81200000100)


def waits(town: Town, caller: str = "", *, emergency: bool = False) -> TwilioPhone:
    """A citizen who comes at once to where officers are rung."""
    call = town.dial_past_language(caller or f"0{next(_callers)}")
    assert isinstance(call, TwilioPhone)
    call.press("9" if emergency else "1")
    call.expect("emergency_connecting" if emergency else "connecting")
    return call


def heard(call: TwilioPhone, within: float = 0) -> list[str]:
    """Tell what was said in the queue since last asked, beside what the keys are; each takes some seconds."""
    call.advance(within)
    call.follow()
    said = [clip for clip in call.while_waiting if clip != "waiting_keys"]
    call.while_waiting.clear()
    return said


def test_the_only_one_is_next_and_is_asked_for_patience_every_20_seconds(twilio_town: Town) -> None:
    call = waits(twilio_town)
    assert heard(call) == ["waiting_next"]
    call.advance(18)
    assert heard(call) == []
    call.advance(7)
    assert heard(call) == ["still_waiting"]
    assert [fact.data for fact in twilio_town.events(call, "waiting_told")] == [{"before": 0}, {}]


def test_a_position_is_told_again_once_it_changed(twilio_town: Town) -> None:
    first, second, third = (waits(twilio_town) for _ in range(3))
    assert heard(second) == ["waiting_before", "numbers/1"]
    assert heard(third, within=4) == ["waiting_before", "numbers/2"]
    first.hang_up()
    assert heard(third, within=13) == []
    assert heard(third, within=10) == ["waiting_before", "numbers/1"]
    assert heard(second) == ["waiting_next"]


def test_who_talks_waits_no_more(twilio_town: Town) -> None:
    first = waits(twilio_town)
    first.officer_answers(twilio_town.officers[0])
    assert heard(waits(twilio_town)) == ["waiting_next"]


def test_an_emergency_goes_first_and_is_told_no_position(twilio_town: Town) -> None:
    ordinary = waits(twilio_town)
    assert heard(ordinary) == ["waiting_next"]
    urgent = waits(twilio_town, emergency=True)
    assert heard(urgent) == []
    urgent.advance(25)
    assert heard(urgent) == ["still_waiting"]
    assert heard(ordinary, within=1) == ["waiting_before", "numbers/1"]


def test_a_marked_number_stands_behind_whoever_comes_later(twilio_town: Town) -> None:
    with twilio_town.database.transaction() as session:
        expires_at = twilio_town.clock() + timedelta(days=30)
        factories.active_mark(session, "+6281299999999", expires_at=expires_at)
    marked = waits(twilio_town, "081299999999")
    assert heard(marked) == ["waiting_next"]
    assert heard(waits(twilio_town)) == ["waiting_next"]
    assert heard(marked, within=19) == ["waiting_before", "numbers/1"]


def test_who_waits_on_the_agencys_line_at_asterisk_counts_too(twilio_town: Town) -> None:
    with twilio_town.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == twilio_town.code)).one()
        since = date(2020, 1, 1)
        line = Line(number="+62234700001", provider="asterisk", flow="hotline", active_from=since)
        agency.lines.append(line)
    policy = Policy(WIB, b"a secret of the tests", MESSAGE_SECONDS, CONNECT_SECONDS)
    switchboard = DatabaseSwitchboard(twilio_town.database, policy, node="node1", clock=twilio_town.clock)
    other = Phone(switchboard, twilio_town.clock, "+62234700001", "081200000002")
    other.unheard = []
    other.press("9")
    assert heard(waits(twilio_town), within=4) == ["waiting_before", "numbers/1"]


@pytest.mark.parametrize("waiting", [12])
def test_a_greater_number_is_spoken_as_one(twilio_town: Town, waiting: int) -> None:
    kept = twilio_town.kept(waits(twilio_town))
    with twilio_town.database.transaction() as session:
        for at in range(waiting - 1):
            facts = {"agency_id": kept.agency_id, "turn": kept.turn, "offered_at": twilio_town.clock()}
            call = factories.call(session, key=f"node9-{at}.1", **facts)
            factories.event(session, call, "queued").key = f"turn:{kept.turn['number']}:queued"
    assert heard(waits(twilio_town), within=8) == ["waiting_before", "numbers/2", "words/belas"]


def test_how_long_it_takes_is_told_once_where_it_was_measured(twilio_town: Town) -> None:
    with twilio_town.database.transaction() as session:
        officer = session.get_one(Officer, twilio_town.officers[0])
        for _ in range(20):
            offered_at = twilio_town.clock() - timedelta(days=2)
            over = {"offered_at": offered_at, "ended_at": offered_at + timedelta(minutes=9)}
            call = factories.call(session, officer.agency, **over)
            factories.event(session, call, "queued", 0)
            factories.leg(session, call, officer, answered_at=offered_at + timedelta(seconds=170))
    call = waits(twilio_town)
    assert heard(call, within=10) == ["waiting_next", "waiting_usually", "numbers/3", "waiting_minutes"]
    call.advance(20)
    assert heard(call) == ["still_waiting"]
    urgent = waits(twilio_town, emergency=True)
    assert heard(urgent, within=10) == []


def test_an_officer_who_is_free_again_is_rung_for_who_came_first(twilio_town: Town) -> None:
    first, deputy = twilio_town.officers
    served = waits(twilio_town)
    served.officer_answers(first)
    earlier = waits(twilio_town)
    earlier.officer_rings(deputy)
    later = waits(twilio_town)
    served.officer_hangs_up(first)
    later.is_asked_for()
    assert not rung(twilio_town, first, later)
    earlier.is_asked_for()
    assert rung(twilio_town, first, earlier)


def rung(town: Town, officer: int, call: TwilioPhone) -> bool:
    return any(fact.data["officer_id"] == officer for fact in town.events(call, "officer_rung"))


def test_what_the_keys_are_is_said_with_the_words(twilio_town: Town) -> None:
    call = waits(twilio_town)
    call.advance(30)
    call.follow()
    assert call.while_waiting == ["waiting_next", "waiting_keys", "still_waiting", "waiting_keys"]
    urgent = waits(twilio_town, emergency=True)
    urgent.advance(30)
    urgent.follow()
    assert urgent.while_waiting == ["still_waiting"]


def test_officers_ring_no_more_for_who_asked_for_a_call_back(twilio_town: Town) -> None:
    first, _ = twilio_town.officers
    call = waits(twilio_town)
    call.officer_rings(first)
    ringing = call.officers[first]
    call.press_while_waiting("1")
    call.unheard = []
    call.advance(1)
    assert ringing.over
    assert [fact.data["outcome"] for fact in twilio_town.events(call, "officer_ended")] == ["cancelled"]


def test_an_officer_who_accepts_too_late_is_told_so(twilio_town: Town) -> None:
    first, _ = twilio_town.officers
    call = waits(twilio_town)
    call.officer_rings(first)
    officer = call.officers[first]
    officer.answer()
    call.press_while_waiting("2")
    call.expect("complaint", "message")
    if not officer.over:
        officer.press("1")
    assert officer.bridged_to is None
    call.expect_beep()
    call.hang_up()


def test_a_key_does_not_undo_what_an_officer_accepted(twilio_town: Town, twilio_site: TwilioSite) -> None:
    call = waits(twilio_town)
    call.officer_rings(twilio_town.officers[0])
    with twilio_site.database.transaction() as session:
        session.scalars(select(Leg)).one().accepted_at = twilio_site.exchange.clock()
    call.press_while_waiting("1")
    call.expect_ringing(f"agency-{twilio_town.code}")
    assert twilio_town.obligation(call) is None
    call.hang_up()


def test_another_key_means_nothing_and_the_first_one_counts(twilio_town: Town) -> None:
    call = waits(twilio_town)
    for key in "359#*":
        call.press_while_waiting(key)
    call.expect_ringing(f"agency-{twilio_town.code}")
    call.advance(5)
    call.press_while_waiting("2")
    call.expect("complaint", "message")
    assert [fact.data["digits"] for fact in twilio_town.events(call, "keys")] == ["1", "2"]
    call.hang_up()


def test_in_an_emergency_no_key_ends_the_wait(twilio_town: Town) -> None:
    call = waits(twilio_town, emergency=True)
    call.press_while_waiting("1")
    call.expect_ringing(f"agency-{twilio_town.code}-emergency")
    call.hang_up()


def test_whoever_asked_for_a_call_back_stands_before_who_gave_up_later(twilio_town: Town) -> None:
    asks, gives_up = waits(twilio_town), waits(twilio_town)
    gives_up.hang_up()
    asks.advance(5)
    asks.press_while_waiting("1")
    asks.unheard = []
    owed, later = twilio_town.obligation(asks), twilio_town.obligation(gives_up)
    assert owed
    assert later
    assert owed.opened_at > later.opened_at
    assert owed.due_at < later.due_at
