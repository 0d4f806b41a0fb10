"""The place where phone scripts play: an agency with a line, officers and a roster."""

from __future__ import annotations

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
from callcenter.switchboard import DatabaseSwitchboard
from tests.phone.phone import Clock, Phone

CITIZEN = "081200000001"
_numbers = count(100_000)


@dataclass
class Town:
    """What scripts play in: numbers to dial, officers who answer, the facts kept."""

    database: Database
    switchboard: DatabaseSwitchboard
    clock: Clock
    number: str
    code: str
    officers: tuple[int, ...]

    def dial(self, number: str = "", caller: str = CITIZEN, name: str = "") -> Phone:
        """Phone the agency, or another number."""
        return Phone(self.switchboard, self.clock, number or self.number, caller, name)

    def dial_past_language(self) -> Phone:
        """Phone the agency and say nothing until the main menu."""
        call = self.dial()
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


def found(database: Database, clock: Clock, shifts: tuple[tuple[int, time, time], ...]) -> Town:
    """Found an agency with two officers; ``shifts`` are (rung, from, until), every day."""
    policy = Policy(ZoneInfo("Asia/Jakarta"), b"a secret of the tests", 180, 45)
    switchboard = DatabaseSwitchboard(database, policy, node="node1", clock=clock)
    code = f"town-{next(_numbers)}"
    number = f"+62234{next(_numbers)}"
    since = date(2020, 1, 1)
    with database.transaction() as session:
        agency = Agency(code=code, name="Dinas Sosial", tier=Tier.DINAS, active_from=since)
        agency.lines = [Line(number=number, provider="asterisk", flow="hotline", active_from=since)]
        officers = [
            Officer(agency=agency, name=f"Officer {n}", sip_secret="s", active=True) for n in range(2)
        ]
        session.add_all([agency, *officers])
        session.flush()
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
    return Town(database, switchboard, clock, number, code, ids)
