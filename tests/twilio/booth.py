"""A tiny site that answers Twilio with documents of the test's choice, and the numbers around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from werkzeug.wrappers import Response as BaseResponse

from tests.phone.phone import Clock
from tests.twilio.exchange import Exchange

URL = "https://hotline.test"
ACCOUNT = "AC" + "0" * 32
TOKEN = "1" * 32
NUMBER = "+622345550101"
WHATSAPP = "+622345550102"
"""Our number on WhatsApp, asked at ``/whatsapp``."""
CITIZEN = "+6281200000001"
OFFICER = "+6281200000002"

Answer = str | BaseResponse | Callable[[], Any]
Play = Callable[..., Exchange]


def exchange(clock: Clock, pages: dict[str, Answer]) -> Exchange:
    """An exchange with one number, whose site answers ``/<name>`` with the verbs of that name."""
    spare = f"{URL}/spare" if "spare" in pages else ""
    made = Exchange(_site(pages), clock, url=URL, account=ACCOUNT, token=TOKEN)
    made.add_number(
        NUMBER,
        voice=f"{URL}/voice",
        fallback=f"{URL}/fallback" if "fallback" in pages else "",
        status=f"{URL}/status" if "status" in pages else "",
        sms=f"{URL}/sms",
        sms_fallback=spare,
    )
    made.texting.add_whatsapp(WHATSAPP, f"{URL}/whatsapp", fallback=spare)
    return made


def _site(pages: dict[str, Answer]) -> Flask:
    app = Flask(__name__)

    @app.route("/<name>.wav")
    def sound(name: str) -> Response:
        return Response(b"RIFF", mimetype="audio/wav")

    @app.route("/<name>", methods=["GET", "POST"])
    def page(name: str) -> BaseResponse | tuple[str, int]:
        if name not in pages:
            return "no such page", 404
        answer = pages[name]
        made = answer if isinstance(answer, str | BaseResponse) else answer()
        return twiml(made) if isinstance(made, str) else made

    return app


def twiml(verbs: str) -> Response:
    """Answer with these verbs."""
    return Response(f"<Response>{verbs}</Response>", mimetype="text/xml")


def asked(exchange: Exchange, page: str) -> list[dict[str, str]]:
    """The parameters of every request for a page."""
    return [dict(one.params) for one in exchange.site.asked if one.url.split("?")[0] == f"{URL}/{page}"]
