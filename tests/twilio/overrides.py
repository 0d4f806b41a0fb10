"""Connection overrides: what a webhook URL's fragment asks of Twilio.

Source: page "Webhooks (HTTP callbacks): Connection Overrides". Without any, Twilio tries once more when
the connection failed (``rc=1``, ``rp=ct``); each try bears the same idempotency token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.twilio.refusals import Refused

RANGES = {"ct": (100, 10000), "rt": (100, 15000), "tt": (100, 15000), "rc": (0, 5)}
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How long an answer is waited for, and what is tried again how often."""

    read_seconds: float = 15
    total_seconds: float = 15
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def retry(self, kind: str) -> bool:
        """Whether a failure of this kind (``ct``, ``rt``, ``4xx``, ``5xx``) is tried again."""
        return kind in self.policies or (bool(kind) and "all" in self.policies)


def read(url: str) -> Overrides:
    """Read a URL's fragment; raises ``Refused`` for what is not documented."""
    fragment = urlsplit(url).fragment
    values = dict(pair.partition("=")[::2] for pair in fragment.split("&")) if fragment else {}
    for name, value in values.items():
        _check(name, value, url)
    return Overrides(
        int(values.get("rt", 15000)) / 1000,
        int(values.get("tt", 15000)) / 1000,
        int(values.get("rc", 1)),
        frozenset(values.get("rp", "ct").split(",")),
    )


def _check(name: str, value: str, url: str) -> None:
    if name in RANGES:
        least, most = RANGES[name]
        sound = bool(re.fullmatch(r"\d{1,5}", value)) and least <= int(value) <= most
    elif name == "rp":
        sound = set(value.split(",")) <= POLICIES
    else:
        sound = name in ("e", "sni")
    if not sound:
        raise Refused(11100, f"connection override {name}={value} in {url}")
