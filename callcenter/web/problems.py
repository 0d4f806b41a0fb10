"""Codes of wrong values in words: what is wrong, and how to mend it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from callcenter.services.csv_table import MAX_ROWS

TIERS = {
    "regency": _l("Pos kabupaten"),
    "dinas": _l("Perangkat daerah"),
    "rsud": _l("RSUD"),
    "bumd": _l("BUMD"),
    "kecamatan": _l("Kecamatan"),
    "puskesmas": _l("Puskesmas"),
    "desa": _l("Desa/kelurahan"),
}
WEEKDAYS = (
    _l("Senin"),
    _l("Selasa"),
    _l("Rabu"),
    _l("Kamis"),
    _l("Jumat"),
    _l("Sabtu"),
    _l("Minggu"),
)

_PROBLEMS = {
    "empty": _l("Belum diisi. Isi kolom ini."),
    "too_long": _l("Terlalu panjang. Persingkat menjadi paling banyak 120 huruf."),
    "long_reason": _l("Terlalu panjang. Persingkat menjadi paling banyak 500 huruf."),
    "long_note": _l("Terlalu panjang. Persingkat menjadi paling banyak 2.000 huruf."),
    "unprintable": _l("Ada karakter yang tidak dapat ditampilkan. Ketik ulang nilainya."),
    "formula": _l("Tampak seperti rumus lembar kerja. Hapus tanda = + - @ di awalnya."),
    "bad_code": _l("Hanya huruf kecil a-z, angka, dan tanda hubung, paling banyak 40. Contoh: dinas-sosial."),
    "reserved_code": _l("Akhiran “emergency” dipakai sistem. Pilih kode lain."),
    "taken_code": _l("Kode ini sudah dipakai. Pilih kode lain, atau ubah instansi yang sudah ada."),
    "code_twice": _l(
        "Kode ini sudah ada di baris sebelumnya. Baris tambahan hanya untuk nomor lain dengan nama sama."
    ),
    "unknown_tier": _l(
        "Jenis tidak dikenal. Pilih: kabupaten, dinas, rsud, bumd, kecamatan, puskesmas, atau desa."
    ),
    "unknown_agency": _l("Tidak ada instansi dengan kode ini. Periksa kodenya, atau daftarkan dulu."),
    "own_parent": _l("Instansi tidak dapat berada di bawah dirinya sendiri. Pilih induk lain."),
    "bad_number": _l(
        "Bukan nomor telepon yang sah. Contoh: 0234 271234, +62812…, atau kode singkat 3 sampai 6 angka."
    ),
    "spreadsheet_number": _l(
        "Lembar kerja mengubah nomor ini menjadi bilangan. Format kolomnya sebagai teks, lalu ketik ulang."
    ),
    "taken_number": _l("Nomor ini sudah dipakai jalur lain. Periksa nomornya, atau ubah jalur itu."),
    "unknown_provider": _l("Penyedia tidak dikenal. Pilih asterisk atau twilio."),
    "not_abroad": _l("Nomor ini tidak memerlukan keputusan: penyedianya di sini."),
    "unknown_flow": _l("Alur percakapan tidak dikenal. Pilih dari daftar."),
    "bad_date": _l("Bukan tanggal. Tulis seperti 2026-11-23."),
    "before_start": _l("Berakhir sebelum mulai. Periksa kedua tanggal."),
    "bad_address": _l("Bukan alamat pemberitahuan. Contoh: mailto://… atau tgram://…"),
    "unreachable": _l("Petugas tidak dapat dihubungi. Isi nomor ponsel, atau beri telepon SIP."),
    "yes_or_no": _l("Tulis ya atau tidak."),
    "taken_name": _l(
        "Petugas dengan nama ini sudah ada di instansi tersebut. Hapus baris ini atau bedakan namanya."
    ),
    "unknown_officer": _l("Tidak ada petugas aktif dengan nama ini di instansi tersebut. Periksa namanya."),
    "bad_time": _l("Bukan jam. Tulis seperti 07:30."),
    "bad_weekday": _l("Hari tidak dikenal. Tulis senin, senin-jumat, atau setiap hari."),
    "bad_rung": _l("Urutan adalah angka 0 sampai 9; 0 dihubungi lebih dahulu."),
    "bad_moment": _l("Bukan waktu. Tulis seperti 2026-11-23T20:00."),
    "past": _l("Sudah lewat. Pilih waktu yang akan datang."),
    "too_far": _l("Lebih dari 400 hari. Bagi menjadi beberapa perubahan."),
    "not_on_duty": _l("Petugas ini tidak berjaga pada waktu itu. Periksa kalender."),
    "same_officer": _l("Pengganti harus orang lain."),
    "not_asked": _l("Waktu itu tidak diminta, atau sudah diambil orang lain. Periksa daftar permintaan."),
    "unknown_change": _l("Pilih perubahan dari daftar."),
    "over": _l("Sudah diputuskan atau sudah lewat. Tidak ada yang diubah."),
    "two_officers": _l("Ada dua petugas dengan nama ini. Bedakan namanya di halaman petugas lebih dahulu."),
    "outside_period": _l("Tanggal ini di luar masa yang dipilih. Ubah masanya, atau hapus baris ini."),
    "overlapping": _l("Petugas ini sudah berjaga pada waktu yang sama di baris lain. Hapus salah satunya."),
    "bad_day": _l("Bukan tanggal. Tulis seperti 2026-12-01 atau 01/12/2026."),
    "impossible_date": _l("Tanggal atau jam ini tidak ada. Periksa kalender."),
    "unknown_duty_role": _l(
        "Peran tidak dikenal. Pilih utama, cadangan, atau pengawas; kosong berarti utama."
    ),
    "too_many_at_once": _l("Terlalu banyak orang berjaga pada waktu yang sama. Periksa tanggal dan jamnya."),
    "old_workbook": _l("Ini berkas .xls lama. Simpan sebagai .xlsx atau CSV UTF-8."),
    "broken_workbook": _l("Berkas .xlsx ini rusak. Buka dan simpan lagi dari lembar kerja."),
    "too_big_inside": _l("Isi berkas ini terlalu besar setelah dibuka. Bagi menjadi beberapa berkas."),
    "broken_calendar": _l("Berkas kalender ini rusak. Ekspor lagi dari aplikasi kalender."),
    "bad_event": _l("Acara ini tidak dapat dibaca. Periksa waktu mulai dan selesainya."),
    "unknown_zone": _l("Zona waktu acara ini tidak dikenal. Pakai zona seperti Asia/Jakarta."),
    "too_many_repetitions": _l("Acara ini berulang terlalu sering. Persingkat masanya."),
    "unknown_repetition": _l("Cara acara ini berulang tidak dapat dibaca. Tulis acaranya satu per satu."),
    "bad_roster": _l("Berkas JSON ini bukan daftar jaga yang sah."),
    "bad_month": _l("Bukan bulan. Tulis seperti 2026-12."),
    "month_begun": _l("Bulan itu sudah berjalan. Pilih bulan yang belum mulai."),
    "gaps_left": _l("Ada giliran kosong. Centang bila memang demikian, atau unduh dan lengkapi."),
    "proposal_changed": _l("Petugas, cuti, atau pola jaga baru saja berubah. Periksa usulan yang baru ini."),
    "taken_shift": _l("Petugas ini sudah punya giliran yang mulai pada jam itu. Hapus salah satunya."),
    "bad_days": _l("Pilih masa berlaku dari daftar."),
    "too_many_tokens": _l("Sudah ada 20 kunci yang berlaku. Cabut yang tidak dipakai lebih dahulu."),
    "bad_username": _l("2 sampai 40 huruf kecil, angka, titik, tanda hubung, atau garis bawah."),
    "taken_username": _l("Nama pengguna ini sudah dipakai. Pilih yang lain."),
    "agency_needed": _l("Akun petugas harus punya instansi. Pilih instansinya."),
    "unknown_role": _l("Pilih peran dari daftar."),
    "last_admin": _l("Ini admin aktif terakhir. Jadikan akun lain admin lebih dahulu."),
    "empty_file": _l("Berkas kosong. Isi paling sedikit satu baris di bawah judul kolom."),
    "not_utf8": _l("Berkas bukan teks UTF-8. Simpan dari lembar kerja sebagai “CSV UTF-8”, bukan .xlsx."),
    "binary": _l("Berkas bukan teks. Simpan dari lembar kerja sebagai “CSV UTF-8”."),
    "too_big": _l("Berkas lebih dari 2 MB. Bagi menjadi beberapa berkas."),
    "too_many_rows": _l("Lebih dari %(most)s baris. Bagi menjadi beberapa berkas.", most=MAX_ROWS),
    "broken_quotes": _l('Tanda kutip tidak lengkap di baris ini. Periksa tanda " di awal dan akhir nilai.'),
    "unknown_column": _l("Judul kolom tidak dikenal. Pakai judul dari contoh berkas."),
    "column_twice": _l("Judul kolom ini ada dua kali. Hapus salah satunya."),
    "missing_column": _l("Kolom ini tidak ada. Tambahkan judulnya di baris pertama."),
    "too_many_cells": _l("Nilai di baris ini lebih banyak daripada judul kolom. Periksa pemisah ; atau ,"),
}


def problem(code: str) -> str:
    """Put a code into words; an unknown one is shown as it is."""
    return str(_PROBLEMS.get(code, code))
