"""A telephone is known to work once it was seen, answered or tried, until another takes its place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Officer, Role
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.officers import OfficerForm, Officers
from callcenter.services.phones import Phones
from callcenter.services.reach import Sightings
from tests import factories
from tests.factories import NOW

MOBILE = "+628123456789"


def officer(session: Session, **facts: object) -> Officer:
    return factories.officer(session, factories.agency(session), **facts)


def test_an_exchange_that_could_ring_it_proves_it_once(session: Session) -> None:
    person, other = officer(session), factories.officer(session, factories.agency(session, "rsud"))
    states = {f"PJSIP/officer-{person.id}": "ready", f"PJSIP/officer-{other.id}": "away"}
    Sightings(session).take("node1", states, NOW)
    Sightings(session).take("node1", states, NOW + timedelta(minutes=1))
    assert (person.phone_proved_at, person.phone_proof) == (NOW, "seen")
    assert other.phone_proved_at is None


def test_an_answer_proves_a_sip_phone_but_a_mobile_has_a_mailbox(session: Session) -> None:
    person = officer(session)
    mobile = factories.officer(session, person.agency, sip_secret=None, mobile=MOBILE)
    for one in (person, mobile):
        Phones(session).answered(one.id, NOW)
    Phones(session).answered(None, NOW)
    assert (person.phone_proof, mobile.phone_proof) == ("answered", None)


def test_a_word_is_taken_from_who_may_know(session: Session) -> None:
    person = officer(session, sip_secret=None, mobile=MOBILE)
    stranger = Viewer(2, "budi", Role.OFFICER, person.agency_id, person.id + 1)
    for viewer, officer_id in ((stranger, person.id), (Viewer(1, "p", Role.SUPERVISOR), 2**70)):
        with pytest.raises(NotVisibleError):
            Phones(session).tried(viewer, officer_id, NOW)
    Phones(session).tried(Viewer(3, "ani", Role.OFFICER, person.agency_id, person.id), person.id, NOW)
    assert person.phone_proof == "tried"


def test_who_has_no_telephone_has_nothing_proved(session: Session) -> None:
    person = officer(session, sip_secret=None)
    Phones(session).tried(Viewer(1, "p", Role.SUPERVISOR), person.id, NOW)
    assert person.phone_proved_at is None


@pytest.mark.parametrize(
    ("form", "stays"),
    [
        (OfficerForm("Siti", sip=False, mobile=MOBILE, notify_url="mailto://x@y.example"), True),
        (OfficerForm("Siti", sip=False, mobile="+628123456780"), False),
        (OfficerForm("Siti", sip=True, mobile=MOBILE), False),
    ],
)
def test_another_telephone_is_not_proved(session: Session, form: OfficerForm, stays: bool) -> None:
    person = officer(session, sip_secret=None, mobile=MOBILE, phone_proved_at=NOW, phone_proof="tried")
    Officers(session).change(person, form)
    assert (person.phone_proved_at is not None) is stays


def test_a_new_secret_is_not_proved_and_a_new_mobile_beside_a_sip_phone_is_no_matter(
    session: Session,
) -> None:
    person = officer(session, phone_proved_at=NOW, phone_proof="seen")
    Officers(session).change(person, OfficerForm("Siti", sip=True, mobile=MOBILE))
    assert person.phone_proved_at == NOW
    Officers(session).renew_secret(person)
    assert (person.phone_proved_at, person.phone_proof) == (None, None)
