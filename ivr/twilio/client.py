"""Twilio's REST API, as far as we use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as Library

from ivr.twilio.downloads import Downloads
from ivr.twilio.elsewhere import ElsewhereClient
from ivr.twilio.errors import TwilioError
from ivr.twilio.facts import CallFacts, RecordingFacts, call_facts, recording_facts
from ivr.twilio.library import told
from ivr.twilio.media import MediaClient, RequestsMedia
from ivr.twilio.messages import Messages
from ivr.twilio.names import API, RECORDING_KEY

SECONDS = 10.0
"""How long an answer may take; our jobs have 30."""

PAGE = 1000
"""Rows a page: the most there are (Twilio, "Twilio's response": PageSize)."""

SOUND = ("audio/", "application/octet-stream", "binary/octet-stream")
"""Twilio says ``audio/x-wav`` (Recording resource); from a store of one's own sound comes as plain bytes."""

PROGRESS = ("initiated", "ringing", "answered", "completed")
"""All that is told of an outbound call (Call resource, ``StatusCallbackEvent``)."""


class Client:
    """One account. Every method raises ``TwilioError`` and nothing else of Twilio's.

    Nothing is tried twice here, that is the outbox's affair. An error whose
    ``status`` is 0 leaves open whether the request was carried out.
    """

    def __init__(
        self,
        account: str,
        token: str,
        http_client: HttpClient | None = None,
        media: MediaClient | None = None,
        *,
        seconds: float = SECONDS,
        media_seconds: float = SECONDS,
        api: str = "",
    ) -> None:
        """Speak for ``account``, at the usual address or at ``api`` (an ``api_address``).

        An answer may take ``seconds``; sound may pause for ``media_seconds``.
        """
        http = ElsewhereClient(api, seconds) if api else TwilioHttpClient(timeout=seconds, max_retries=0)
        self._library = Library(account, token, http_client=http_client or http)
        host = api or self._library.get_hostname(API).rstrip("/")
        base = f"{host}/2010-04-01/Accounts/{account}"
        self._downloads = Downloads(media or RequestsMedia(), base, (account, token), media_seconds)
        self.messages = Messages(self._library, self._downloads)

    def place(self, to: str, caller_id: str, url: str, status_url: str, ring_seconds: int) -> str:
        """Call ``to`` and give the call's SID; who answers hears what ``url`` says.

        Calls beyond the account's calls per second are queued, not refused;
        ``ring_seconds`` are at most 600, and Twilio may add 5 (Call resource).
        """
        with told():
            call = self._library.calls.create(
                to=to,
                from_=caller_id,
                url=url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=list(PROGRESS),
                timeout=ring_seconds,
            )
            return str(call.sid)

    def placed(self, to: str, since: datetime) -> list[tuple[str, str]]:
        """Find calls that we placed to ``to``: SID and status, the oldest second first.

        For a call whose SID was lost. One that is queued has no start yet
        (Call resource, ``start_time``), so it is asked for by its status.
        """
        found: dict[str, CallFacts] = {}
        with told():
            for filters in ({"status": "queued"}, {"start_time_after": _day(since)}):
                calls = self._library.calls.stream(to=to, page_size=PAGE, **filters)
                found.update((call.sid, call) for call in map(call_facts, calls))
        ours = [call for call in found.values() if call.direction == "outbound-api" and call.is_since(since)]
        return [(call.sid, call.status) for call in sorted(ours, key=lambda call: call.created_at)]

    def hang_up(self, sid: str) -> None:
        """End a call, whether it waits, rings or talks; one that is over stays so.

        ``completed`` ends a call in progress too, ``canceled`` would not
        (Call resource, "Update a Call").
        """
        with _fine_if_over(), told():
            self._library.calls(sid).update(status="completed")

    def redirect(self, sid: str, url: str) -> None:
        """Let a call in progress go on with what ``url`` says."""
        with told():
            self._library.calls(sid).update(url=url, method="POST")

    def fetch_recording(self, sid: str) -> RecordingFacts:
        """Describe a recording."""
        with told():
            return recording_facts(self._library.recordings(sid).fetch())

    def download(self, recording_sid: str, file: BinaryIO, limit_bytes: int, channels: int = 1) -> int:
        """Write a recording's WAV into ``file``; give its bytes.

        Two ``channels`` are asked for as ``RequestedChannels=2``; to ask that
        of a mono recording is an error (16113), and without it Twilio gives what
        the recording was made with (changelog of 2022-05-25, dual-channel by default).
        Raises ``OSError`` as well, where ``file`` cannot be written.
        """
        if not RECORDING_KEY.match(recording_sid):
            raise TwilioError(0, 0, True, f"{recording_sid[:40]!r} is no recording's SID")
        query = "?RequestedChannels=2" if channels == 2 else ""
        return self._downloads.write(f"Recordings/{recording_sid}.wav{query}", file, limit_bytes, SOUND)

    def delete_recording(self, sid: str) -> None:
        """Delete the sound at Twilio; what is not there is deleted."""
        with _fine_if_absent(), told():
            self._library.recordings(sid).delete()

    def delete_queue(self, name: str) -> None:
        """Delete the queue with this friendly name; one that is not there is deleted.

        Queues persist, and there is no filter by name (Queue resource). One
        that is not empty is refused (Queue resource, "Delete a Queue").
        """
        with _fine_if_absent(), told():
            for queue in self._library.queues.stream(page_size=PAGE):
                if queue.friendly_name == name:
                    queue.delete()
                    return

    def numbers(self, names: Sequence[str]) -> list[tuple[str, str, dict[str, str]]]:
        """List the account's numbers: SID, E.164, and their settings of these ``names``."""
        with told():
            found = self._library.incoming_phone_numbers.stream(page_size=PAGE)
            return [(str(one.sid), str(one.phone_number), _settings(one, names)) for one in found]

    def set_number(self, sid: str, settings: Mapping[str, str]) -> None:
        """Change settings of a number."""
        with told():
            self._library.incoming_phone_numbers(sid).update(**settings)

    def recordings(self, since: datetime) -> list[RecordingFacts]:
        """List the recordings made since then; the deleted are not among them."""
        with told():
            found = self._library.recordings.stream(date_created_after=_day(since), page_size=PAGE)
            return [facts for facts in map(recording_facts, found) if facts.is_since(since)]

    def calls(self, since: datetime) -> list[CallFacts]:
        """List the calls, in and out, that began since then."""
        with told():
            found = self._library.calls.stream(start_time_after=_day(since), page_size=PAGE)
            return [facts for facts in map(call_facts, found) if facts.is_since(since)]


def _settings(number: Any, names: Sequence[str]) -> dict[str, str]:
    return {name: str(getattr(number, name) or "") for name in names}


def _day(since: datetime) -> str:
    """Write what lists filter by: days, in UTC (Call and Recording resource)."""
    return f"{since.astimezone(UTC):%Y-%m-%d}"


@contextmanager
def _fine_if_over() -> Iterator[None]:
    try:
        yield
    except TwilioError as error:
        if not error.is_over and not error.is_absent:
            raise


@contextmanager
def _fine_if_absent() -> Iterator[None]:
    try:
        yield
    except TwilioError as error:
        if not error.is_absent:
            raise
