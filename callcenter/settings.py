"""Where the processes find each other, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from ivr.twilio.names import api_address


@dataclass(frozen=True, slots=True)
class Settings:
    """One instance's settings; every path lies under ``home``."""

    home: Path
    database_url: str
    redis_url: str
    store_url: str
    node: str
    time_zone: str
    programme: str
    web_host: str
    web_port: int
    web_url: str
    """Where officers' messages point to."""
    redis_port: int
    agi_host: str
    agi_port: int
    ami_host: str
    ami_port: int
    sip_host: str
    sip_port: int
    rtp_start: int
    rtp_end: int
    notify_url: str
    secure_cookies: bool
    max_message_seconds: int
    ring_seconds: int
    connect_seconds: int
    spool_free_mb: int
    """An alarm is raised when the spool's disk has fewer MiB left."""
    reserve_mb: int = 32
    """MiB of the home's disk that are given up when it is full, for what is small and told once."""
    line_test_seconds: int = 86_400
    """Each line is called as a test this often; 0 for never."""
    duty_longest_hours: int = 24
    """House rule: duty without a break that is longer is warned of; 0 for never."""
    duty_rest_hours: int = 8
    """House rule: a shorter break between two duties is warned of; 0 for never."""
    quiet_hours: tuple[time, time] | None = None
    """When what is not urgent wakes nobody but who is on duty for it: [from, until)."""
    heartbeat_url: str = ""
    """Asked every minute while nothing is stuck; who watches it hears of silence."""
    trunk_hosts: tuple[str, ...] = ("127.0.0.1",)
    trunk_contact: str = ""
    turn_seconds: int = 3
    """A caller whose turn takes longer is served by the exchange alone; 5 s of silence are too many."""
    trusted_proxies: int = 0
    """Reverse proxies in front of the pages, each of which adds to ``X-Forwarded-For``."""

    twilio_account: str = ""
    """The account's SID; empty: no line is served by Twilio."""
    twilio_token: str = field(default="", repr=False)
    """The account's auth token: it signs the webhooks and opens the REST API."""
    twilio_urls: tuple[str, ...] = ()
    """Where Twilio finds this site: the first is told to it, a signature for any of them is good."""

    twilio_fallback_url: str = ""
    """Where Twilio turns when this site does not answer: a TwiML Bin, say. Empty: here once more."""

    twilio_api: str = ""
    """Where the REST API is asked: a Region's host, or a stand-in on this machine. Empty: api.twilio.com."""

    @property
    def duty_hours(self) -> tuple[int, int]:
        """The longest duty and the shortest rest between two, in hours."""
        return self.duty_longest_hours, self.duty_rest_hours

    @property
    def asterisk_dir(self) -> Path:
        """Rendered configuration and state of the node's exchange."""
        return self.home / "asterisk"

    @property
    def spool_dir(self) -> Path:
        """The node's audio spool: ``open/`` being written, ``ready/`` closed."""
        return self.home / "spool"

    @property
    def prompts_dir(self) -> Path:
        """Spoken prompts, ``<language>/<name>.<format>``."""
        return self.home / "prompts"

    @property
    def secrets_dir(self) -> Path:
        """Random secrets made at first start, readable by the owner only."""
        return self.home / "secrets"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises ``ValueError`` naming the variable at fault."""
    home = Path(environ.get("CALLCENTER_HOME", "var")).resolve()
    if any(letter in str(home) for letter in " ,&;|\"'$`\\"):
        raise ValueError(f"CALLCENTER_HOME: {home} has characters an exchange cannot take")
    redis_port = _integer(environ, "CALLCENTER_REDIS_PORT", 6390)
    web_port = _integer(environ, "CALLCENTER_WEB_PORT", 8080)
    return Settings(
        home=home,
        database_url=environ.get("CALLCENTER_DATABASE_URL", f"sqlite:///{home}/callcenter.db"),
        redis_url=environ.get("CALLCENTER_REDIS_URL", f"redis://127.0.0.1:{redis_port}/0"),
        store_url=environ.get("CALLCENTER_STORE_URL", f"file://{home}/store"),
        node=environ.get("CALLCENTER_NODE", "node1"),
        time_zone=environ.get("CALLCENTER_TIME_ZONE", "Asia/Jakarta"),
        programme=environ.get("CALLCENTER_PROGRAMME", "I-Ceta"),
        web_host=environ.get("CALLCENTER_WEB_HOST", "127.0.0.1"),
        web_port=web_port,
        web_url=environ.get("CALLCENTER_WEB_URL", f"http://127.0.0.1:{web_port}").rstrip("/"),
        redis_port=redis_port,
        agi_host=environ.get("CALLCENTER_AGI_HOST", "127.0.0.1"),
        agi_port=_integer(environ, "CALLCENTER_AGI_PORT", 4573),
        ami_host=environ.get("CALLCENTER_AMI_HOST", "127.0.0.1"),
        ami_port=_integer(environ, "CALLCENTER_AMI_PORT", 5038),
        sip_host=environ.get("CALLCENTER_SIP_HOST", "127.0.0.1"),
        sip_port=_integer(environ, "CALLCENTER_SIP_PORT", 5060),
        rtp_start=_integer(environ, "CALLCENTER_RTP_START", 20000),
        rtp_end=_integer(environ, "CALLCENTER_RTP_END", 21999),
        notify_url=environ.get("CALLCENTER_NOTIFY_URL", ""),
        secure_cookies=environ.get("CALLCENTER_SECURE_COOKIES", "0") == "1",
        trunk_hosts=tuple(environ.get("CALLCENTER_TRUNK_HOSTS", "127.0.0.1").replace(",", " ").split()),
        trunk_contact=environ.get("CALLCENTER_TRUNK_CONTACT", ""),
        heartbeat_url=environ.get("CALLCENTER_HEARTBEAT_URL", ""),
        quiet_hours=_hours(environ, "CALLCENTER_QUIET_HOURS"),
        **_limits(environ),
        **_twilio(environ),
    )


def _twilio(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the Twilio account; all of it or nothing."""
    urls = environ.get("CALLCENTER_TWILIO_URLS", "").replace(",", " ").split()
    read = {
        "twilio_account": environ.get("CALLCENTER_TWILIO_ACCOUNT", ""),
        "twilio_token": environ.get("CALLCENTER_TWILIO_TOKEN", ""),
        "twilio_urls": tuple(url.rstrip("/") for url in urls),
    }
    fallback = environ.get("CALLCENTER_TWILIO_FALLBACK_URL", "")
    if any(read.values()) and not all(read.values()):
        raise ValueError(
            "CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS belong together: one of them is missing"
        )
    api = environ.get("CALLCENTER_TWILIO_API", "")
    return {**read, "twilio_fallback_url": fallback, "twilio_api": _twilio_api(api) if api else ""}


def _twilio_api(address: str) -> str:
    try:
        return api_address(address)
    except ValueError as error:
        raise ValueError(f"CALLCENTER_TWILIO_API: {error}") from None


def _limits(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read how long, how many and how much."""
    return {
        "max_message_seconds": _integer(environ, "CALLCENTER_MAX_MESSAGE_SECONDS", 180),
        "ring_seconds": _integer(environ, "CALLCENTER_RING_SECONDS", 15),
        "connect_seconds": _integer(environ, "CALLCENTER_CONNECT_SECONDS", 60),
        "line_test_seconds": _integer(environ, "CALLCENTER_LINE_TEST_SECONDS", 86_400),
        "duty_longest_hours": _count(environ, "CALLCENTER_DUTY_LONGEST_HOURS", 24),
        "duty_rest_hours": _count(environ, "CALLCENTER_DUTY_REST_HOURS", 8),
        "spool_free_mb": _integer(environ, "CALLCENTER_SPOOL_FREE_MB", 500),
        "reserve_mb": _count(environ, "CALLCENTER_RESERVE_MB", 32),
        "turn_seconds": _integer(environ, "CALLCENTER_TURN_SECONDS", 3),
        "trusted_proxies": _count(environ, "CALLCENTER_TRUSTED_PROXIES", 0),
    }


def _hours(environ: Mapping[str, str], name: str) -> tuple[time, time] | None:
    """Read ``21-6`` or ``21:30-06:00``; empty is none."""
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        starts, ends = (_clock(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not like 21-6 or 21:30-06:00") from None
    if starts == ends:
        raise ValueError(f"{name}: {text!r} would be the whole day")
    return starts, ends


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute or 0))


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    number = _integer(environ, name, default)
    if number < 0:
        raise ValueError(f"{name}: {number} is less than none")
    return number


def _integer(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not a whole number") from None
