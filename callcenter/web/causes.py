"""Hang-up causes (ITU-T Q.850) in words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

CAUSES = {
    1: _l("nomor tidak terpasang"),
    16: _l("ditutup seperti biasa"),
    17: _l("nomor sibuk"),
    18: _l("telepon tidak menyahut"),
    19: _l("tidak diangkat"),
    20: _l("telepon tidak terhubung"),
    21: _l("panggilan ditolak"),
    26: _l("dijawab di tempat lain"),
    27: _l("telepon tidak dapat dijangkau"),
    28: _l("format nomor salah"),
    31: _l("ditutup seperti biasa"),
    34: _l("saluran penuh"),
    38: _l("jaringan terputus"),
    41: _l("gangguan sementara"),
    42: _l("jaringan padat"),
    44: _l("saluran tidak tersedia"),
    58: _l("layanan tidak tersedia"),
    102: _l("waktu habis"),
    127: _l("gangguan antarjaringan"),
}


def cause(code: object) -> str:
    """Say a cause with its code; nothing when it is not known."""
    if not isinstance(code, int) or code == 0:
        return ""
    return f"{CAUSES.get(code) or _('sebab')} ({code})"
