"""Where the account's token may go."""

from __future__ import annotations

import pytest

from callcenter.settings import load
from ivr.twilio.names import api_address


@pytest.mark.parametrize(
    "text",
    ["https://api.dublin.ie1.twilio.com", "http://127.0.0.1:8123", "http://localhost:1", "http://[::1]:1"],
)
def test_a_region_s_address_and_this_machine_s_are_taken(text: str) -> None:
    assert api_address(f"{text}/") == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.twilio.com",
        "http://api.twilio.com",
        "https://twilio.com.example",
        "https://eviltwilio.com",
        "https://somebody@api.twilio.com",
        "http://127.0.0.1@example.com",
        "http://192.0.2.1",
        "https://api.twilio.com/2010-04-01",
        "https://api.twilio.com?x=1",
        "ftp://localhost",
    ],
)
def test_the_token_goes_nowhere_else(text: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        api_address(text)


def test_the_setting_is_named_when_it_is_wrong() -> None:
    with pytest.raises(ValueError, match="CALLCENTER_TWILIO_API"):
        load({"CALLCENTER_TWILIO_API": "http://example.com"})
    assert load({}).twilio_api == ""
