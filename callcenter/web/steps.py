"""The nodes of the house's flows in human words; an unknown node shows its name."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STEPS = {
    "greeting": _l("Salam pembuka dengan nama instansi"),
    "notice": _l("Pemberitahuan bahwa panggilan direkam"),
    "noticed": _l("Pemberitahuan perekaman selesai dibacakan"),
    "unrecorded": _l("Penelepon memilih tidak direkam"),
    "unrecorded_said": _l("Pilihan tidak direkam dikonfirmasi"),
    "language": _l("Pilihan bahasa"),
    "indonesian": _l("Bahasa Indonesia dipilih"),
    "english": _l("Bahasa Inggris dipilih"),
    "english_notice": _l("Pemeriksaan pemberitahuan dalam bahasa Inggris"),
    "notice_again": _l("Pemberitahuan perekaman dalam bahasa Inggris"),
    "unrecorded_again": _l("Penelepon memilih tidak direkam"),
    "unrecorded_again_said": _l("Pilihan tidak direkam dikonfirmasi"),
    "main": _l("Menu utama"),
    "main_silent": _l("Tidak ada tombol: menu utama diulang"),
    "main_again": _l("Menu utama"),
    "no_choice": _l("Tidak ada pilihan: dihubungkan ke petugas"),
    "officer": _l("Petugas jaga dicari"),
    "officer_on_duty": _l("Pemeriksaan petugas jaga"),
    "nobody_on_duty": _l("Tidak ada petugas jaga"),
    "connect": _l("Disambungkan ke petugas"),
    "not_answered": _l("Petugas tidak menjawab"),
    "talked": _l("Percakapan dengan petugas selesai"),
    "emergency_early": _l("Darurat dipilih saat pemberitahuan"),
    "emergency_notice": _l("Pemberitahuan perekaman singkat untuk darurat"),
    "emergency": _l("Panggilan ditandai darurat"),
    "emergency_connect": _l("Semua petugas jaga dihubungi (darurat)"),
    "emergency_not_answered": _l("Panggilan darurat tidak terjawab"),
    "complaint": _l("Menyampaikan aduan"),
    "consent": _l("Pemeriksaan persetujuan rekaman"),
    "consent_asked": _l("Persetujuan merekam pesan ditanyakan"),
    "without_message": _l("Aduan tanpa pesan suara"),
    "message": _l("Merekam pesan"),
    "message_kept": _l("Pesan diterima"),
    "message_limit": _l("Pesan mencapai batas waktu"),
    "message_empty": _l("Pesan kosong"),
    "message_failed": _l("Pesan gagal direkam"),
    "open_ticket": _l("Aduan dibuka"),
    "tell": _l("Nomor aduan dan PIN dibacakan"),
    "repeat": _l("Tawaran mengulang nomor aduan"),
    "goodbye": _l("Salam penutup"),
    "status_number": _l("Nomor aduan diminta"),
    "status_pin": _l("PIN diminta"),
    "status_given_up": _l("Cek status dibatalkan"),
    "status_query": _l("Status aduan dicari"),
    "status_result": _l("Hasil pencarian status"),
    "status_wrong": _l("Nomor aduan atau PIN salah"),
    "status_refused": _l("Cek status dihentikan"),
    "status_locked": _l("Cek status terkunci"),
    "status_found": _l("Status aduan ditemukan"),
    "status_new": _l("Status dibacakan: baru"),
    "status_verified": _l("Status dibacakan: terverifikasi"),
    "status_in_progress": _l("Status dibacakan: dikerjakan"),
    "status_resolved": _l("Status dibacakan: selesai ditangani"),
    "status_closed": _l("Status dibacakan: ditutup"),
    "refusal": _l("Nomor tidak aktif: penolakan dibacakan"),
}


def step(name: object) -> str:
    """Name a node."""
    known = STEPS.get(str(name))
    return str(known) if known is not None else str(name or "-")
