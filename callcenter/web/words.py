"""Codes of the domain in words of the page, and times in the instance's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from callcenter.models import Call, CallerKind, Obligation, Ticket
from callcenter.services.callers import mask
from callcenter.services.telling import occasion_of
from callcenter.web import guard
from callcenter.web.context import house, now
from callcenter.web.security import style_nonce

DISPOSITIONS = {
    "answered": (_l("Dijawab petugas"), "good"),
    "recorded": (_l("Pesan direkam"), "note"),
    "call_back": (_l("Perlu ditelepon balik"), "warn"),
    "discarded": (_l("Diabaikan"), "calm"),
    "": (_l("Sedang berlangsung"), "live"),
}
STATUSES = {
    "new": (_l("Baru"), "warn"),
    "verified": (_l("Terverifikasi"), "note"),
    "in_progress": (_l("Dikerjakan"), "note"),
    "resolved": (_l("Selesai ditangani"), "good"),
    "closed": (_l("Ditutup"), "calm"),
}
CATEGORIES = {"general": _l("Umum"), "emergency": _l("Darurat")}
ROLES = {"officer": _l("Petugas"), "supervisor": _l("Pengawas"), "admin": _l("Admin")}
OBLIGATIONS = {
    "open": (_l("Terbuka"), "warn"),
    "done": (_l("Sudah ditelepon"), "good"),
    "closed": (_l("Ditutup"), "calm"),
}
LEVELS = {
    1: _l("petugas jaga"),
    2: _l("petugas jaga instansi induk"),
    3: _l("pengawas"),
}
OCCASIONS = {
    "opened": _l("telepon balik dibuka"),
    "emergency": _l("warga menelepon lagi dan memilih darurat"),
    "late-1": _l("lewat batas, eskalasi 1"),
    "late-2": _l("lewat batas, eskalasi 2"),
    "late-3": _l("lewat batas, eskalasi 3"),
    "handed-over": _l("serah terima jaga"),
}
MARKS = {
    "proposed": (_l("Diusulkan"), "note"),
    "active": (_l("Berlaku"), "warn"),
    "withdrawn": (_l("Dicabut"), "calm"),
    "expired": (_l("Berakhir"), "calm"),
}
MARK_LISTS = {"proposed": _l("Diusulkan"), "active": _l("Berlaku"), "ended": _l("Berakhir")}
MARK_REASONS = {"silent": _l("panggilan tanpa suara"), "prank": _l("panggilan iseng")}
LEG_OUTCOMES = {
    "answered": _l("menjawab"),
    "no_answer": _l("tidak menjawab"),
    "busy": _l("sedang sibuk"),
    "cancelled": _l("berhenti berdering"),
    "unreachable": _l("tidak dapat dihubungi"),
    "failed": _l("gagal disambungkan"),
    None: _l("masih tersambung"),
}
DIAL_OUTCOMES = {
    "answered": _l("Percakapan dengan petugas selesai"),
    "no_answer": _l("Tidak ada petugas yang menjawab"),
    "nobody": _l("Tidak ada petugas yang dapat dihubungi"),
    "caller_gone": _l("Penelepon menutup saat menunggu"),
    "failed": _l("Penyambungan ke petugas gagal"),
    "call_back": _l("Penelepon minta ditelepon kembali"),
    "message": _l("Penelepon memilih meninggalkan pesan"),
}
SIDES = {
    "caller": _l("penelepon"),
    "officer": _l("petugas"),
    "system": _l("sistem"),
    "exchange": _l("sentral telepon yang mati"),
    "unknown": _l("pihak yang tidak diketahui"),
}
RECORD_ENDS = {
    "key": _l("penelepon menekan tombol"),
    "silence": _l("penelepon berhenti berbicara"),
    "limit": _l("batas waktu tercapai"),
    "hangup": _l("penelepon menutup"),
    "error": _l("perekaman gagal"),
}
RECORDING_KINDS = {"message": _l("Pesan"), "conversation": _l("Percakapan")}
REASONS = {
    "officer": _l("berbicara dengan petugas"),
    "message": _l("meninggalkan pesan"),
    "ticket_without_message": _l("aduan dibuka tanpa pesan suara"),
    "emergency_unanswered": _l("panggilan darurat tidak terjawab"),
    "asked": _l("penelepon minta ditelepon kembali saat menunggu"),
    "abandoned": _l("penelepon menutup sebelum menyampaikan aduan"),
    "silent": _l("penelepon tidak menekan tombol dan tidak berbicara"),
    "status_told": _l("status aduan sudah disampaikan"),
    "no_number": _l("tidak ada nomor yang dapat ditelepon balik"),
    "unknown_line": _l("nomor yang dituju tidak aktif"),
    "line_off": _l("nomor yang dituju belum dinyalakan"),
    "test": _l("panggilan uji dari sistem sendiri"),
}
PROBLEMS = {
    "empty": _l("Berkas kosong"),
    "broken_header": _l("Terputus saat ditulis; bagian yang ada diselamatkan"),
    "not_audio": _l("Berkas rusak, tidak dapat diputar"),
    "shorter": _l("Lebih pendek daripada yang dicatat penyedia telepon"),
    "too_long": _l("Terlalu panjang untuk diputar"),
}
ALARMS = {
    "recording-failed": _l("Perekaman gagal"),
    "recording-doubtful": _l("Rekaman dari penyedia meragukan"),
    "recording-store": _l("Penyimpanan rekaman tidak terjangkau"),
    "disk-full": _l("Ruang penyimpanan penuh"),
    "recording-unreadable": _l("Rekaman tidak terbaca"),
    "recording-without-call": _l("Rekaman tanpa panggilan"),
    "exchange-alone": _l("Sentral telepon melayani sendiri"),
    "spool-strange-file": _l("Berkas asing di antrean rekaman"),
    "call-back-overdue": _l("Telepon balik tidak dilakukan"),
    "outbox-late": _l("Pekerjaan terlambat"),
    "texts-refused": _l("SMS dan WhatsApp ditolak penyedia"),
    "dispatch-unanswered": _l("Aduan belum diterima petugas mana pun"),
    "dispatch-stuck": _l("Penugasan macet"),
    "notification-unknown": _l("Pemberitahuan petugas tidak pasti terkirim"),
    "job-failing": _l("Pekerjaan gagal berulang kali"),
    "periodic-failing": _l("Pekerjaan berkala gagal"),
    "line-failing": _l("Panggilan uji gagal"),
    "nobody-reachable": _l("Tidak ada yang dapat menjawab"),
    "exchange-silent": _l("Sentral telepon tidak memberi kabar"),
}
LANGUAGES = {"id": _l("Indonesia"), "en": _l("Inggris")}


def register(app: Flask) -> None:
    """Give the words to every template."""
    app.jinja_env.filters.update({teller.__name__: teller for teller in _FILTERS})
    app.jinja_env.globals.update(
        DISPOSITIONS=DISPOSITIONS,
        STATUSES=STATUSES,
        CATEGORIES=CATEGORIES,
        ROLES=ROLES,
        OBLIGATIONS=OBLIGATIONS,
        LEVELS=LEVELS,
        MARKS=MARKS,
        MARK_LISTS=MARK_LISTS,
        MARK_REASONS=MARK_REASONS,
        LEG_OUTCOMES=LEG_OUTCOMES,
        RECORDING_KINDS=RECORDING_KINDS,
        LANGUAGES=LANGUAGES,
        ALARMS=ALARMS,
        style_nonce=style_nonce,
    )
    app.context_processor(_page_words)


def when(time: datetime | None, with_seconds: bool = False) -> str:
    """Say a time in full: 23 Nov 2026 14.05 WIB."""
    if time is None:
        return "-"
    local = time.astimezone(house().zone)
    return f"{_format(local, 'd MMM yyyy')} {clock(time, with_seconds)} {local.tzname()}"


def clock(time: datetime | None, with_seconds: bool = True) -> str:
    """Say a time of day: 14.05.09 in Indonesian, 14:05:09 in English."""
    if time is None:
        return "-"
    mark = "." if _locale() == "id" else ":"
    pattern = mark.join(["HH", "mm", "ss"] if with_seconds else ["HH", "mm"])
    return _format(time.astimezone(house().zone), pattern)


def day(time: datetime | None) -> str:
    """Say a day: Senin, 23 November 2026."""
    return "-" if time is None else _format(time.astimezone(house().zone), "EEEE, d MMMM yyyy")


def short_day(of: date) -> str:
    """Say a date in a table: Sen, 23 Nov 2026."""
    return format_date(of, "EEE, d MMM yyyy", locale=_locale())


def month(of: date) -> str:
    """Say a month: November 2026."""
    return format_date(of, "MMMM yyyy", locale=_locale())


def week(of: date) -> str:
    """Give the ISO week that a day is in to an address: 2026-W48."""
    return f"{of:%G-W%V}"


def ending(time: datetime) -> str:
    """Say the time of day at which something ends: midnight is 24.00."""
    said = clock(time, with_seconds=False)
    return f"24{said[2:]}" if said[:2] == "00" and said[3:] == "00" else said


def field(time: datetime) -> str:
    """Give a time to a ``datetime-local`` field, on the instance's clocks."""
    return time.astimezone(house().zone).strftime("%Y-%m-%dT%H:%M")


def decimal(number: float) -> str:
    """Say a number with one decimal: 12,5."""
    return format_decimal(number, "#,##0.#", locale=_locale())


def iso(time: datetime | None) -> str:
    """Give a time to machines, for a ``time`` element."""
    return "" if time is None else time.astimezone(house().zone).isoformat(timespec="seconds")


def seconds(length: float | timedelta | None) -> str:
    """Say a length as minutes and seconds: 1:05, or 1:02:05 from an hour on."""
    if length is None:
        return "-"
    whole = round(length.total_seconds() if isinstance(length, timedelta) else length)
    minutes, rest = divmod(max(whole, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def since(time: datetime) -> str:
    """Say how long ago something began."""
    return seconds(now() - time)


def masked(number: str | None) -> str:
    """Show no more of a caller's number than tells two calls apart."""
    return mask(number) if number else str(_l("Nomor tidak diketahui"))


def caller(thing: Call | Ticket | Obligation) -> str:
    """Say who called: the number, or why there is none."""
    if thing.caller_number:
        return thing.caller_number
    hidden = getattr(thing, "caller_kind", None) == CallerKind.ANONYMOUS
    return str(_l("Nomor disembunyikan") if hidden else _l("Nomor tidak diketahui"))


def reason(code: object) -> str:
    """Say why something came to be as it is."""
    return str(REASONS.get(str(code or ""), code or ""))


def occasion(fact: str) -> str:
    """Say why somebody was told of a call-back."""
    code = occasion_of(fact)
    return str(OCCASIONS.get(code, code))


def problem(code: str | None) -> str:
    """Say what is wrong with an audio object."""
    return str(PROBLEMS.get(code or "", code or ""))


def _format(time: datetime, pattern: str) -> str:
    return format_datetime(time, pattern, locale=_locale())


def _locale() -> str:
    locale = get_locale()
    return locale.language if locale else "id"


def _page_words() -> dict[str, object]:
    person = current_user.viewer if current_user and current_user.is_authenticated else None
    return {
        "programme": house().settings.programme,
        "viewer": person,
        "page_language": _locale(),
        "has_admin": person is not None and guard.admits("admin.index", person.role),
    }


_FILTERS = (
    week,
    short_day,
    when,
    clock,
    day,
    month,
    ending,
    field,
    decimal,
    iso,
    seconds,
    since,
    masked,
    caller,
    reason,
    occasion,
    problem,
)
