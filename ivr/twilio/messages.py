"""Text messages through Twilio's REST API (Message resource)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from twilio.rest import Client as Library

from ivr.twilio.downloads import Downloads
from ivr.twilio.errors import TwilioError
from ivr.twilio.library import told
from ivr.twilio.texts import MESSAGE_KEY, Enclosed, TextFacts, text_facts

PAGE = 1000


class Messages:
    """The account's texts. Every method raises ``TwilioError`` and nothing else of Twilio's."""

    def __init__(self, library: Library, downloads: Downloads) -> None:
        """Ask through ``library``; ``downloads`` fetch files."""
        self._library = library
        self._downloads = downloads

    def send(self, to: str, from_: str, body: str, status_url: str | None = None) -> str:
        """Send a text of at most 1,600 characters and give its SID; ``status_url`` hears how it goes."""
        extra = {"status_callback": status_url} if status_url else {}
        with told():
            return str(self._library.messages.create(to=to, from_=from_, body=body, **extra).sid)

    def sent(self, to: str, from_: str, since: datetime) -> list[TextFacts]:
        """List what was sent to a number since then, the first one first: for one whose SID was lost.

        The list filters by day; a text that is queued has no date of sending
        yet, so the filter is a day wider.
        """
        with told():
            found = self._library.messages.stream(to=to, from_=from_, page_size=PAGE, **_from(since))
            facts = [text_facts(one) for one in found]
        sent = (one for one in facts if not one.incoming and one.sent_at >= since)
        return sorted(sent, key=lambda one: one.sent_at)

    def since(self, since: datetime) -> list[TextFacts]:
        """List all texts, in and out, since then."""
        with told():
            found = self._library.messages.stream(page_size=PAGE, **_from(since))
            return [facts for facts in map(text_facts, found) if facts.sent_at >= since]

    def enclosed(self, key: str) -> tuple[Enclosed, ...]:
        """List what is beside a text."""
        with told():
            found = self._library.messages(key).media.stream(page_size=PAGE)
            return tuple(Enclosed(str(one.sid), str(one.content_type or "")) for one in found)

    def download(self, key: str, enclosed: str, file: BinaryIO, limit_bytes: int) -> int:
        """Write into ``file`` what is beside a text; gives its bytes (Media resource)."""
        return self._downloads.write(f"Messages/{key}/Media/{enclosed}", file, limit_bytes)

    def delete(self, key: str) -> None:
        """Delete a text at Twilio; what is not there is deleted.

        Raises ``TwilioError`` while the text is on its way (20009).
        """
        if not MESSAGE_KEY.match(key):
            raise TwilioError(0, 0, True, f"{key[:40]!r} is no message's SID")
        try:
            with told():
                self._library.messages(key).delete()
        except TwilioError as error:
            if not error.is_absent:
                raise


def _from(since: datetime) -> dict[str, str]:
    day = (since.astimezone(UTC) - timedelta(days=1)).date()
    return {"date_sent_after": day.isoformat()}
