"""The place where phone scripts play: an agency with a line, officers and a roster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import (
    Agency,
    Call,
    CallEvent,
    Disposition,
    Line,
    Obligation,
    Officer,
    Shift,
    Ticket,
    Tier,
)
from callcenter.services.calls import Policy
from callcenter.services.residency import Residency
from callcenter.switchboard import DatabaseSwitchboard
from tests.phone.phone import Clock, Phone

CITIZEN = "081200000001"
MESSAGE_SECONDS, CONNECT_SECONDS = 180, 45
WIB = ZoneInfo("Asia/Jakarta")
Shifts = tuple[tuple[int, time, time], ...]
_numbers = count(100_000)


@dataclass
class Town:
    """What scripts play in: numbers to dial, officers who answer, the facts kept."""

    database: Database
    clock: Clock
    number: str
    code: str
    officers: tuple[int, ...]
    place: Callable[[str, str, str], Phone]
    """Phones a number, from a number, under a name."""

    def dial(self, number: str = "", caller: str = CITIZEN, name: str = "") -> Phone:
        """Phone the agency, or another number."""
        return self.place(number or self.number, caller, name)

    def dial_past_language(self, caller: str = CITIZEN) -> Phone:
        """Phone the agency and say nothing until the main menu."""
        call = self.dial(caller=caller)
        call.expect("greeting", f"agency:{self.code}", "notice")
        call.stay_silent()
        call.expect("language_id", "language_en")
        call.stay_silent()
        call.expect("main_menu")
        return call

    def kept(self, call: Phone) -> Call:
        """Read the call as it is kept."""
        with self.database.reading() as session:
            return session.scalars(select(Call).where(Call.key == call.key)).one()

    def events(self, call: Phone, kind: str) -> list[CallEvent]:
        """Read the facts of one kind in the call's timeline."""
        with self.database.reading() as session:
            query = select(CallEvent).join(CallEvent.call).where(Call.key == call.key, CallEvent.kind == kind)
            return list(session.scalars(query.order_by(CallEvent.id)))

    def ticket(self, call: Phone) -> Ticket | None:
        """Read the call's ticket."""
        with self.database.reading() as session:
            return session.scalars(select(Ticket).join(Ticket.call).where(Call.key == call.key)).one_or_none()

    def obligation(self, call: Phone) -> Obligation | None:
        """Read what is owed to the caller."""
        with self.database.reading() as session:
            query = select(Obligation).join(Obligation.calls).where(Call.key == call.key)
            return session.scalars(query).one_or_none()

    def expect_outcome(self, call: Phone, disposition: Disposition, reason: str) -> None:
        """Find the call ended in exactly this one disposition."""
        kept = self.kept(call)
        assert (kept.disposition, kept.disposition_reason) == (disposition, reason)
        assert kept.ended_at is not None
        assert len(self.events(call, "disposed")) == 1


def found(database: Database, clock: Clock, shifts: Shifts) -> Town:
    """Found an agency whose line is on the neutral exchange of the scripts."""
    policy = Policy(WIB, b"a secret of the tests", MESSAGE_SECONDS, CONNECT_SECONDS)
    switchboard = DatabaseSwitchboard(database, policy, node="node1", clock=clock)

    def place(number: str, caller: str, name: str) -> Phone:
        return Phone(switchboard, clock, number, caller, name)

    return settle(database, clock, shifts, "asterisk", place)


def settle(
    database: Database, clock: Clock, shifts: Shifts, provider: str, place: Callable[[str, str, str], Phone]
) -> Town:
    """Write an agency with a line and two officers; ``shifts`` are (rung, from, until), every day."""
    code, number, since = f"town-{next(_numbers)}", f"+62234{next(_numbers)}", date(2020, 1, 1)
    with database.transaction() as session:
        agency = Agency(code=code, name="Dinas Sosial", tier=Tier.DINAS, active_from=since)
        agency.lines = [Line(number=number, provider=provider, flow="hotline", active_from=since)]
        officers = [_officer(agency, at) for at in range(2)]
        session.add_all([agency, *officers])
        session.flush()
        if provider == "twilio":
            decisions, reason = Residency(session), "Surat keputusan 12"
            decisions.decide(agency.lines[0], on=True, reason=reason, account_id=None, now=clock())
        for rung, starts, ends in shifts:
            session.add_all(
                Shift(
                    agency_id=agency.id,
                    officer_id=officers[rung].id,
                    weekday=weekday,
                    starts=starts,
                    ends=ends,
                    rung=rung,
                )
                for weekday in range(7)
            )
        ids = tuple(officer.id for officer in officers)
    return Town(database, clock, number, code, ids, place)


def _officer(agency: Agency, at: int) -> Officer:
    return Officer(
        agency=agency, name=f"Officer {at}", sip_secret="s", mobile=f"+62813{next(_numbers):08d}", active=True
    )
