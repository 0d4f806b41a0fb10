"""Pages for what goes wrong: what happened, what was kept, what to do."""

from __future__ import annotations

from flask import Flask, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from callcenter import problem
from callcenter.services.access import NotVisibleError


def register(app: Flask) -> None:
    """Answer errors with pages of our own."""
    app.register_error_handler(NotVisibleError, _not_found)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _broken)


def _page(status: int, title: str, text: str) -> tuple[str, int]:
    return render_template("error.html", status=status, title=title, text=text), status


def _not_found(_error: Exception) -> tuple[str, int]:
    return _page(
        404,
        _("Tidak ditemukan"),
        _("Halaman ini tidak ada, atau bukan milik instansi Anda. Periksa alamatnya."),
    )


def _stale_form(_error: Exception) -> tuple[str, int]:
    return _page(
        400,
        _("Formulir sudah kedaluwarsa"),
        _("Tidak ada yang disimpan. Kembali, muat ulang halaman, lalu kirim sekali lagi."),
    )


def _broken(_error: Exception) -> tuple[str, int]:
    return _page(
        500,
        _("Terjadi kesalahan di sisi kami"),
        _("Perubahan terakhir Anda tidak disimpan. Panggilan warga tetap diterima. Coba lagi sebentar lagi."),
    )


def _http(error: HTTPException) -> Response | tuple[str, int]:
    """Keep redirects and ready responses; give the others a page."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return _ready(error)
    if request.path.startswith(problem.PATHS):
        return problem.of_http(error)
    if status == 404:
        return _not_found(error)
    title, text = _words(status)
    body, status = _page(status, title, text)
    response = _ready(error)
    response.set_data(body)
    response.content_type = "text/html; charset=utf-8"
    return response


def _ready(error: HTTPException) -> Response:
    """Give the error's own response, with the headers it carries (Allow, Content-Range)."""
    response: Response = error.get_response()
    return response


def _words(status: int) -> tuple[str, str]:
    known = {
        403: (_("Tidak diizinkan"), _("Akun Anda tidak berhak membuka halaman ini. Hubungi admin.")),
        413: (_("Berkas terlalu besar"), _("Tidak ada yang disimpan. Kirim berkas paling besar 4 MB.")),
        503: (
            _("Rekaman belum dapat dibuka"),
            _("Tempat penyimpanan rekaman sedang tidak terjangkau. Rekaman tidak hilang; coba lagi nanti."),
        ),
        429: (_("Terlalu banyak percobaan"), _("Tunggu sebentar, lalu coba lagi.")),
    }
    default = (_("Permintaan tidak dapat dilayani"), _("Tidak ada yang disimpan. Kembali dan coba lagi."))
    return known.get(status, default)
