"""Twilio's words about texts, read with care."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.twilio.texts import Arrived, Enclosed, address, arrived, channel, number

KEY = "SM" + "a" * 32
ME = "ME" + "b" * 32
SMS = {"MessageSid": KEY, "From": "+6281234567890", "To": "+62234271234", "Body": "halo", "NumMedia": "0"}
MEDIA_URL = f"https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/{KEY}/Media/{ME}"


def test_an_sms() -> None:
    assert arrived(SMS) == Arrived(KEY, "sms", "+6281234567890", "+62234271234", "halo")


def test_a_whatsapp_message_with_a_picture() -> None:
    facts = {
        **SMS,
        "From": "whatsapp:+6281234567890",
        "To": "whatsapp:+62234271234",
        "ProfileName": "Siti",
        "NumMedia": "1",
        "MediaUrl0": MEDIA_URL,
        "MediaContentType0": "image/jpeg",
    }
    text = arrived(facts)
    assert (text.channel, text.sender, text.to, text.name) == (
        "whatsapp",
        "+6281234567890",
        "+62234271234",
        "Siti",
    )
    assert text.enclosed == (Enclosed(ME, "image/jpeg"),)


def test_a_place_that_is_shared_is_written_down() -> None:
    place = {"Latitude": "-6.3276", "Longitude": "108.3200", "Label": "Pasar Baru", "Body": ""}
    assert arrived({**SMS, **place}).body == "Lokasi: -6.3276, 108.3200, Pasar Baru"


@pytest.mark.parametrize("key", ["", "SM1", f"{KEY}\n", f"../{KEY}", "CA" + "a" * 32])
def test_a_message_has_a_key(key: str) -> None:
    with pytest.raises(ValueError, match="MessageSid"):
        arrived({**SMS, "MessageSid": key})


@pytest.mark.parametrize(
    "facts",
    [
        {"NumMedia": "1"},
        {"NumMedia": "1", "MediaUrl0": "https://evil.example/x"},
        {"NumMedia": "-1", "MediaUrl0": MEDIA_URL},
        {"NumMedia": "99999999999999999999", "MediaUrl0": MEDIA_URL},
        {"NumMedia": "x", "MediaUrl0": MEDIA_URL},
    ],
)
def test_what_is_no_media_of_the_message_is_left_out(facts: dict[str, str]) -> None:
    assert arrived({**SMS, **facts}).enclosed == ()


@given(st.dictionaries(st.sampled_from([*SMS, "MediaUrl0", "Latitude", "Longitude"]), st.text(max_size=60)))
def test_anything_else_is_read_or_refused(facts: dict[str, str]) -> None:
    assert arrived({**facts, "MessageSid": KEY}).key == KEY


@given(st.sampled_from(["sms", "whatsapp"]), st.from_regex(r"\+\d{7,15}", fullmatch=True))
def test_an_address_is_written_and_read_alike(name: str, told: str) -> None:
    written = address(name, told)
    assert (channel(written), number(written)) == (name, told)
