"""A flood day: 300 citizens at once, and Twilio tells everything twice, late and in disorder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

import pytest
from sqlalchemy import func, select

from callcenter.models import Call, CallEvent, Leg, Recording, Ticket
from callcenter.settings import Settings
from tests.phone.conftest import BY_DAY, on_twilio
from tests.phone.town import Town
from tests.phone.twilio_phone import TwilioSite
from tests.twilio.call import Call as TwilioCall

CITIZENS = 300
TOWNS = 30
LATEST = 40
"""Seconds by which a callback is late at most."""


@dataclass
class Crowd:
    """Citizens who call within a minute; each does one thing to the end."""

    site: TwilioSite
    towns: list[Town]
    chance: Random
    calls: list[TwilioCall] = field(default_factory=list)
    speaking: dict[str, datetime] = field(default_factory=dict)

    def come(self) -> None:
        numbers = count(1)
        for at in range(CITIZENS):
            caller = f"+62812{next(numbers):08d}"
            self.calls.append(self.site.exchange.call(caller, self.towns[at % TOWNS].number))
            if at % 5 == 4:
                self.move()

    def move(self) -> None:
        """Let a second pass; whoever is asked says something, and officers take what rings."""
        self.site.advance(1)
        for at, call in enumerate(self.calls):
            if not call.over and call.waits_in is not None:
                self._answer(call, at)
        for call in list(self.site.exchange.calls.values()):
            if call.direction == "outbound-api" and not call.over:
                self._serve(call)

    def _answer(self, call: TwilioCall, at: int) -> None:
        """A third wants an officer, the others leave a message."""
        waits = call.waits_in.tag if call.waits_in is not None else ""
        if waits == "Record":
            self._speak(call)
        elif waits == "Gather" and self.chance.random() < 0.3:
            call.press("1" if at % 3 == 0 else "2")

    def _speak(self, call: TwilioCall) -> None:
        begun = self.speaking.setdefault(call.sid, self.site.exchange.clock())
        if begun == self.site.exchange.clock():
            call.begin_to_speak()
        elif (self.site.exchange.clock() - begun).total_seconds() >= 4:
            call.press("#")

    def _serve(self, call: TwilioCall) -> None:
        if call.status == "ringing" and self.chance.random() < 0.3:
            call.answer()
            if not call.over:  # nobody waits for this officer any more
                call.press("1")
        elif call.bridged_to is not None and self.chance.random() < 0.2:
            call.hang_up()


@pytest.fixture
def crowd(twilio_site: TwilioSite, settings: Settings) -> Crowd:
    chance = Random(20261128)
    twilio_site.exchange.duplicates = True
    twilio_site.exchange.late = lambda url: chance.uniform(0, LATEST)
    towns = [on_twilio(twilio_site, BY_DAY) for _ in range(TOWNS)]
    return Crowd(twilio_site, towns, chance)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the scripts play on both
def test_one_call_one_ticket_one_recording_each(crowd: Crowd) -> None:
    crowd.come()
    for _ in range(400):
        if all(call.over for call in crowd.calls):
            break
        crowd.move()
    assert all(call.over for call in crowd.calls)
    crowd.site.advance(2 * LATEST)
    keys = {call.sid for call in crowd.calls}
    with crowd.site.database.reading() as session:
        calls = session.scalars(select(Call)).all()
        assert {call.key for call in calls} == keys
        assert len(calls) == CITIZENS
        assert all(call.ended_at and call.disposition for call in calls)
        outcomes = Counter(call.disposition for call in calls)
        assert outcomes["answered"] >= CITIZENS // 10
        assert outcomes["recorded"] >= CITIZENS // 3
        tickets = session.scalars(select(Ticket.call_id)).all()
        assert len(tickets) == len(set(tickets)) == outcomes["answered"] + outcomes["recorded"]
        names = session.scalars(select(Recording.provider_key)).all()
        assert len(names) == len(set(names))
        told = session.scalars(select(CallEvent.key).where(CallEvent.kind == "disposed")).all()
        assert len(told) == CITIZENS
        messages = {call.id for call in calls if call.disposition == "recorded"}
        kept = session.execute(select(Recording.call_id, func.count()).group_by(Recording.call_id)).all()
        assert messages <= {call_id for call_id, _ in kept}
        assert all(number == 1 for call_id, number in kept)
        talked = session.scalars(select(Leg.call_id).where(Leg.answered_at.is_not(None))).all()
        assert len(talked) == len(set(talked))
    assert not crowd.site.exchange.errors
    assert not [one for one in crowd.site.exchange.recorder.kept.values() if one.status == "completed"]
