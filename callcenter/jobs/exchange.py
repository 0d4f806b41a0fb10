"""Bring changed lines, officers and queues to the exchange."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.jobs.kinds import Tools


def render_exchange(tools: Tools, _payload: dict[str, Any], _now: datetime) -> None:
    """Write the configuration as the database has it now, and have it read."""
    tools.render_exchange()
