"""What only Twilio knows comes home: played with callbacks that are lost and a site that is away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from twilio.http import HttpClient

from callcenter import bootstrap
from callcenter.app import create_app
from callcenter.db import Database
from callcenter.homecomer import Homecomer
from callcenter.jobs import PERIODIC
from callcenter.models import Call, CallEvent, Disposition, Leg, Line, Outbox, Recording, Ticket
from callcenter.services.residency import Residency
from callcenter.services.twilio_gaps import Gaps, gather
from callcenter.services.twilio_home import TwilioHome
from ivr.twilio.alone import NOTICE_VERSION
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from recordings.store import LocalStore
from tests.phone.town import CITIZEN, Town
from tests.phone.twilio_phone import TwilioPhone, TwilioSite
from tests.twilio.call import Call as TwilioCall
from tests.twilio.lost import SETTLED, come_home, lose, of, one
from tests.twilio.site import WSGI

BIN = "https://handler.example/bin"
"""A place that is not ours, like a TwiML Bin."""


def kinds(site: TwilioSite, key: str) -> list[str]:
    return [event.kind for event in of(site, CallEvent, key)]


def lose_the_database(site: TwilioSite) -> Callable[[], None]:
    """Let this site answer without a database; gives what brings it back."""
    exchange, whole = site.exchange, site.exchange.site.app
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    exchange.site.app = create_app(
        site.settings, away, LocalStore(site.settings.home / "store"), exchange.clock
    )
    exchange.tolerates = True

    def back() -> None:
        exchange.site.app, exchange.tolerates = whole, False

    return back


def served_alone(site: TwilioSite, town: Town, seconds: float = 7) -> TwilioCall:
    back = lose_the_database(site)
    call = site.exchange.call("+6281200000001", town.number)
    if seconds:
        call.speak(seconds)
    else:
        call.hang_up()
    back()
    assert call.over
    return call


def told(call: TwilioCall) -> tuple[str, str]:
    """Give the number and the PIN as they were heard first."""
    digits = re.findall(r"/digits/(\d)\.wav", " ".join(call.heard))
    return "".join(digits[:8]), "".join(digits[8:12])


def only_bins(**bins: str) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Make what answers at the Bins' addresses, and nowhere else."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        words = bins.get(environ["PATH_INFO"].removeprefix("/"), "")
        start("200 OK" if words else "503 Service Unavailable", [("Content-Type", "text/xml")])
        return [words.encode()]

    return app


def test_who_was_served_alone_asks_by_the_number_told(twilio_site: TwilioSite, twilio_town: Town) -> None:
    call = served_alone(twilio_site, twilio_town)
    number, pin = told(call)
    come_home(twilio_site)

    kept, ticket = one(twilio_site, call.sid), of(twilio_site, Ticket, call.sid)[0]
    assert (kept.disposition, kept.disposition_reason) == (Disposition.RECORDED, "message")
    assert (kept.offered_at, kept.ended_at, kept.hangup_cause) == (call.started, call.ended, 16)
    assert (kept.caller_number, kept.notice_version) == ("+6281200000001", NOTICE_VERSION)
    assert (ticket.provisional, ticket.agency_id) == (number, kept.agency_id)
    assert [row.provider_key for row in of(twilio_site, Recording, call.sid)] == [f"{call.sid}__m__0"]
    whys = [event.data for event in of(twilio_site, CallEvent, call.sid) if event.kind == "degraded"]
    assert whys == [{"why": "away"}]
    assert not twilio_site.exchange.recorder.kept, "Twilio's copy is deleted"

    asking = twilio_town.dial_past_language()
    asking.press("3")
    asking.expect("status_number")
    asking.press(number)
    asking.expect("status_pin")
    asking.press(pin)
    asking.expect("status_new", "main_menu")
    asking.hang_up()


def test_who_was_heard_by_nobody_is_owed_a_call(twilio_site: TwilioSite, twilio_town: Town) -> None:
    call = served_alone(twilio_site, twilio_town, seconds=0)
    come_home(twilio_site)
    kept = one(twilio_site, call.sid)
    assert (kept.disposition, kept.disposition_reason) == (Disposition.CALL_BACK, "abandoned")
    assert kinds(twilio_site, call.sid) == ["offered", "degraded", "hung_up", "disposed"]


def test_a_line_that_was_off_is_told_of_a_call_that_comes_home(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    with twilio_site.database.transaction() as session:
        line = session.scalars(select(Line).where(Line.number == twilio_town.number)).one()
        now = twilio_site.exchange.clock()
        Residency(session).decide(line, on=False, reason="Selesai", account_id=None, now=now)
    call = served_alone(twilio_site, twilio_town, seconds=0)
    come_home(twilio_site)
    assert one(twilio_site, call.sid).disposition == Disposition.CALL_BACK
    events = of(twilio_site, CallEvent, call.sid)
    whys = [event.data["why"] for event in events if event.kind == "degraded"]
    assert sorted(whys) == ["away", "line_off"]


def test_what_a_bin_recorded_is_fetched(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange = twilio_site.exchange
    exchange.numbers[twilio_town.number].fallback = BIN
    whole = exchange.site.app
    exchange.site.app, exchange.tolerates = (
        only_bins(bin=bootstrap.twilio_alone(twilio_site.settings).static()),
        True,
    )
    call = exchange.call("+266696687", twilio_town.number)
    call.speak(9, "hangup")
    exchange.site.app, exchange.tolerates = whole, False
    come_home(twilio_site)

    kept = one(twilio_site, call.sid)
    assert (kept.disposition, kept.caller_kind) == (Disposition.RECORDED, "anonymous")
    assert [row.kind for row in of(twilio_site, Recording, call.sid)] == ["message"]
    assert of(twilio_site, Ticket, call.sid)[0].provisional


def test_a_second_bin_takes_leave_of_who_left_a_message(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange, alone = twilio_site.exchange, bootstrap.twilio_alone(twilio_site.settings)
    exchange.numbers[twilio_town.number].fallback = BIN
    whole, exchange.tolerates = exchange.site.app, True
    exchange.site.app = only_bins(bin=alone.static(f"{BIN}-end"), **{"bin-end": alone.static_end()})
    call = exchange.call("+6281200000001", twilio_town.number)
    call.take_heard()
    call.speak(9)
    assert call.over
    assert [words.partition(":")[0] for words in call.take_heard()] == ["say"]
    exchange.site.app, exchange.tolerates = whole, False
    come_home(twilio_site)
    assert one(twilio_site, call.sid).disposition == Disposition.RECORDED


def test_a_call_that_lost_us_midway_is_kept_whole(twilio_site: TwilioSite, twilio_town: Town) -> None:
    """The message of the turn that was lost, and the one that was left alone, each under its name."""
    phone = twilio_town.dial_past_language()
    phone.press("2")
    phone.expect("complaint")
    turn = phone.turns[-1].number
    back = lose_the_database(twilio_site)
    call = twilio_site.exchange.calls[phone.key]
    call.speak(5)
    call.heard.clear()
    call.speak(6)
    back()
    number, _ = told(call)
    come_home(twilio_site)

    names = [row.provider_key for row in of(twilio_site, Recording, call.sid)]
    assert sorted(names) == [f"{call.sid}__m__0", f"{call.sid}__m__{turn}"]
    twilio_town.expect_outcome(phone, Disposition.RECORDED, "message")
    ticket = twilio_town.ticket(phone)
    assert ticket
    assert ticket.provisional == number
    assert len(twilio_town.events(phone, "degraded")) == 1


def test_a_number_told_is_good_although_the_recording_was_told_of(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    """The database is back before the callbacks come."""
    phone = twilio_town.dial_past_language()
    call = twilio_site.exchange.calls[phone.key]
    back = lose_the_database(twilio_site)
    twilio_site.exchange.late = lambda url: 5.0
    call.press("2")
    call.speak(6)
    back()
    twilio_site.advance(6)
    number, _ = told(call)
    assert of(twilio_site, Recording, call.sid)
    come_home(twilio_site)
    ticket = twilio_town.ticket(phone)
    assert ticket
    assert ticket.provisional == number
    twilio_town.expect_outcome(phone, Disposition.RECORDED, "message")


def test_a_lost_end_is_found(twilio_site: TwilioSite, twilio_town: Town) -> None:
    phone = twilio_town.dial_past_language()
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, call.hang_up)
    assert len(twilio_site.exchange.lost) == 1
    come_home(twilio_site)
    kept = one(twilio_site, call.sid)
    assert (kept.ended_at, kept.hangup_cause, kept.hangup_side) == (call.ended, 16, "caller")
    twilio_town.expect_outcome(phone, Disposition.CALL_BACK, "abandoned")


def test_who_hung_up_unheard_lets_no_telephone_ring(twilio_site: TwilioSite, twilio_town: Town) -> None:
    phone = waiting(twilio_town)
    phone.officer_rings(twilio_town.officers[0])
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, call.hang_up)
    twilio_site.exchange.advance(1)
    come_home(twilio_site)
    twilio_site.exchange.advance(1)
    assert [(leg.outcome, leg.ended_at is None) for leg in of(twilio_site, Leg, call.sid)] == [
        ("cancelled", False)
    ]
    assert all(other.over for other in twilio_site.exchange.calls.values())
    assert call.sid not in twilio_site.exchange.queues
    twilio_town.expect_outcome(phone, Disposition.CALL_BACK, "abandoned")


def waiting(town: Town) -> TwilioPhone:
    phone = town.dial_past_language()
    assert isinstance(phone, TwilioPhone)
    phone.press("1")
    phone.expect("connecting")
    return phone


def test_a_lost_message_is_fetched_under_its_turn(twilio_site: TwilioSite, twilio_town: Town) -> None:
    phone = twilio_town.dial_past_language()
    phone.press("2")
    phone.expect("complaint")
    turn = phone.turns[-1].number
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, lambda: call.speak(8, "hangup"))
    come_home(twilio_site)
    assert [row.provider_key for row in of(twilio_site, Recording, call.sid)] == [f"{call.sid}__m__{turn}"]
    twilio_town.expect_outcome(phone, Disposition.RECORDED, "message")


def test_a_conversation_and_its_end_are_found(twilio_site: TwilioSite, twilio_town: Town) -> None:
    """Everything that ends a conversation is lost: both ends, and the recording."""
    phone = waiting(twilio_town)
    turn = phone.turns[-1].number
    phone.officer_answers(twilio_town.officers[0])
    phone.advance(20)
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, call.hang_up)
    assert len(twilio_site.exchange.lost) >= 3
    come_home(twilio_site)
    recording, leg = of(twilio_site, Recording, call.sid)[0], of(twilio_site, Leg, call.sid)[0]
    assert (recording.provider_key, recording.channels) == (f"{call.sid}__c__{turn}", 2)
    assert (leg.outcome, leg.ended_at, leg.cause) == ("answered", call.ended, 16)
    twilio_town.expect_outcome(phone, Disposition.ANSWERED, "officer")


def test_a_conversation_that_nobody_told_us_had_begun_is_an_answer(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    exchange, phone = twilio_site.exchange, waiting(twilio_town)
    whole = exchange.site.app
    exchange.site.app, exchange.tolerates = without("/connected", whole), True
    phone.officer_answers(twilio_town.officers[0])
    exchange.site.app, exchange.tolerates = whole, False
    phone.advance(20)
    assert of(twilio_site, Leg, phone.key)[0].answered_at is None
    lose(twilio_site, exchange.calls[phone.key].hang_up)
    come_home(twilio_site)
    leg = of(twilio_site, Leg, phone.key)[0]
    assert leg.answered_at
    assert leg.outcome == "answered"
    assert one(twilio_site, phone.key).answered_at == leg.answered_at
    twilio_town.expect_outcome(phone, Disposition.ANSWERED, "officer")


def without(end: str, whole: WSGI) -> WSGI:
    """Make a site of which the addresses with that end do not answer."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].endswith(end):
            return whole(environ, start)
        start("503 Service Unavailable", [])
        return [b""]

    return app


def test_the_end_of_a_long_conversation_is_found(twilio_site: TwilioSite, twilio_town: Town) -> None:
    """It began before what a round looks back for."""
    phone = waiting(twilio_town)
    phone.officer_answers(twilio_town.officers[0])
    for _ in range(3):
        twilio_site.exchange.advance(3600)
        come_home(twilio_site)
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, call.hang_up)
    come_home(twilio_site)
    assert one(twilio_site, call.sid).ended_at == call.ended
    assert [leg.ended_at for leg in of(twilio_site, Leg, call.sid)] == [call.ended]
    twilio_town.expect_outcome(phone, Disposition.ANSWERED, "officer")


def test_an_officer_whose_end_was_lost_is_free_again(twilio_site: TwilioSite, twilio_town: Town) -> None:
    phone = waiting(twilio_town)
    officer = twilio_town.officers[0]
    phone.officer_rings(officer)
    leg = of(twilio_site, Leg, phone.key)[0]
    ringing = twilio_site.exchange.calls[leg.provider_key]
    lose(twilio_site, ringing.reject)
    assert of(twilio_site, Leg, phone.key)[0].ended_at is None
    PERIODIC["twilio_home"].run(twilio_site.tools, twilio_site.exchange.clock())
    leg = of(twilio_site, Leg, phone.key)[0]
    assert (leg.outcome, leg.cause, leg.ended_at) == ("busy", 17, ringing.ended)
    assert one(twilio_site, phone.key).ended_at is None
    phone.hang_up()


def test_what_still_goes_on_or_is_on_its_way_is_left_alone(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    other = served_alone(twilio_site, twilio_town)
    assert twilio_site.tools.homecomer
    assert twilio_site.tools.homecomer.round(twilio_site.exchange.clock()) == 0
    phone = waiting(twilio_town)
    phone.officer_answers(twilio_town.officers[0])
    come_home(twilio_site)
    assert one(twilio_site, other.sid).ended_at
    assert one(twilio_site, phone.key).ended_at is None
    assert [leg.ended_at for leg in of(twilio_site, Leg, phone.key)] == [None]
    phone.hang_up()
    twilio_town.expect_outcome(phone, Disposition.ANSWERED, "officer")


def test_a_number_that_is_no_line_of_ours_is_nobody_s_business(twilio_site: TwilioSite) -> None:
    exchange = twilio_site.exchange
    exchange.tolerates, exchange.down = True, True
    twilio_site.own("+622347770001")
    exchange.call(CITIZEN.replace("0", "+62", 1), "+622347770001")
    exchange.tolerates, exchange.down = False, False
    come_home(twilio_site)
    with twilio_site.database.reading() as session:
        assert session.scalars(select(Call)).all() == []


def test_while_twilio_does_not_answer_nothing_is_written_and_nothing_is_lost(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    call = served_alone(twilio_site, twilio_town)
    twilio_site.exchange.advance(SETTLED)
    twilio_site.exchange.faults.fail("GET", "Recordings", 503, 20503)
    with pytest.raises(TwilioError):
        PERIODIC["twilio_home"].run(twilio_site.tools, twilio_site.exchange.clock())
    twilio_site.exchange.clock.advance(timedelta(hours=12).total_seconds())
    come_home(twilio_site)
    assert one(twilio_site, call.sid).disposition == Disposition.RECORDED


class Watched(HttpClient):  # type: ignore[misc]
    """Twilio, and how many of our connections are in use while it is asked."""

    def __init__(self, site: TwilioSite) -> None:
        self.in_use: list[str] = []
        self._site = site

    def request(self, *asked: Any, **more: Any) -> Any:
        self.in_use.append(self._site.database.engine.pool.status())
        return self._site.exchange.http.request(*asked, **more)


def test_no_transaction_is_open_while_twilio_is_asked(twilio_site: TwilioSite, twilio_town: Town) -> None:
    call = served_alone(twilio_site, twilio_town)
    twilio_site.exchange.advance(SETTLED)
    idle, settings = twilio_site.database.engine.pool.status(), twilio_site.settings
    watched = Watched(twilio_site)
    client = Client(settings.twilio_account, settings.twilio_token, watched)
    policy = bootstrap.policy(settings)
    homecomer = Homecomer(twilio_site.database, policy, settings.ring_seconds, client)
    assert homecomer.round(twilio_site.exchange.clock()) == 1
    assert watched.in_use == [idle, idle]
    assert one(twilio_site, call.sid).ended_at


def test_without_an_account_nothing_is_asked(twilio_site: TwilioSite) -> None:
    tools = replace(twilio_site.tools, homecomer=None, twilio=None)
    PERIODIC["twilio_home"].run(tools, twilio_site.exchange.clock())
    assert twilio_site.exchange.http.asked == []


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_in_any_order_and_twice_the_result_is_the_same(
    twilio_site: TwilioSite, twilio_town: Town, order: tuple[int, ...]
) -> None:
    """A conversation of which the end is lost, and a caller who was served alone."""
    phone = waiting(twilio_town)
    phone.officer_answers(twilio_town.officers[0])
    call = twilio_site.exchange.calls[phone.key]
    lose(twilio_site, call.hang_up)
    alone = served_alone(twilio_site, twilio_town)
    twilio_site.exchange.advance(SETTLED)
    now, client, tools = twilio_site.exchange.clock(), twilio_site.tools.twilio, twilio_site.tools
    assert client
    since = now - timedelta(hours=2)
    seen = gather(client.calls(since), client.recordings(since), now)
    policy = bootstrap.policy(twilio_site.settings)
    with twilio_site.database.reading() as session:
        gaps = list(Gaps(session, policy.zone).find(seen, now))
    assert len(gaps) == 3
    for at in [*order, *reversed(order)]:
        with twilio_site.database.transaction() as session:
            TwilioHome(session, policy, tools.settings.ring_seconds).take(gaps[at], now)
    late_callbacks(twilio_site, call, alone)
    twilio_site.work()
    come_home(twilio_site)

    twilio_town.expect_outcome(phone, Disposition.ANSWERED, "officer")
    leg = of(twilio_site, Leg, call.sid)[0]
    assert (leg.outcome, leg.cause, leg.ended_at) == ("answered", 16, call.ended)
    kept = one(twilio_site, alone.sid)
    assert (kept.disposition, kept.disposition_reason) == (Disposition.RECORDED, "message")
    assert of(twilio_site, Ticket, alone.sid)[0].provisional == told(alone)[0]
    for key in (call.sid, alone.sid):
        assert len(of(twilio_site, Recording, key)) == 1
        events = [event.key for event in of(twilio_site, CallEvent, key)]
        assert len(events) == len(set(events))
    with twilio_site.database.reading() as session:
        fetched = session.scalars(select(Outbox.fact).where(Outbox.kind == "fetch_recording")).all()
    assert len(fetched) == 2


def late_callbacks(site: TwilioSite, *calls: TwilioCall) -> None:
    """Let the ends be told after all."""
    for call in calls:
        site.exchange.post("POST", f"{site.exchange.url}/twilio/status", call.facts())
