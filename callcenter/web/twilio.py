"""The door for Twilio: signed requests in, TwiML out."""

from __future__ import annotations

import logging
from typing import cast

from flask import Blueprint, abort, current_app, request, send_file
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from callcenter.house import house
from callcenter.services.access import possible_id
from callcenter.services.remote_recordings import RemoteRecordings
from callcenter.services.ringing import STEP
from callcenter.services.text_inbox import TextInbox
from callcenter.services.text_sending import TextSending
from callcenter.services.tickets import Tickets
from callcenter.twilio_line import BadRequestError, TwilioLine
from ivr.prompts.files import Files
from ivr.twilio.names import PREFIX, RECORDING_KEY, Attempt
from ivr.twilio.signature import HEADER, Signatures
from ivr.twilio.texts import MESSAGE_KEY, Arrived, arrived
from ivr.twilio.turns import nothing
from recordings.spool import AudioName

log = logging.getLogger(__name__)

pages = Blueprint("twilio", __name__, url_prefix=PREFIX)

XML = "text/xml"
PROMPT_SECONDS = 3600
"""How long Twilio may keep a prompt: a name that was spoken anew is heard within the hour."""


ALONE = frozenset({"twilio.voice", "twilio.turn"})
WAITING = frozenset({"twilio.wait", "twilio.wait_key"})


@pages.before_request
def check() -> None:
    """Refuse what Twilio did not sign, before anything of it is read into the log."""
    if _line() is None:
        abort(404)
    if request.endpoint == "twilio.prompt":
        return
    path = request.full_path if request.query_string else request.path
    if not _signatures().are_good(path, request.form, request.headers.get(HEADER, "")):
        abort(403)


@pages.errorhandler(BadRequestError)
def bad_request(error: BadRequestError) -> tuple[str, int]:
    """Refuse what is signed and still none of Twilio's requests."""
    return str(error), 400


@pages.errorhandler(Exception)
def trouble(error: Exception) -> Response | HTTPException:
    """Keep a citizen whatever is away here: they go on alone, or wait on."""
    if isinstance(error, HTTPException):
        return error  # refused, not broken
    if request.endpoint in ALONE:
        log.exception("call %s goes on without a database", request.form.get("CallSid"), exc_info=error)
        return _xml(_twilio().fallback(request.form))
    if request.endpoint in WAITING:
        log.exception("call %s waits on", request.form.get("CallSid"), exc_info=error)
        return _xml(_twilio().writer.still_waiting("id", [], STEP))
    raise error


@pages.post("/voice")
def voice() -> Response:
    """Take a call that comes in."""
    return _xml(_twilio().voice(request.form))


@pages.post("/turn/<int:number>")
def turn(number: int) -> Response:
    """Take what ended a turn."""
    return _xml(_twilio().turn(number, request.form))


@pages.post("/wait/<int:number>")
def wait(number: int) -> Response:
    """Tell what a citizen who waits hears next."""
    return _xml(_twilio().waiting(number, request.form))


@pages.post("/wait/<int:number>/key")
def wait_key(number: int) -> Response:
    """Take a key of a citizen who waits."""
    return _xml(_twilio().waiting_key(number, request.form))


@pages.post("/status")
def status() -> Response:
    """Take the end of a call."""
    _twilio().status(request.form)
    return _xml(nothing())


@pages.post("/check")
def reached() -> Response:
    """Tell whoever signs as Twilio does that they have found us."""
    return _xml(nothing())


@pages.post("/fallback")
def fallback() -> Response:
    """Take a call for which something of ours is away."""
    return _xml(_twilio().fallback(request.form))


@pages.post("/fallback/kept")
def fallback_kept() -> Response:
    """Tell such a call its number."""
    return _xml(_twilio().kept_alone(request.form))


@pages.post("/officer/<key>")
def officer(key: str) -> Response:
    """Tell an officer who answered what to do."""
    return _xml(_twilio().officer(_attempt(key)))


@pages.post("/officer/<key>/key")
def officer_key(key: str) -> Response:
    """Take an officer's key."""
    return _xml(_twilio().officer_key(_attempt(key), request.form))


@pages.post("/officer/<key>/connected")
def officer_connected(key: str) -> Response:
    """Hear that officer and citizen are connected now."""
    _twilio().officer_connected(_attempt(key))
    return _xml(nothing())


@pages.post("/officer/<key>/done")
def officer_done(key: str) -> Response:
    """End an officer's call once the citizen is gone."""
    _attempt(key)
    return _xml(_twilio().writer.goodbye("id"))


@pages.post("/officer/<key>/status")
def officer_status(key: str) -> Response:
    """Take what became of an officer's call."""
    _twilio().officer_status(_attempt(key), request.form)
    return _xml(nothing())


@pages.post("/message")
def message() -> Response:
    """Take a text that comes in; it is answered apart, so that no answer is sent twice."""
    with house().database.transaction() as session:
        _inbox(session).take(_arrived(), house().clock())
    return _xml(nothing())


@pages.post("/message/<int:text_id>/status")
def message_status(text_id: int) -> Response:
    """Hear how a text of ours fares."""
    form, key = request.form, request.form.get("MessageSid", "")
    if not MESSAGE_KEY.match(key):
        raise BadRequestError(f"not a MessageSid: {key[:80]!r}")
    with house().database.transaction() as session:
        try:
            sending = TextSending(session, _tickets(session), house().settings.programme)
            status, code = form.get("MessageStatus", ""), form.get("ErrorCode", 0, int)
            sending.heard(possible_id(text_id), key, status, code, house().clock())
        except LookupError as error:
            raise BadRequestError(str(error)) from None
    return _xml(nothing())


@pages.post("/recording/<name>")
def recording(name: str) -> Response:
    """Hear that a recording is there, or that there is none."""
    audio, form = _audio_name(name), request.form
    sid, state = form.get("RecordingSid", ""), form.get("RecordingStatus", "")
    if not RECORDING_KEY.match(sid):
        raise BadRequestError(f"not a RecordingSid: {sid[:80]!r}")
    seconds, channels = form.get("RecordingDuration", 0, int), form.get("RecordingChannels", 1, int)
    officer_first = audio.kind == "conversation"
    with house().database.transaction() as session:
        recordings = RemoteRecordings(session)
        recordings.told(audio.call, name, sid, state, seconds, channels, officer_first, house().clock())
    return _xml(nothing())


@pages.get("/prompts/<language>/<path:name>.wav")
def prompt(language: str, name: str) -> Response:
    """Give a spoken prompt; it holds nothing that is not said to everybody who calls."""
    path = Files(house().settings.prompts_dir).path(language, name)
    if path is None:
        abort(404)
    response = send_file(path, mimetype="audio/wav", max_age=PROMPT_SECONDS, conditional=True)
    return cast(Response, response)


def _attempt(key: str) -> Attempt:
    try:
        return Attempt.parse(key)
    except ValueError as error:
        raise BadRequestError(str(error)) from None


def _audio_name(text: str) -> AudioName:
    try:
        return AudioName.parse(text)
    except ValueError as error:
        raise BadRequestError(str(error)) from None


def _arrived() -> Arrived:
    try:
        return arrived(request.form)
    except ValueError as error:
        raise BadRequestError(str(error)) from None


def _inbox(session: Session) -> TextInbox:
    policy = _twilio().policy
    return TextInbox(session, policy.secret, policy.zone)


def _tickets(session: Session) -> Tickets:
    policy = _twilio().policy
    return Tickets(session, policy.secret, policy.zone)


def _line() -> TwilioLine | None:
    return cast("TwilioLine | None", current_app.extensions.get("twilio"))


def _twilio() -> TwilioLine:
    line = _line()
    assert line is not None, "the door is closed without an account"
    return line


def _signatures() -> Signatures:
    settings = house().settings
    return Signatures(settings.twilio_token, settings.twilio_urls)


def _xml(document: str) -> Response:
    return Response(document, mimetype=XML)
