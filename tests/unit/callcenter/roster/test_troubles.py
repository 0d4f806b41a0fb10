"""Troubles are found before they happen, in all rosters at once."""

from __future__ import annotations

from callcenter.roster.plan import Layer, Role, Unit
from callcenter.roster.resolver import Span
from callcenter.roster.stack import OnDuty
from callcenter.roster.troubles import Kind, RestRule, Trouble, troubles
from tests.unit.callcenter.roster.town import WORKDAYS, Town, always, hours, rotation

HOUR = 3600
RULE = RestRule(longest=24 * HOUR, least_rest=8 * HOUR)


def span(starts: int, ends: int, *names: str) -> Span:
    return Span(starts * HOUR, ends * HOUR, tuple(OnDuty(name, Role.PRIMARY) for name in names))


def trouble(kind: Kind, starts: int, ends: int, *places: str, who: str = "") -> Trouble:
    return Trouble(kind, starts * HOUR, ends * HOUR, places, who)


def test_uncovered_time_is_told() -> None:
    office = Town(Layer("", always("ani"), hours=hours(WORKDAYS, "00:00", "00:00")))
    at = int(office.instant("2026-11-23T00:00").timestamp())
    found = troubles({"dinsos": office.resolver.spans(at, at + 14 * 24 * HOUR)})
    assert [(one.kind, (one.starts - at) // HOUR, (one.ends - at) // HOUR) for one in found] == [
        (Kind.NOBODY, 5 * 24, 7 * 24),
        (Kind.NOBODY, 12 * 24, 14 * 24),
    ]


def test_one_person_at_two_places() -> None:
    rosters = {
        "dinsos": [span(0, 8, "ani"), span(8, 16, "budi"), span(16, 24, "ani")],
        "rsud": [span(0, 6, "budi"), span(6, 20, "ani", "cici"), span(20, 24, "cici")],
    }
    assert troubles(rosters) == [
        trouble(Kind.TWO_PLACES, 6, 8, "dinsos", "rsud", who="ani"),
        trouble(Kind.TWO_PLACES, 16, 20, "rsud", "dinsos", who="ani"),
    ]


def test_a_change_beside_a_person_does_not_cut_the_duty() -> None:
    spans = [span(0, 20, "ani"), span(20, 30, "ani", "budi"), span(30, 40, "budi")]
    assert troubles({"dinsos": spans}, RULE) == [trouble(Kind.TOO_LONG, 0, 30, "dinsos", who="ani")]


def test_too_little_rest_between_two_places() -> None:
    rosters = {"dinsos": [span(0, 12, "ani")], "rsud": [span(16, 24, "ani"), span(32, 40, "ani")]}
    assert troubles(rosters, RULE) == [trouble(Kind.NO_REST, 12, 16, "dinsos", "rsud", who="ani")]


def test_a_handoff_from_one_place_to_another_is_no_rest_and_no_two_places() -> None:
    rosters = {"dinsos": [span(0, 16, "ani")], "rsud": [span(16, 32, "ani")]}
    assert troubles(rosters, RULE) == [trouble(Kind.TOO_LONG, 0, 32, "dinsos", "rsud", who="ani")]


def test_a_good_roster_has_none() -> None:
    it = Town(Layer("", rotation(Unit.HOUR, "2026-11-23T08:00", "ani", "budi", "cici", every=8)))
    at = int(it.instant("2026-11-23T08:00").timestamp())
    assert troubles({"dinsos": it.resolver.spans(at, at + 60 * 24 * HOUR)}, RULE) == []
