"""Demonstration data: real agencies' names, nobody's numbers, invented roles."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Account, Agency, Line, Officer, Role, Shift
from callcenter.services import demo_agencies
from callcenter.services.accounts import Accounts
from callcenter.services.agencies import Agencies, AgencyForm, LineForm
from callcenter.services.demo_agencies import DemoAgency
from callcenter.services.officers import OfficerForm, Officers
from callcenter.services.roster import Roster, ShiftForm

EVERY_DAY = tuple("0123456")
WATCHES = (("07:00", "19:00"), ("19:00", "07:00"))
"""Two watches cover the day, the second one over midnight."""
USERNAMES = {Role.OFFICER: "petugas", Role.SUPERVISOR: "supervisor", Role.ADMIN: "admin"}


@dataclass(frozen=True, slots=True)
class Login:
    """A new account's password, told once."""

    username: str
    password: str
    role: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the demonstration now has, and what of it is new."""

    agencies: int
    new_agencies: int
    logins: list[Login]


class Seed:
    """Writes demonstration data; a second time it adds only what is missing."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self.session = session
        self.agencies = Agencies(session)
        self.officers = Officers(session)
        self.roster = Roster(session)

    def demo(self, now: datetime) -> Seeded:
        """Make sure the demonstration is there. ``now`` is in the instance's zone."""
        wanted = demo_agencies.agencies()
        known = set(self.session.scalars(select(Agency.code)))
        for agency in wanted:
            if agency.code not in known:
                self._agency(agency, now)
        logins = [login for role in USERNAMES if (login := self._account(role, now))]
        return Seeded(len(wanted), len({agency.code for agency in wanted} - known), logins)

    def _agency(self, demo: DemoAgency, now: datetime) -> None:
        form = AgencyForm(demo.code, demo.name, demo.tier, demo.parent)
        agency = self.agencies.create(form, now)
        if not self.session.scalar(select(Line.id).where(Line.number == demo.number)):
            self.agencies.add_line(agency, LineForm(demo.number), now)
        for rung in (0, 1):
            officer = self.officers.create(agency, OfficerForm(f"Petugas {rung + 1} {demo.name}"))
            self._shifts(agency, officer, rung)

    def _shifts(self, agency: Agency, officer: Officer, rung: int) -> list[Shift]:
        made: list[Shift] = []
        for starts, ends in WATCHES:
            made += self.roster.add(agency, officer, ShiftForm(EVERY_DAY, starts, ends, str(rung)))
        return made

    def _account(self, role: Role, now: datetime) -> Login | None:
        username = USERNAMES[role]
        if self.session.scalar(select(Account.id).where(Account.username == username)):
            return None
        post = self.agencies.by_code(demo_agencies.POST) if role is Role.OFFICER else None
        officer = next(iter(self.officers.of_agency(post.id)), None) if post else None
        login = Login(username, secrets.token_urlsafe(12), role)
        Accounts(self.session).create(
            username,
            login.password,
            role,
            now=now,
            agency_id=post.id if post else None,
            officer_id=officer.id if officer else None,
        )
        return login
