"""What a job is, and what it may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callcenter.custody import Custody
from callcenter.db import Database
from callcenter.enclosures import Enclosures
from callcenter.homecomer import Homecomer
from callcenter.officer_calls import OfficerCalls
from callcenter.senders import Sender
from callcenter.settings import Settings
from callcenter.text_homecomer import TextHomecomer
from callcenter.texter import Texter
from ivr.twilio.client import Client


@dataclass(frozen=True, slots=True)
class Tools:
    """What jobs work with; made by ``callcenter.bootstrap.tools``.

    ``build_names`` speaks agencies' names, given as (code, name), into prompts.
    ``twilio`` and ``custody`` are there when a Twilio account is configured.
    """

    database: Database
    sender: Sender
    settings: Settings
    build_names: Callable[[Sequence[tuple[str, str]]], object]
    twilio: Client | None = None
    custody: Custody | None = None
    officer_calls: OfficerCalls | None = None
    homecomer: Homecomer | None = None
    text_homecomer: TextHomecomer | None = None
    texter: Texter | None = None
    enclosures: Enclosures | None = None
    """These seven are there with a Twilio account only."""


@dataclass(frozen=True, slots=True)
class Job:
    """How a kind of outbox row is carried out: again, if need be, without harm.

    ``run`` takes the row's payload and raises when the job has to be tried
    again; ``seconds`` is its time limit. A job that may take minutes is done
    ``aside``, in a thread of its own: nobody's telephone waits behind it.
    """

    run: Callable[[Tools, dict[str, Any], datetime], None]
    seconds: int
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something to be done every so many ``seconds``, by any worker, twice without harm.

    What may take long is done ``aside``, in a thread of its own: the others go on meanwhile.
    """

    run: Callable[[Tools, datetime], None]
    seconds: int
    aside: bool = False
