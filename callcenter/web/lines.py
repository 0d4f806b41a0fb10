"""The lines: where nobody can be reached now, and how the last test calls went."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from callcenter.services.lines import Lines
from callcenter.web.context import house, now, viewer

pages = Blueprint("lines", __name__)

MOST_ROWS = 100
"""Of each list: what is worst comes first, the rest is found by searching."""
REACH = {
    "nobody": (_l("Tidak ada petugas"), "bad", _l("Lengkapi daftar jaga instansi ini.")),
    "no_telephone": (
        _l("Tanpa telepon"),
        "bad",
        _l("Isi nomor HP atau akun SIP petugas yang berjaga."),
    ),
    "no_mobile": (
        _l("Tanpa nomor HP"),
        "bad",
        _l("Nomor instansi ini di Twilio, yang hanya dapat memanggil HP. Isi nomor HP petugas jaga."),
    ),
    "no_trunk": (
        _l("Tanpa jalur keluar"),
        "bad",
        _l("Sentral tidak dapat menelepon HP petugas. Isi CALLCENTER_TRUNK_CONTACT."),
    ),
    "away": (
        _l("Telepon terputus"),
        "bad",
        _l("Minta petugas menyalakan teleponnya atau masuk kembali ke aplikasi telepon."),
    ),
    "unknown": (
        _l("Tidak diketahui"),
        "warn",
        _l("Sentral tidak memberi kabar. Periksa proses ivr dan Asterisk."),
    ),
}
CHECKS = {
    "no_call": _l("Tidak dijawab: periksa apakah proses ivr berjalan."),
    "unknown_line": _l("Tidak dikenal sebagai nomor aktif: periksa masa berlakunya."),
    "unplayed": _l("Suara panduan tidak terdengar utuh: buat ulang suaranya."),
    "cut_off": _l("Terputus sebelum suara panduan selesai: periksa log ivr dan Asterisk."),
}


@pages.get("/lines")
def lines() -> str:
    """Show the lines; the page asks for itself again every few seconds."""
    search = request.args.get("q", "")[:80].replace("\0", "")
    with house().database.reading() as session:
        view = Lines(session, viewer(), house().zone).view(search, now())
        return render_template(
            "lines/lines.html",
            view=view,
            search=search,
            most=MOST_ROWS,
            now=now(),
            REACH=REACH,
            CHECKS=CHECKS,
        )
