"""Differences between the log and the exchange's records, in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from callcenter.models import Difference
from callcenter.web import words
from callcenter.web.causes import cause

DIFFERENCES = {
    "not_logged": (_l("Tidak ada di catatan kami"), _l("Sentral telepon mencatat panggilan ini.")),
    "not_in_records": (
        _l("Tidak dikenal sentral"),
        _l("Panggilan ada di catatan kami, tetapi sentral telepon tidak mencatatnya."),
    ),
    "not_closed": (
        _l("Belum ditutup"),
        _l("Sentral telepon mencatat panggilan sudah berakhir, di catatan kami masih berlangsung."),
    ),
    "no_outcome": (_l("Tanpa hasil"), _l("Panggilan sudah berakhir tetapi belum mempunyai hasil.")),
    "cause": (_l("Sebab putus berbeda"), ""),
    "answer_not_logged": (
        _l("Jawaban tidak tercatat"),
        _l("Sentral telepon mencatat seorang petugas menjawab, hasil panggilan mengatakan lain."),
    ),
    "answer_not_recorded": (
        _l("Jawaban tidak dikenal sentral"),
        _l("Hasil panggilan mengatakan petugas menjawab, sentral telepon tidak mencatatnya."),
    ),
    "leg_not_logged": (
        _l("Dering tidak tercatat"),
        _l("Telepon seorang petugas berdering, catatan kami tidak memilikinya."),
    ),
    "message_missing": (_l("Pesan tidak ada"), _l("Pesan selesai direkam, tetapi tidak ada di penyimpanan.")),
    "conversation_missing": (
        _l("Rekaman percakapan tidak ada"),
        _l("Petugas berbicara dengan penelepon, tetapi rekamannya tidak ada."),
    ),
    "recording_without_call": (
        _l("Rekaman tanpa panggilan"),
        _l("Sebuah rekaman menunggu panggilan yang tidak dikenal."),
    ),
    "ticket_missing": (
        _l("Aduan tidak ada"),
        _l("Nomor aduan dibacakan kepada penelepon, tetapi aduannya tidak ada."),
    ),
}
"""By kind: a few words, and the sentence that says what each side knows."""


def title(row: Difference) -> str:
    """Say in a few words what differs."""
    return str(DIFFERENCES.get(row.kind, (row.kind, ""))[0])


def reason(row: Difference) -> str:
    """Say what each side knows."""
    if row.kind == "cause":
        logged, recorded = (_cause(row.data.get(side)) for side in ("logged", "recorded"))
        text = _("Catatan kami: %(logged)s. Sentral telepon: %(recorded)s.", logged=logged, recorded=recorded)
        return str(text)
    sentence = str(DIFFERENCES.get(row.kind, ("", ""))[1])
    known = words.DISPOSITIONS.get(str(row.data.get("logged") or "-"))
    return f"{sentence} ({known[0]})" if known else sentence


def _cause(code: object) -> str:
    text = str(code or "")
    return (cause(int(text)) if text.isdecimal() else "") or "-"
