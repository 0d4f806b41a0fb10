"""Recordings that Twilio did not make, and of which nobody told us, are found in its list."""

from __future__ import annotations

import pytest

from callcenter.models import CallEvent, Disposition, Recording, Ticket
from tests.phone.town import Town
from tests.phone.twilio_phone import TwilioPhone, TwilioSite
from tests.twilio.lost import come_home, lose, of
from tests.twilio.recorder import Recording as Made


def failures(site: TwilioSite, key: str) -> list[str]:
    """Give the names of the recordings that the timeline says failed."""
    return [row.data["name"] for row in of(site, CallEvent, key) if row.kind == "recording_failed"]


def asked_for_a_complaint(town: Town) -> tuple[TwilioPhone, str]:
    """Let a citizen come to the beep; gives the message's name."""
    phone = town.dial_past_language()
    assert isinstance(phone, TwilioPhone)
    phone.press("2")
    phone.expect("complaint")
    return phone, f"{phone.key}__m__{phone.turns[-1].number}"


@pytest.mark.parametrize("result", ["absent", "failed"])
def test_a_message_that_was_told_to_last_and_not_made_is_told_on_its_ticket(
    twilio_site: TwilioSite, twilio_town: Town, result: str
) -> None:
    """The turn came, so its ticket is open; only what became of the recording was not told."""
    exchange = twilio_site.exchange
    exchange.recorder.result = result
    exchange.late = lambda url: 5.0 if "/recording/" in url else 0.0
    phone, name = asked_for_a_complaint(twilio_town)
    exchange.calls[phone.key].speak(8)
    phone.hang_up()
    lose(twilio_site, lambda: exchange.advance(6))
    assert failures(twilio_site, phone.key) == []
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == [name]
    ticket = of(twilio_site, Ticket, phone.key)[0]
    assert (
        ticket.warning
        == "Rekaman pesan suara tidak ada di penyedia telepon; tanyakan kembali isinya kepada penelepon."
    )
    twilio_town.expect_outcome(phone, Disposition.RECORDED, "message")


def test_a_failed_message_of_a_turn_that_was_lost_too_is_noted_under_it(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    twilio_site.exchange.recorder.result = "failed"
    phone, name = asked_for_a_complaint(twilio_town)
    lose(twilio_site, lambda: twilio_site.exchange.calls[phone.key].speak(8, "hangup"))
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == [name]
    twilio_town.expect_outcome(phone, Disposition.CALL_BACK, "abandoned")


def nothing_recorded(site: TwilioSite, key: str) -> None:
    """Let Twilio list a recording of nothing, made earlier in the call."""
    exchange = site.exchange
    sid = exchange.sid("RE")
    exchange.recorder.kept[sid] = Made(sid, key, "", 1, "RecordVerb", exchange.clock(), 0, "absent")


@pytest.mark.parametrize("says", [0, 8], ids=["nothing", "something too"])
@pytest.mark.parametrize("is_lost", [False, True])
def test_where_nothing_was_said_nothing_is_missed(
    twilio_site: TwilioSite, twilio_town: Town, says: float, is_lost: bool
) -> None:
    exchange = twilio_site.exchange
    exchange.late = lambda url: 5.0 if "/recording/" in url else 0.0
    phone, _ = asked_for_a_complaint(twilio_town)
    call = exchange.calls[phone.key]
    if says:
        nothing_recorded(twilio_site, phone.key)
        call.speak(says)
    else:
        call.stay_silent()
    phone.hang_up()
    if is_lost:
        lose(twilio_site, lambda: exchange.advance(6))
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == []
    assert len(of(twilio_site, Recording, phone.key)) == bool(says)


def test_a_conversation_that_was_not_made_is_told(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange = twilio_site.exchange
    exchange.recorder.result = "failed"
    phone = twilio_town.dial_past_language()
    assert isinstance(phone, TwilioPhone)
    phone.press("1")
    phone.expect("connecting")
    turn = phone.turns[-1].number
    phone.officer_answers(twilio_town.officers[0])
    phone.advance(20)
    phone.hang_up()
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == [f"{phone.key}__c__{turn}"]
    assert "tanyakan isinya kepada petugas" in (of(twilio_site, Ticket, phone.key)[0].warning or "")
    assert of(twilio_site, Recording, phone.key) == []


def test_none_is_missed_while_one_is_on_its_way(twilio_site: TwilioSite, twilio_town: Town) -> None:
    """An absent one beside one that is still being made may be of nothing said."""
    exchange = twilio_site.exchange
    exchange.late = lambda url: 90.0 if "/recording/" in url else 0.0
    phone, _ = asked_for_a_complaint(twilio_town)
    call = exchange.calls[phone.key]
    nothing_recorded(twilio_site, phone.key)
    call.speak(8)
    phone.hang_up()
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == []
    exchange.advance(90)
    come_home(twilio_site)
    assert failures(twilio_site, phone.key) == []
    assert len(of(twilio_site, Recording, phone.key)) == 1
