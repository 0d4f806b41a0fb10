"""Officers: reached somehow, with secrets nobody guesses."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callcenter.services.fields import FieldError
from callcenter.services.officers import OfficerForm, Officers
from tests import factories


def test_a_secret_is_drawn_once_and_stays(session: Session) -> None:
    officers, agency = Officers(session), factories.agency(session)
    one = officers.create(agency, OfficerForm("Petugas 1"))
    other = officers.create(agency, OfficerForm("Petugas 2"))
    assert one.sip_secret
    assert len(one.sip_secret) == 24
    assert one.sip_secret.isalnum()
    assert one.sip_secret != other.sip_secret
    secret = one.sip_secret
    officers.change(one, OfficerForm("Petugas Satu", mobile="0812 3456 7890"))
    assert (one.name, one.sip_secret, one.mobile) == ("Petugas Satu", secret, "+6281234567890")
    officers.renew_secret(one)
    assert one.sip_secret != secret


def test_without_a_sip_phone_there_is_no_secret(session: Session) -> None:
    officers, agency = Officers(session), factories.agency(session)
    one = officers.create(agency, OfficerForm("Petugas 1", mobile="0812 3456 7890"))
    officers.change(one, OfficerForm("Petugas 1", sip=False, mobile="0812 3456 7890"))
    assert one.sip_secret is None


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (OfficerForm(""), "name", "empty"),
        (OfficerForm("A\nB\x00"), "name", "unprintable"),
        (OfficerForm("A", sip=False), "mobile", "unreachable"),
        (OfficerForm("A", mobile="110"), "mobile", "bad_number"),
        (OfficerForm("A", mobile="+62812;Dial(x)"), "mobile", "bad_number"),
        (OfficerForm("A", notify_url="not an address"), "notify_url", "bad_address"),
        (OfficerForm("A", notify_url="mailto://x\x1b[0m"), "notify_url", "bad_address"),
    ],
)
def test_what_cannot_be_an_officer_is_refused(
    session: Session, form: OfficerForm, field: str, code: str
) -> None:
    officers, agency = Officers(session), factories.agency(session)
    with pytest.raises(FieldError) as refused:
        officers.create(agency, form)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert officers.of_agency(agency.id) == []


def test_an_officer_who_left_needs_no_telephone(session: Session) -> None:
    officers, agency = Officers(session), factories.agency(session)
    one = officers.create(agency, OfficerForm("Petugas 1"))
    officers.change(one, OfficerForm("Petugas 1", sip=False, active=False))
    assert (one.active, one.sip_secret) == (False, None)


def test_officers_are_found_by_their_agency_too(session: Session) -> None:
    officers = Officers(session)
    officers.create(factories.agency(session), OfficerForm("Petugas 1"))
    officers.create(factories.agency(session, "dlh", "Lingkungan"), OfficerForm("Petugas 2"))
    assert [one.name for one in officers.found("sosial")] == ["Petugas 1"]
    assert [one.name for one in officers.found("PETUGAS")] == ["Petugas 1", "Petugas 2"]
    assert officers.found("%") == []
