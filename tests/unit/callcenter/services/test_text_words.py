"""What citizens write is understood as they mean it, and what we write fits into one SMS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.models import TicketStatus
from callcenter.services.text_words import (
    STATUS_WORDS,
    WORDINGS,
    Task,
    Wish,
    read,
    read_task,
    without_pin,
    write,
)

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Letters of GSM 03.38's basic table: with any other an SMS holds 70 letters only."""


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        ("STOP", Wish("stop", word="stop")),
        (" stop. ", Wish("stop", word="stop")),
        ("Berhenti", Wish("stop", word="berhenti")),
        ("MULAI", Wish("start", word="mulai")),
        ("bantuan?", Wish("help", word="bantuan")),
        ("Status", Wish("status")),
        ("STATUS 27530212 1234", Wish("status", number="27530212", pin="1234")),
        ("cek aduan no 2753 0212 pin 1234", Wish("status", number="27530212", pin="1234")),
        ("27530212", Wish("status", number="27530212")),
        ("", Wish("empty")),
        ("  \n", Wish("empty")),
        ("\N{CAMERA}", Wish("text")),
    ],
)
def test_keywords(body: str, wish: Wish) -> None:
    assert read(body) == wish


@pytest.mark.parametrize(
    "body",
    [
        "Stop membuang sampah di sungai",
        "berhenti bekerja karena banjir",
        "Status jalan rusak bagaimana",
        "tolong cek lampu jalan",
        "info jalan rusak",
        "saya 081234567890",
        "1234",
    ],
)
def test_a_citizens_own_words_are_no_keyword(body: str) -> None:
    assert read(body) == Wish("text")


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("STATUS 27530212 1234", "STATUS 27530212 ••••"),
        ("status 275302121234", "status 27530212••••"),
        ("cek aduan no 2753 0212 pin 12-34.", "cek aduan no 2753 0212 pin ••••."),
        ("aduan 27530212 PIN: 1234 masih gelap", "aduan 27530212 PIN: •••• masih gelap"),
        ("telepon saya 0812 2753 0212", "telepon saya 0812 2753 0212"),
        ("status 27530212", "status 27530212"),
    ],
)
def test_a_pin_is_not_kept(body: str, kept: str) -> None:
    assert without_pin(body) == kept


def test_a_ticket_is_named_by_a_number_with_a_true_check_digit() -> None:
    assert read("masih gelap, aduan 2753-0212 ya") == Wish("text", number="27530212")
    assert read("masih gelap, aduan 27530213 ya") == Wish("text")
    assert read("nomor saya 0812275302120") == Wish("text")


def test_new_and_urgent_are_said_in_front() -> None:
    assert read("BARU lampu mati") == Wish("text", fresh=True)
    assert read("Darurat! rumah terbakar") == Wish("text", urgent=True)
    assert read("ini bukan darurat") == Wish("text")


@given(st.text(max_size=400))
def test_whatever_comes_is_read(body: str) -> None:
    assert read(body).kind in ("stop", "start", "help", "status", "text", "empty")


@pytest.mark.parametrize(
    ("body", "task"),
    [
        ("1", Task("acknowledged")),
        ("SIAP 27530212", Task("acknowledged", "27530212")),
        ("Siap, 10 menit lagi", Task("acknowledged", words=True)),
        ("2", Task("decline")),
        ("JALAN aduan 2753 0212", Task("on_way", "27530212")),
        ("tiba", Task("arrived")),
        ("Selesai. Lampu sudah diganti", Task("done", words=True)),
        ("Alamatnya di mana?", Task(None, words=True)),
        ("", Task(None, words=True)),
    ],
)
def test_officers_say_how_far_they_are(body: str, task: Task) -> None:
    assert read_task(body) == task


@pytest.mark.parametrize("language", list(WORDINGS))
@pytest.mark.parametrize("wording", [name for name in WORDINGS["id"] if name != "status"])
def test_each_wording_is_one_sms(language: str, wording: str) -> None:
    assert_one_sms(write(wording, "Wong Reang Wadul", language, "27530212", "1234"))


@pytest.mark.parametrize("language", list(WORDINGS))
@pytest.mark.parametrize("status", list(TicketStatus))
def test_each_status_is_one_sms(language: str, status: TicketStatus) -> None:
    words = write(f"status:{status}", "Wong Reang Wadul", language, "27530212")
    assert STATUS_WORDS[language][status] in words
    assert_one_sms(words)


def test_a_language_that_we_do_not_write_is_written_in_indonesian() -> None:
    assert write("stop", "I-Ceta", "jv") == write("stop", "I-Ceta", "id")


def assert_one_sms(words: str) -> None:
    assert set(words) <= GSM
    assert len(words) <= 160
