"""What an exchange is told of agencies and officers: the database as a plain plan."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from ivr.asterisk import config
from ivr.asterisk.config import ConfigError, Node, Plan

log = logging.getLogger(__name__)


class Exchange:
    """The plan of an Asterisk's configuration."""

    def __init__(self, session: Session) -> None:
        """Read through ``session``."""
        self.session = session

    def plan(self, node: Node) -> Plan:
        """Tell what ``node`` is to know.

        An officer or agency that must not reach a configuration file is left
        out and logged: one bad row does not take everybody's telephone away.
        """
        return Plan(node, tuple(self._agencies()), tuple(self._officers()))

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

    def _active_officers(self) -> Sequence[Officer]:
        return self.session.scalars(select(Officer).where(Officer.active).order_by(Officer.id)).all()


@lru_cache(maxsize=1000)
def _complain(problem: str) -> None:
    """Log a problem once in a process: the plan is read every few seconds."""
    log.error(problem)
