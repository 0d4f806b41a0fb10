"""Agencies and their lines: found, created and changed.

Nothing is owed to the exchange: ``callcenter asterisk serve`` compares its
configuration with the database every few seconds. Names are owed their prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from callcenter.models import Agency, Line
from callcenter.services import fields
from callcenter.services.fields import FieldError
from callcenter.services.outbox import Work
from callcenter.services.residency import ABROAD
from ivr.flow import BUILTIN

PROVIDERS = ("asterisk", "twilio")
DEFAULT_PROVIDER = "asterisk"
UNKNOWN_NUMBER_FLOW = "unknown"


@dataclass(frozen=True, slots=True)
class AgencyForm:
    """An agency as people write it."""

    code: str
    name: str
    tier: str
    parent: str = ""
    """The code of the agency it belongs to; may be empty."""
    active_from: str = ""
    active_until: str = ""


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line as people write it."""

    number: str
    flow: str = "hotline"
    active_from: str = ""
    active_until: str = ""
    provider: str = DEFAULT_PROVIDER
    texts_for_all: bool = False
    """Of a line on Twilio: texts of agencies without one of their own go out from this number."""


class Agencies:
    """The organisations that answer a number."""

    def __init__(self, session: Session) -> None:
        """Read and write through ``session``."""
        self.session = session

    def found(self, search: str = "", tier: str = "") -> Sequence[Agency]:
        """List agencies by name; ``search`` looks at name, code and numbers."""
        query = select(Agency).options(selectinload(Agency.lines)).order_by(Agency.name, Agency.id)
        if tier:
            query = query.where(Agency.tier == tier)
        return self.session.scalars(_matching(query, search.strip())).all()

    def by_code(self, code: str) -> Agency | None:
        """Find the agency with exactly this code."""
        return self.session.scalar(select(Agency).where(Agency.code == code))

    def create(self, form: AgencyForm, now: datetime) -> Agency:
        """Create an agency; raises ``FieldError``."""
        code = fields.code("code", form.code)
        if self.by_code(code):
            raise FieldError("code", "taken_code", code)
        agency = Agency(code=code, active_from=now.date())
        self._write(agency, form)
        self.session.add(agency)
        self.session.flush()
        self._owe_prompt(agency, now)
        return agency

    def change(self, agency: Agency, form: AgencyForm, now: datetime) -> None:
        """Change everything but the code, which files and queues are named after."""
        former = agency.name
        self._write(agency, form)
        self.session.flush()
        if agency.name != former:
            self._owe_prompt(agency, now)

    def put_under(self, agency: Agency, parent: str) -> None:
        """Say which agency (by its code) this one belongs to; raises ``FieldError``."""
        agency.parent = self._parent(agency, parent.strip())
        self.session.flush()

    def add_line(self, agency: Agency, form: LineForm, now: datetime) -> Line:
        """Give an agency another number; raises ``FieldError``."""
        line = Line(agency_id=agency.id, active_from=now.date())
        with self._alone_with(form.number):
            self._write_line(line, form)
            self.session.add(line)
        return line

    def change_line(self, line: Line, form: LineForm) -> None:
        """Change a line; raises ``FieldError``."""
        with self._alone_with(form.number):
            self._write_line(line, form)

    @contextmanager
    def _alone_with(self, number: str) -> Iterator[None]:
        """Write a line; who took its number since we looked is met as a ``FieldError`` like those before."""
        try:
            with self.session.begin_nested():
                yield
        except IntegrityError as error:
            if "number" not in str(error.orig):
                raise
            raise FieldError("number", "taken_number", number) from None

    def _write(self, agency: Agency, form: AgencyForm) -> None:
        name, tier = fields.text("name", form.name), fields.tier("tier", form.tier)
        parent = self._parent(agency, form.parent.strip())
        starts, ends = _dates(form.active_from, form.active_until, agency.active_from)
        agency.name, agency.tier, agency.parent = name, tier, parent
        agency.active_from, agency.active_until = starts, ends

    def _parent(self, agency: Agency, code: str) -> Agency | None:
        if not code:
            return None
        parent = self.by_code(code)
        if parent is None:
            raise FieldError("parent", "unknown_agency", code)
        above: Agency | None = parent
        while above is not None:
            if above is agency:
                raise FieldError("parent", "own_parent", code)
            above = above.parent
        return parent

    def _write_line(self, line: Line, form: LineForm) -> None:
        number = fields.line_number("number", form.number)
        starts, ends = _dates(form.active_from, form.active_until, line.active_from)
        if form.flow not in flow_names():
            raise FieldError("flow", "unknown_flow", form.flow)
        if form.provider not in PROVIDERS:
            raise FieldError("provider", "unknown_provider", form.provider)
        with self.session.no_autoflush:
            other = self.session.scalar(select(Line).where(Line.number == number))
        if other is not None and other is not line:
            raise FieldError("number", "taken_number", number)
        if line.id is not None and (line.number, line.provider) != (number, form.provider):
            line.stay = Line.stay + 1  # counted by the database: two changes at once are two
        line.number, line.provider, line.flow = number, form.provider, form.flow
        line.active_from, line.active_until = starts, ends
        self._write_texts(line, form.texts_for_all and line.provider in ABROAD)

    def _write_texts(self, line: Line, for_all: bool) -> None:
        """Let one line at most send the texts of all."""
        if for_all and not line.texts_for_all:
            self.session.execute(update(Line).where(Line.texts_for_all).values(texts_for_all=False))
        line.texts_for_all = for_all

    def _owe_prompt(self, agency: Agency, now: datetime) -> None:
        fact = f"agency-named:{agency.id}:{now.isoformat()}"
        Work(self.session).owe("build_agency_prompt", fact, {"agency_id": agency.id}, now)


@cache
def flow_names() -> tuple[str, ...]:
    """Name the conversations a line can have."""
    names = {path.stem for path in BUILTIN.glob("*.yaml")}
    return tuple(sorted(names - {UNKNOWN_NUMBER_FLOW}))


def _dates(active_from: str, active_until: str, default: date) -> tuple[date, date | None]:
    starts = fields.day("active_from", active_from) if active_from.strip() else default
    ends = fields.day("active_until", active_until) if active_until.strip() else None
    if ends is not None and ends < starts:
        raise FieldError("active_until", "before_start", active_until)
    return starts, ends


def _matching(query: Select[Agency], search: str) -> Select[Agency]:
    if not search:
        return query
    numbers = select(Line.agency_id).where(Line.number.contains(search.replace(" ", ""), autoescape=True))
    by_name = Agency.name.icontains(search, autoescape=True)
    by_code = Agency.code.icontains(search, autoescape=True)
    return query.where(or_(by_name, by_code, Agency.id.in_(numbers)))
