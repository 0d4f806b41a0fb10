"""Carries pictures and files that came with texts from Twilio into the store.

The order is that of recordings: download, look, hash, store, write the row and
owe the deletion of Twilio's copy, commit.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Enclosure
from callcenter.services.text_sending import owe_deletion
from ivr.twilio.client import Client
from ivr.twilio.downloads import OK
from ivr.twilio.errors import TwilioError
from recordings.kinds import kind_of
from recordings.store import CHUNK, Store, StoreError, digest

log = logging.getLogger(__name__)

MOST_BYTES = 32 * 2**20
"""Twice what WhatsApp takes (Twilio, "WhatsApp: media messages": 16 MB)."""


PATIENCE = timedelta(minutes=10)
"""How long a file that is not there may still come; as for recordings (``callcenter.fetcher``)."""


@dataclass(frozen=True, slots=True)
class Enclosures:
    """Fetches enclosures; files on their way lie in ``incoming``."""

    database: Database
    store: Store
    client: Client
    incoming: Path

    def fetch(self, enclosure_id: int, now: datetime) -> None:
        """Fetch an enclosure unless we have it; whatever is raised asks to be tried again.

        Raises ``LookupError``, ``TwilioError``, ``StoreError`` and ``OSError``.
        One that Twilio will never give is marked with the reason.
        """
        with self.database.reading() as session:
            found = _found(session, enclosure_id)
            key, text_key, at, is_over = found.key, found.text.key or "", found.text.at, _is_over(found)
        if is_over:
            return
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.incoming / key
        try:
            with path.open("wb") as file:
                self.client.messages.download(text_key, key, file, MOST_BYTES)
            self._keep(enclosure_id, path, at, now)
        except TwilioError as error:
            if not _is_for_good(error, now - at):
                raise
            self._give_up(enclosure_id, error, now)
        finally:
            path.unlink(missing_ok=True)

    def _keep(self, enclosure_id: int, path: Path, at: datetime, now: datetime) -> None:
        sha256, size = digest(_chunks(path))
        content_type, ending = kind_of(path)
        store_key = f"{at:%Y/%m/%d}/{path.name}-{sha256[:12]}.{ending}"
        if self.store.put(store_key, _chunks(path)) != (sha256, size):
            raise StoreError(f"{path.name} changed while it was stored")
        with self.database.transaction() as session:
            row = _found(session, enclosure_id)
            row.store_key, row.sha256, row.size, row.content_type = store_key, sha256, size, content_type
            _clean_up(session, row, now)
        log.info("kept enclosure %s", path.name)

    def _give_up(self, enclosure_id: int, error: TwilioError, now: datetime) -> None:
        log.error("enclosure %s is not to be had: %s", enclosure_id, error)
        with self.database.transaction() as session:
            row = _found(session, enclosure_id)
            if _is_over(row):
                return  # another worker was quicker
            row.problem = str(error)
            _clean_up(session, row, now)


def _found(session: Session, enclosure_id: int) -> Enclosure:
    row = session.scalar(select(Enclosure).where(Enclosure.id == enclosure_id).with_for_update(of=Enclosure))
    if row is None:
        raise LookupError(f"no enclosure {enclosure_id}")
    return row


def _is_for_good(error: TwilioError, age: timedelta) -> bool:
    """Tell a file that will never come from one for which something has to be put right first.

    A wrong token or a redirection that has run out is refused as well, and Twilio's copy is deleted afterwards.
    """
    too_long = error.permanent and error.status == OK
    return too_long or (error.is_absent and age >= PATIENCE)


def _is_over(row: Enclosure) -> bool:
    return row.store_key is not None or row.problem is not None


def _clean_up(session: Session, row: Enclosure, now: datetime) -> None:
    """Owe the deletion of the text at Twilio once nothing of it is left to be fetched."""
    session.flush()
    if row.text.key and all(map(_is_over, row.text.enclosures)):
        owe_deletion(session, row.text.key, now)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
