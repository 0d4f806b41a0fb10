"""The demonstration: complete, harmless, and installed only once."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.db import Base
from callcenter.models import Account, Agency, Line, Officer, Shift
from callcenter.services.accounts import Accounts
from callcenter.services.first_steps import demo_guide, logins_path, write_logins
from callcenter.services.ladder import Ladders
from callcenter.services.seed import Login, Seed
from callcenter.settings import Settings

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 14, tzinfo=JAKARTA)


def counts(session: Session) -> list[int]:
    models: tuple[type[Base], ...] = (Agency, Line, Officer, Shift, Account)
    return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


def test_every_agency_has_a_number_and_two_officers_around_the_clock(session: Session) -> None:
    seeded = Seed(session).demo(NOW)
    assert seeded.agencies == 5 + 3 + 3 + 31 + 1
    assert counts(session) == [43, 43, 86, 86 * 14, 3]
    for hour in range(0, 7 * 24, 5):
        members = Ladders(session, JAKARTA).members(NOW + timedelta(hours=hour))
        assert {len(queue) for queue in members.values()} <= {2, 3, 4}  # the last ones cover for it
        assert [member.penalty for member in members["agency-dinsos"]][:2] == [0, 1]


def test_a_second_time_changes_nothing(session: Session) -> None:
    Seed(session).demo(NOW)
    before = counts(session)
    seeded = Seed(session).demo(NOW + timedelta(days=1))
    assert (counts(session), seeded.new_agencies, seeded.logins) == (before, 0, [])


def test_no_real_telephone_number_is_in_it(session: Session) -> None:
    Seed(session).demo(NOW)
    numbers = session.scalars(select(Line.number)).all()
    assert all(len(number) == 5 and number.startswith("70") for number in numbers)
    assert set(session.scalars(select(Officer.mobile))) == {None}


def test_the_logins_work_and_only_their_owner_reads_them(session: Session, settings: Settings) -> None:
    seeded = Seed(session).demo(NOW)
    assert [login.username for login in seeded.logins] == ["petugas", "supervisor", "admin"]
    for login in seeded.logins:
        check = Accounts(session).check(login.username, login.password, address="test", now=NOW)
        assert check.outcome == "welcome"
    write_logins(settings, seeded.logins)
    assert stat.S_IMODE(logins_path(settings).stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.secrets_dir.stat().st_mode) == 0o700


def test_the_guide_says_number_phone_and_logins(session: Session, settings: Settings) -> None:
    assert demo_guide(settings, session) == ""
    seeded = Seed(session).demo(NOW)
    write_logins(settings, seeded.logins)
    guide = demo_guide(settings, session)
    officer = session.scalars(select(Officer).order_by(Officer.id)).first()
    assert officer is not None
    for fact in (
        f"sip:70001@{settings.sip_host}:{settings.sip_port}",
        f"officer-{officer.id}",
        str(officer.sip_secret),
        settings.web_url,
        *(login.password for login in seeded.logins),
    ):
        assert fact in guide


def test_new_logins_stand_beside_the_ones_that_stay(settings: Settings) -> None:
    write_logins(settings, [Login("a", "old", "admin"), Login("b", "kept", "officer")])
    write_logins(settings, [Login("a", "new", "admin")])
    assert logins_path(settings).read_text() == "b\tkept\tofficer\na\tnew\tadmin\n"


def test_a_number_or_a_name_that_is_taken_does_not_stop_it(session: Session) -> None:
    own = Agency(code="own", name="Own", tier="dinas", active_from=NOW.date())
    session.add(own)
    session.flush()
    session.add(Line(agency_id=own.id, number="70102", active_from=NOW.date()))
    session.add(Agency(code="diskominfo", name="Ours", tier="regency", active_from=NOW.date()))
    session.flush()
    assert Seed(session).demo(NOW).new_agencies == 42
    assert session.scalar(select(Agency.name).where(Agency.code == "diskominfo")) == "Ours"
