"""``callcenter spool``: carry what the node wrote, audio and channel records, home."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter import bootstrap, logs, settings, watchdog
from callcenter.carrier import Carrier
from callcenter.comparer import Comparer
from callcenter.reconciler import Reconciler
from callcenter.sidecars import Sidecars
from callcenter.stopping import Stop
from recordings.reserve import Reserve

log = logging.getLogger(__name__)

PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between rounds; doubled while the store or the database is away."""

DISK_EVERY = 10.0
RECONCILE_PAUSE = 2.0
RESERVE_PAUSE = 0.2
"""What a call writes in between, on a full disk, is lost."""
COMPARE_PAUSE = 15.0
"""Seconds between looks whether a comparison is due; see ``callcenter.comparer`` for their pace."""


@click.command()
def spool() -> None:
    """Carry finished recordings into the store, and reconcile, until told to stop."""
    watchdog.start()
    logs.configure("spool")
    config, stop = settings.load(), Stop.on_signals()
    carrier = bootstrap.carrier(config)
    sources = bootstrap.sidecars(config), bootstrap.reconciler(config)
    beside = (
        threading.Thread(target=reconcile, args=(*sources, stop)),
        threading.Thread(target=compare, args=(bootstrap.comparer(config), stop)),
        threading.Thread(target=keep_room, args=(bootstrap.reserve(config), stop)),
    )
    for thread in beside:
        thread.start()
    try:
        run(carrier, stop)
    finally:
        stop.set()  # whatever ends the one ends the others: the supervisor starts all again
        for thread in beside:
            thread.join()


def reconcile(sidecars: Sidecars, reconciler: Reconciler, stop: Stop) -> None:
    """Hold the call log against the exchange's records until ``stop``.

    What the exchange noted of calls it carried alone tells more than its
    records, and goes first.
    """
    pause = RECONCILE_PAUSE
    while not stop.wait(pause):
        try:
            sidecars.round(datetime.now(UTC))
            reconciler.round(datetime.now(UTC))
            pause = RECONCILE_PAUSE
        except (SQLAlchemyError, OSError) as error:
            log.error("the channel records wait to be reconciled: %s", error)
            pause = min(pause * 2, LONGEST_PAUSE)
        except Exception:  # a record nobody thought of must not end this thread unheard
            log.exception("the channel records wait to be reconciled")
            pause = LONGEST_PAUSE


def compare(comparer: Comparer, stop: Stop) -> None:
    """Compare the log with the records, whenever that is due, until ``stop``."""
    while not stop.wait(COMPARE_PAUSE):
        try:
            comparer.round(datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            log.error("the log and the exchange's records wait to be compared: %s", error)
        except Exception:  # what nobody thought of must not end this thread unheard
            log.exception("the log and the exchange's records wait to be compared")


def keep_room(reserve: Reserve, stop: Stop) -> None:
    """Keep a reserve of the disk, and give it up in time, until ``stop``."""
    failed = False
    while not stop.wait(RESERVE_PAUSE):
        try:
            reserve.look()
            failed = False
        except OSError as error:
            if not failed:
                log.error("no room is kept for a full disk: %s", error)
            failed = True


def run(carrier: Carrier, stop: Stop) -> None:
    """Go round until ``stop``; a file that is being carried is finished first."""
    pause, disk_at = PAUSE, 0.0
    while not stop.wait(pause):
        well = _round(carrier)
        if time.monotonic() >= disk_at:
            well = _check_disk(carrier) and well
            disk_at = time.monotonic() + DISK_EVERY
        pause = PAUSE if well else min(pause * 2, LONGEST_PAUSE)


def _round(carrier: Carrier) -> bool:
    try:
        return carrier.round(datetime.now(UTC)).trouble is None
    except (SQLAlchemyError, OSError) as error:
        log.error("recordings wait in the spool: %s", error)
        return False


def _check_disk(carrier: Carrier) -> bool:
    try:
        carrier.check_disk(datetime.now(UTC))
    except (SQLAlchemyError, OSError) as error:
        log.error("the spool's free space is not known: %s", error)
        return False
    return True
