"""Twilio's REST API, as the ``http_client`` of ``twilio.rest.Client``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange


class Faults:
    """stub"""


class RestClient:
    def __init__(self, exchange: Exchange) -> None:
        pass
