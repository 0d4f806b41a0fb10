"""What citizens write in texts that we understand, and what we write to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from callcenter.models import DispatchStatus, TicketStatus
from callcenter.services import numbers

STOP_AT_TWILIO = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
START_AT_TWILIO = frozenset({"start", "yes", "unstop"})
HELP_AT_TWILIO = frozenset({"help", "info"})
"""Twilio answers these itself on SMS (help centre: "Twilio support for opt-out keywords"). After its STOP only its START
opens the way again, MULAI does not: so our Indonesian texts offer BERHENTI, which Twilio does not know."""

STOP = STOP_AT_TWILIO | {"berhenti"}
START = START_AT_TWILIO | {"mulai"}
HELP = HELP_AT_TWILIO | {"bantuan"}
ASK = frozenset({"status", "cek"})
FRESH, URGENT = frozenset({"baru"}), frozenset({"darurat"})
_FILLERS = frozenset({"aduan", "tiket", "nomor", "no", "pin"})
_NUMBER = re.compile(r"(?<!\d)(\d{4}[ .-]?\d{4})(?!\d)")
_WORD = re.compile(r"[^\W_]+")
_CALLED_PIN = re.compile(r"(?i)(?<![^\W_])(pin\W{0,5})\d{4}(?!\d)")

HIDDEN = "••••"
"""What is kept and shown in the place of a PIN."""

Kind = Literal["stop", "start", "help", "status", "text", "empty"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a text is about.

    ``number`` is the ticket it names, ``pin`` its PIN; ``fresh`` asks for a
    ticket of its own, ``urgent`` for an emergency's; ``word`` is the keyword.
    """

    kind: Kind
    number: str = ""
    pin: str = ""
    fresh: bool = False
    urgent: bool = False
    word: str = ""


def read(body: str) -> Wish:
    """Understand a text; what is no keyword is a citizen's own words."""
    words = [word.lower() for word in _WORD.findall(body)]
    if not words:
        return Wish("empty" if not body.strip() else "text")
    first = words[0]
    if len(words) == 1 and (kind := _alone(first)):
        return Wish(kind, word=first)
    if (asked := _asked(words)) is not None:
        return asked
    return Wish("text", number=_named(body), fresh=first in FRESH, urgent=first in URGENT)


def without_pin(body: str) -> str:
    """Hide the PIN with which a text asks for a status, and four digits that it calls a PIN."""
    if not read(body).pin:
        return _CALLED_PIN.sub(rf"\g<1>{HIDDEN}", body)
    digits = [at for at, letter in enumerate(body) if letter in "0123456789"]
    return body[: digits[-numbers.PIN_DIGITS]] + HIDDEN + body[digits[-1] + 1 :]


def _alone(word: str) -> Kind | None:
    found: Mapping[Kind, frozenset[str]] = {"stop": STOP, "start": START, "help": HELP}
    return next((kind for kind, words in found.items() if word in words), None)


def _asked(words: list[str]) -> Wish | None:
    """Read ``STATUS``, ``STATUS 27530212 1234`` and a number alone; with other words it is no question."""
    rest = [word for word in words[words[0] in ASK :] if word not in _FILLERS]
    if not all(word.isascii() and word.isdigit() for word in rest):
        return None
    digits = "".join(rest)
    number, pin = digits[:8], digits[8:]
    if not rest and words[0] in ASK:
        return Wish("status")
    if len(pin) not in (0, numbers.PIN_DIGITS) or (words[0] not in ASK and not numbers.is_valid(number)):
        return None
    return Wish("status", number=number, pin=pin)


def _named(body: str) -> str:
    """Give the first ticket number that a text names."""
    found = (re.sub(r"\D", "", one) for one in _NUMBER.findall(body))
    return next((number for number in found if numbers.is_valid(number)), "")


_TASKS: Mapping[str, frozenset[str]] = {
    DispatchStatus.ACKNOWLEDGED: frozenset({"1", "ya", "siap", "terima", "ok", "oke"}),
    "decline": frozenset({"2", "tidak"}),
    DispatchStatus.ON_WAY: frozenset({"jalan", "berangkat", "meluncur"}),
    DispatchStatus.ARRIVED: frozenset({"tiba", "sampai"}),
    DispatchStatus.DONE: frozenset({"selesai"}),
}


@dataclass(frozen=True, slots=True)
class Task:
    """What an officer's text says of a ticket: a ``DispatchStatus``, ``decline``, or nothing but words."""

    what: str | None
    number: str = ""
    words: bool = False
    """There is more to be read than a keyword."""


def read_task(body: str) -> Task:
    """Understand an officer's text: a keyword in front, maybe the ticket's number, maybe more."""
    words = [word.lower() for word in _WORD.findall(body)]
    first = words[0] if words else ""
    what = next((status for status, known in _TASKS.items() if first in known), None)
    number = _named(body)
    rest = [
        word for word in words[1:] if word not in _FILLERS and word not in (number, number[:4], number[4:])
    ]
    return Task(what, number, bool(rest) or what is None)


STATUS_WORDS: Mapping[str, Mapping[str, str]] = {
    "id": {
        TicketStatus.NEW: "sudah diterima dan menunggu verifikasi",
        TicketStatus.VERIFIED: "sudah diverifikasi dan diteruskan kepada petugas",
        TicketStatus.IN_PROGRESS: "sedang dikerjakan",
        TicketStatus.RESOLVED: "sudah ditangani. Bila belum selesai, balas pesan ini",
        TicketStatus.CLOSED: "sudah ditutup. Bila belum selesai, balas pesan ini",
    },
    "en": {
        TicketStatus.NEW: "was received and waits to be verified",
        TicketStatus.VERIFIED: "was verified and given to an officer",
        TicketStatus.IN_PROGRESS: "is being worked on",
        TicketStatus.RESOLVED: "was dealt with. If it is not solved, answer this message",
        TicketStatus.CLOSED: "is closed. If it is not solved, answer this message",
    },
}

WORDINGS: Mapping[str, Mapping[str, str]] = {
    "id": {
        "number": "Aduan Anda tercatat: nomor {number}, PIN {pin}. Balas STATUS untuk perkembangan, BERHENTI untuk berhenti.",
        "opened": "Pesan Anda tercatat sebagai aduan {number}, PIN {pin}. Balas untuk menambah keterangan, "
        "STATUS untuk perkembangan, BERHENTI untuk berhenti.",
        "urgent": "Aduan darurat {number}, PIN {pin}: petugas diberi tahu. Bila ada bahaya, telepon nomor ini sekarang.",
        "added": "Keterangan Anda ditambahkan pada aduan {number}. Untuk hal lain kirim BARU diikuti isinya.",
        "status": "Aduan {number} {status}.",
        "wrong": "Nomor atau PIN tidak cocok. Kirim: STATUS nomor PIN. Contoh: STATUS 12345674 1234",
        "locked": "Aduan ini terlalu sering ditanyakan dengan PIN yang salah. Silakan telepon nomor ini.",
        "help": "Tulis keluhan Anda di sini, atau kirim STATUS nomor PIN. Nomor ini juga dapat ditelepon 24 jam. "
        "BERHENTI untuk berhenti menerima pesan.",
        "stop": "Anda tidak menerima pesan lagi. Kirim MULAI untuk menerimanya kembali.",
        "start": "Anda menerima pesan kembali. Kirim BERHENTI untuk berhenti.",
        "task_taken": "Aduan {number}: tercatat. Balas JALAN, TIBA atau SELESAI.",
        "task_another": "Aduan {number} sudah diterima petugas lain. Terima kasih.",
        "task_over": "Aduan {number}: tidak ada yang diubah, sudah tercatat sebelumnya.",
    },
    "en": {
        "number": "Your complaint is kept: number {number}, PIN {pin}. Answer STATUS to hear more, STOP for no messages.",
        "opened": "Your message is complaint {number}, PIN {pin}. Answer to add to it, STATUS to hear more, "
        "STOP for no messages.",
        "urgent": "Emergency {number}, PIN {pin}: officers are being told. In danger, call this number now.",
        "added": "This was added to complaint {number}. For something else send BARU and your words.",
        "status": "Complaint {number} {status}.",
        "wrong": "Number or PIN do not match. Send: STATUS number PIN. Example: STATUS 12345674 1234",
        "locked": "This complaint was asked for with a wrong PIN too often. Please call this number.",
        "help": "Write your complaint here, or send STATUS number PIN. You can call this number at any hour. "
        "STOP for no messages.",
        "stop": "You will get no more messages. Send START to get them again.",
        "start": "You will get messages again. Send STOP to end that.",
        "task_taken": "Complaint {number}: noted. Answer JALAN, TIBA or SELESAI.",
        "task_another": "Another officer has taken complaint {number}. Thank you.",
        "task_over": "Complaint {number}: nothing was changed, it was noted before.",
    },
}
"""Each fits into one SMS behind a programme's short name (160 letters of GSM 7 bit)."""


def write(wording: str, programme: str, language: str, number: str = "", pin: str = "") -> str:
    """Write one of our wordings; ``status:<status>`` tells a ticket's status."""
    known = language if language in WORDINGS else "id"
    name, _, status = wording.partition(":")
    told = STATUS_WORDS[known].get(status, "")
    return f"{programme}: {WORDINGS[known][name].format(number=number, pin=pin, status=told)}"
