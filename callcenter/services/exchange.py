"""What an exchange is told of agencies and officers: the database as a plain plan."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter import models
from callcenter.models import Agency, Officer
from ivr.asterisk import config
from ivr.asterisk.config import ConfigError, Node, Plan
from ivr.asterisk.dialplan import Line

log = logging.getLogger(__name__)

PROVIDER = "asterisk"


class Exchange:
    """The plan of an Asterisk's configuration."""

    def __init__(self, session: Session) -> None:
        """Read through ``session``."""
        self.session = session

    def plan(self, node: Node, today: date) -> Plan:
        """Tell what ``node`` is to know on ``today``, a day of the instance's zone.

        An officer, agency or line that must not reach a configuration file is left
        out and logged: one bad row does not take everybody's telephone away.
        """
        agencies = tuple(self._agencies())
        return Plan(node, agencies, tuple(self._officers()), tuple(self._lines(set(agencies), today)))

    def _agencies(self) -> Iterator[str]:
        for code in self.session.scalars(select(Agency.code).order_by(Agency.code)):
            if config.is_code(code):
                yield code
            else:
                log.error(
                    "agency %r has no queue: its code is not lower-case letters, digits and hyphens", code
                )

    def _officers(self) -> Iterator[config.Officer]:
        for row in self._active_officers():
            try:
                yield config.Officer(row.id, row.sip_secret or None, row.mobile or None)
            except ConfigError as error:
                _complain(f"{error}: left out of the exchange until this is put right")

    def _lines(self, agencies: set[str], today: date) -> Iterator[Line]:
        for number, code in self.session.execute(_active_lines(today)):
            try:
                if code in agencies:
                    yield Line(number, code)
            except ValueError as error:
                _complain(f"{error}: the exchange alone will not know whose it is")

    def _active_officers(self) -> Sequence[Officer]:
        return self.session.scalars(select(Officer).where(Officer.active).order_by(Officer.id)).all()


def _active_lines(today: date) -> Select[str, str]:
    return (
        select(models.Line.number, Agency.code)
        .join(models.Line.agency)
        .where(models.Line.provider == PROVIDER, models.Line.active_from <= today)
        .where(models.Line.active_until.is_(None) | (models.Line.active_until > today))
        .order_by(models.Line.number)
    )


@lru_cache(maxsize=1000)
def _complain(problem: str) -> None:
    """Log a problem once in a process: the plan is read every few seconds."""
    log.error(problem)
