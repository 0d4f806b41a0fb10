"""Officers: created, changed, and reached by SIP or mobile."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, Officer
from callcenter.services import fields
from callcenter.services.phones import forget_if_changed

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Typed into telephones by hand: no letter looks like another one."""
SECRET_LENGTH = 24


@dataclass(frozen=True, slots=True)
class OfficerForm:
    """An officer as people write it."""

    name: str
    sip: bool = True
    """Whether the officer has a SIP phone or softphone."""
    mobile: str = ""
    notify_url: str = ""
    active: bool = True


class Officers:
    """The people who answer."""

    def __init__(self, session: Session) -> None:
        """Read and write through ``session``."""
        self.session = session

    def of_agency(self, agency_id: int) -> Sequence[Officer]:
        """List an agency's officers, those who left last."""
        query = select(Officer).where(Officer.agency_id == agency_id)
        return self.session.scalars(query.order_by(Officer.active.desc(), Officer.name, Officer.id)).all()

    def found(self, search: str = "") -> Sequence[Officer]:
        """List officers by agency and name; ``search`` looks at both names."""
        query = select(Officer).join(Officer.agency).options(joinedload(Officer.agency))
        if search.strip():
            words = search.strip()
            query = query.where(
                Officer.name.icontains(words, autoescape=True) | Agency.name.icontains(words, autoescape=True)
            )
        return self.session.scalars(query.order_by(Agency.name, Officer.name, Officer.id)).all()

    def create(self, agency: Agency, form: OfficerForm) -> Officer:
        """Create an officer; raises ``FieldError``."""
        officer = Officer(agency_id=agency.id)
        _write(officer, form)
        self.session.add(officer)
        self.session.flush()
        return officer

    def change(self, officer: Officer, form: OfficerForm) -> None:
        """Change an officer; a SIP secret that is there already stays."""
        _write(officer, form)
        self.session.flush()

    def renew_secret(self, officer: Officer) -> None:
        """Give the officer's endpoint a new secret: a lost phone is worth nothing."""
        fresh = random_secret()
        forget_if_changed(officer, fresh, officer.mobile)
        officer.sip_secret = fresh
        self.session.flush()


def random_secret() -> str:
    """Draw a SIP secret: 118 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def _write(officer: Officer, form: OfficerForm) -> None:
    name = fields.text("name", form.name)
    mobile = fields.e164("mobile", form.mobile) if form.mobile.strip() else None
    notify_url = fields.address("notify_url", form.notify_url)
    if form.active and not form.sip and not mobile:
        raise fields.FieldError("mobile", "unreachable")
    sip_secret = (officer.sip_secret or random_secret()) if form.sip else None
    forget_if_changed(officer, sip_secret, mobile)
    officer.name, officer.notify_url, officer.active = name, notify_url, form.active
    officer.sip_secret, officer.mobile = sip_secret, mobile
