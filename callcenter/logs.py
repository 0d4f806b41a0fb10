"""What the processes say about themselves: one JSON object a line, or words on a terminal.

``CALLCENTER_LOG_LEVEL`` (INFO) and ``CALLCENTER_LOG_FORMAT`` (``json``,
``console``; by default words on a terminal and JSON elsewhere) change it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

_NOISY = ("alembic", "apprise", "botocore", "aiobotocore", "s3fs", "urllib3", "rq.worker", "twilio")
Event = MutableMapping[str, Any]


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is now, not to what it was when this was made."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(process: str, level: str = "INFO", environ: Mapping[str, str] = os.environ) -> None:
    """Send every logger's words to stderr, with the name of the process.

    Callable again: the last call holds. An unknown level counts as ``level``.
    """
    handler = _Stderr()
    handler.setFormatter(_formatter(process, _is_json(environ)))
    root = logging.getLogger()
    root.handlers[:] = [other for other in root.handlers if not isinstance(other, _Stderr)] + [handler]
    wanted = environ.get("CALLCENTER_LOG_LEVEL", "").upper()
    root.setLevel(wanted if wanted in logging.getLevelNamesMapping() else level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _is_json(environ: Mapping[str, str]) -> bool:
    chosen = environ.get("CALLCENTER_LOG_FORMAT", "")
    return chosen == "json" if chosen in ("json", "console") else not sys.stderr.isatty()


def _formatter(process: str, json: bool) -> logging.Formatter:
    def name_process(_logger: object, _method: str, event: Event) -> Event:
        event["process"] = process
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [_printable, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    return structlog.stdlib.ProcessorFormatter(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )


def _printable(_logger: object, _method: str, event: Event) -> Event:
    """Show what a stranger put into a name instead of letting the terminal obey it."""
    words = str(event.get("event", ""))
    event["event"] = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in words)
    return event
