"""The settings pages: who may open them, and what they keep."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from callcenter.app import create_app
from callcenter.db import Base, Database
from callcenter.models import Account, Agency, Line, Officer, Outbox, Role, Shift, Tier
from callcenter.services.alarms import Alarms
from callcenter.settings import Settings
from recordings.store import open_store

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def house(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    with database.transaction() as db:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier=Tier.DINAS, active_from=date(2026, 1, 1))
        db.add(agency)
        db.flush()
        db.add(Officer(agency_id=agency.id, name="Petugas Satu", sip_secret="s3cret"))
        for role in Role:
            belongs = agency.id if role is Role.OFFICER else None
            db.add(
                Account(username=role.value, password_hash=HASH, role=role, agency_id=belongs, created_at=NOW)
            )
    yield database
    database.dispose()


@pytest.fixture
def app(settings: Settings, house: Database, tmp_path: Path) -> Flask:
    app = create_app(settings, house, open_store(f"file://{tmp_path}/store"), clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def login(app: Flask) -> Callable[[Role], FlaskClient]:
    def enter(role: Role) -> FlaskClient:
        client = app.test_client()
        client.post("/login", data={"username": role.value, "password": PASSWORD})
        return client

    return enter


@pytest.fixture
def admin(login: Callable[[Role], FlaskClient]) -> FlaskClient:
    return login(Role.ADMIN)


def count(house: Database, model: type[Base]) -> int:
    with house.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def words(response: TestResponse) -> str:
    """What a person reads on the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.text))


READ = (
    "/admin/agencies",
    "/admin/agencies/1",
    "/admin/agencies/1/roster",
    "/admin/officers",
    "/admin/accounts",
    "/admin/alarms",
)
WRITE = (
    "/admin/agencies/new",
    "/admin/agencies/1/edit",
    "/admin/agencies/1/lines/new",
    "/admin/agencies/1/officers/new",
    "/admin/officers/1",
    "/admin/accounts/new",
    "/admin/accounts/1",
    "/admin/import",
    "/admin/import/agencies.csv",
    "/admin/import/officers.csv",
    "/admin/import/roster.csv",
)


@pytest.mark.parametrize("path", [*READ, *WRITE])
def test_an_admin_opens_every_page_an_officer_none(login: Callable[[Role], FlaskClient], path: str) -> None:
    assert login(Role.ADMIN).get(path).status_code == 200
    assert login(Role.OFFICER).get(path).status_code == 403


@pytest.mark.parametrize("path", READ)
def test_a_supervisor_reads_without_buttons_that_change(
    login: Callable[[Role], FlaskClient], path: str
) -> None:
    page = login(Role.SUPERVISOR).get(path)
    assert page.status_code == 200
    assert 'href="/admin/agencies/new"' not in page.text
    assert "s3cret" not in page.text


@pytest.mark.parametrize("path", WRITE)
def test_a_supervisor_changes_nothing(login: Callable[[Role], FlaskClient], path: str) -> None:
    supervisor = login(Role.SUPERVISOR)
    assert supervisor.get(path).status_code == 403
    assert supervisor.post(path, data={"name": "X"}).status_code in {403, 405}


def test_without_a_csrf_token_nothing_is_kept(app: Flask, admin: FlaskClient, house: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert (
        admin.post("/admin/agencies/new", data={"code": "x", "name": "X", "tier": "desa"}).status_code == 400
    )
    assert count(house, Agency) == 1


def test_an_agency_gets_a_number_an_officer_and_a_roster(admin: FlaskClient, house: Database) -> None:
    made = admin.post(
        "/admin/agencies/new",
        data={"code": "desa-a", "name": "Desa <b>A</b>", "tier": "desa", "parent": "dinsos"},
    )
    assert made.location == "/admin/agencies/2"
    admin.post("/admin/agencies/2/lines/new", data={"number": "0234 271234", "flow": "hotline"})
    admin.post("/admin/agencies/2/officers/new", data={"name": "Petugas Desa", "sip": "1"})
    week = {"officer": "2", "starts": "19:00", "ends": "07:00", "rung": "0", "weekdays": ["5", "6"]}
    assert admin.post("/admin/agencies/2/roster", data=week).status_code == 303
    page = admin.get("/admin/agencies/2")
    assert "Desa &lt;b&gt;A&lt;/b&gt;" in page.text
    assert "+62234271234" in page.text
    assert "Petugas Desa" in page.text
    roster = words(admin.get("/admin/agencies/2/roster"))
    assert "00:00–07:00 Petugas Desa" in roster
    assert "Senin 07:00–24:00" in roster  # nobody is there
    assert count(house, Shift) == 2


def test_a_new_name_is_owed_its_prompt(admin: FlaskClient, house: Database) -> None:
    admin.post("/admin/agencies/1/edit", data={"name": "Dinas Sosial Baru", "tier": "dinas"})
    with house.reading() as db:
        assert list(db.scalars(select(Outbox.kind))) == ["build_agency_prompt"]


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("/admin/agencies/new", {"code": "A B", "name": "A", "tier": "desa"}, "Hanya huruf kecil"),
        ("/admin/agencies/new", {"code": "dinsos", "name": "A", "tier": "desa"}, "Kode ini sudah dipakai"),
        ("/admin/agencies/1/edit", {"name": "", "tier": "dinas"}, "Belum diisi"),
        ("/admin/agencies/1/edit", {"name": "A", "tier": "dinas", "parent": "dinsos"}, "di bawah dirinya"),
        ("/admin/agencies/1/lines/new", {"number": "12", "flow": "hotline"}, "Bukan nomor telepon"),
        ("/admin/agencies/1/lines/new", {"number": "70001", "flow": "nix"}, "Alur percakapan tidak dikenal"),
        ("/admin/agencies/1/officers/new", {"name": "A"}, "tidak dapat dihubungi"),
        ("/admin/officers/1", {"name": "A", "mobile": "112", "sip": "1"}, "Bukan nomor telepon"),
        ("/admin/agencies/1/roster", {"officer": "1", "starts": "x", "ends": "7:00"}, "Bukan jam"),
        ("/admin/agencies/1/roster", {"officer": "9", "starts": "1:00", "ends": "7:00"}, "Tidak ada petugas"),
        ("/admin/agencies/1/roster", {"officer": "1", "starts": "1:00", "ends": "7:00"}, "Belum diisi"),
        ("/admin/accounts/new", {"username": "x y", "role": "admin"}, "2 sampai 40"),
        ("/admin/accounts/new", {"username": "admin", "role": "admin"}, "sudah dipakai"),
        ("/admin/accounts/new", {"username": "baru", "role": "officer"}, "harus punya instansi"),
        ("/admin/accounts/3", {"role": "officer", "agency": "dinsos", "active": "1"}, "admin aktif terakhir"),
        ("/admin/accounts/3", {"role": "admin"}, "admin aktif terakhir"),
    ],
)
def test_wrong_values_are_told_beside_the_field_and_not_kept(
    admin: FlaskClient, house: Database, path: str, data: dict[str, str], expected: str
) -> None:
    page = admin.post(path, data=data)
    assert page.status_code == 422
    assert "Belum disimpan" in words(page)
    assert expected in words(page)
    assert 'aria-invalid="true"' in page.text or "roster" in path
    assert [count(house, model) for model in (Agency, Line, Officer, Shift, Account, Outbox)] == [
        1,
        0,
        1,
        0,
        3,
        0,
    ]


def test_the_officer_page_has_the_phone_s_settings(admin: FlaskClient, settings: Settings) -> None:
    page = words(admin.get("/admin/officers/1"))
    for fact in (settings.sip_host, str(settings.sip_port), "officer-1", "s3cret"):
        assert fact in page
    admin.post("/admin/officers/1/secret")
    assert "s3cret" not in admin.get("/admin/officers/1").text


def test_an_account_s_password_is_drawn_and_shown_once(app: Flask, admin: FlaskClient) -> None:
    page = admin.post("/admin/accounts/new", data={"username": "Siti", "role": "officer", "agency": "dinsos"})
    found = re.search(r"<dt>Kata sandi</dt><dd>([^<]+)</dd>", page.text)
    assert found is not None
    entered = app.test_client().post("/login", data={"username": "siti", "password": found[1]})
    assert entered.status_code == 303
    assert found[1] not in admin.get("/admin/accounts").text


def test_a_new_password_ends_the_old_one(
    app: Flask, admin: FlaskClient, login: Callable[[Role], FlaskClient]
) -> None:
    officer = login(Role.OFFICER)
    admin.post("/admin/accounts/1/password")
    assert officer.get("/calls").status_code == 303
    entered = app.test_client().post("/login", data={"username": "officer", "password": PASSWORD})
    assert entered.status_code == 401


def test_an_account_that_was_switched_off_is_out_at_once(
    admin: FlaskClient, login: Callable[[Role], FlaskClient]
) -> None:
    officer = login(Role.OFFICER)
    admin.post("/admin/accounts/1", data={"role": "officer", "agency": "dinsos"})
    assert officer.get("/calls").status_code == 303


def test_a_csv_file_is_taken_whole(admin: FlaskClient, house: Database) -> None:
    text = "kode;nama;jenis;nomor\ndesa-a;Desa A;desa;70010\ndesa-b;Desa B;desa;70011\n"
    page = upload(admin, "agencies", text.encode())
    assert page.status_code == 303
    assert "2 baris disimpan" in admin.get(page.location).text
    assert (count(house, Agency), count(house, Line)) == (3, 2)


def test_a_csv_file_with_mistakes_changes_nothing(admin: FlaskClient, house: Database) -> None:
    text = "kode;nama;jenis;nomor\ndesa-a;Desa A;desa;70010\n<script>;=1+1;desa;70011\n"
    page = upload(admin, "agencies", text.encode())
    assert page.status_code == 422
    assert "Tidak ada yang disimpan" in page.text
    assert "&lt;script&gt;" in page.text
    assert re.search(r'data-label="Baris" class="number">3<', page.text)
    assert (count(house, Agency), count(house, Line)) == (1, 0)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"a" * 3_000_000])
def test_a_file_that_is_no_csv_is_told(admin: FlaskClient, data: bytes) -> None:
    page = upload(admin, "roster", data)
    assert page.status_code == 422
    assert "Tidak ada yang disimpan" in page.text


def test_the_kind_of_an_import_is_known(admin: FlaskClient) -> None:
    assert upload(admin, "../etc", b"x").status_code == 404
    assert admin.get("/admin/import/passwd.csv").status_code == 404
    assert admin.post("/admin/import", data={"kind": "agencies"}).status_code == 422


def upload(admin: FlaskClient, kind: str, data: bytes) -> TestResponse:
    return admin.post("/admin/import", data={"kind": kind, "file": (io.BytesIO(data), "x.csv")})


def test_templates_come_as_files(admin: FlaskClient) -> None:
    reply = admin.get("/admin/import/agencies.csv")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="agencies.csv"'
    assert reply.data.startswith("\ufeffkode;nama;".encode())


def test_an_alarm_is_cleared_by_a_person(admin: FlaskClient, house: Database) -> None:
    with house.transaction() as db:
        Alarms(db).raise_("disk-full", "node1", "Tinggal 3 MiB.", NOW)
    assert "Tinggal 3 MiB." in admin.get("/admin/alarms").text
    admin.post("/admin/alarms/1/clear")
    assert "Tinggal 3 MiB." not in admin.get("/admin/alarms").text


def test_searching_finds_names_codes_and_numbers(admin: FlaskClient) -> None:
    admin.post("/admin/agencies/1/lines/new", data={"number": "70102", "flow": "hotline"})
    for term, found in (("SOSIAL", True), ("insos", True), ("7010", True), ("%", False), ("rsud", False)):
        assert ("Dinas Sosial" in words(admin.get("/admin/agencies", query_string={"q": term}))) is found
    assert "Dinas Sosial" not in words(admin.get("/admin/agencies?tier=desa"))
    assert "Petugas Satu" in words(admin.get("/admin/officers?q=dinas"))


@pytest.mark.parametrize("path", ["/admin/agencies/99", "/admin/officers/99", f"/admin/lines/{10**30}"])
def test_what_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    assert admin.get(path).status_code == 404


def test_a_shift_is_taken_out(admin: FlaskClient, house: Database) -> None:
    week = {"officer": "1", "starts": "07:00", "ends": "07:00", "rung": "0", "weekdays": list("0123456")}
    admin.post("/admin/agencies/1/roster", data=week)
    assert "Semua jam dalam seminggu ada petugasnya" in admin.get("/admin/agencies/1/roster").text
    admin.post("/admin/shifts/3/remove")
    assert "Rabu 07:00–24:00 , Kamis 00:00–07:00" in words(admin.get("/admin/agencies/1/roster"))
    assert count(house, Shift) == 6


@pytest.mark.parametrize("path", ["/admin/agencies", "/admin/officers"])
def test_a_hostile_search_finds_nothing(admin: FlaskClient, path: str) -> None:
    page = admin.get(path, query_string={"q": "\0'\"><script>" + "x" * 10_000, "tier": "\0"})
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_hostile_forms_are_refused_in_words(admin: FlaskClient) -> None:
    hostile = "\0\r\nAction: Originate<script>\u202e" * 200
    names = (
        "code",
        "name",
        "tier",
        "parent",
        "number",
        "flow",
        "mobile",
        "officer",
        "username",
        "role",
        "rung",
    )
    data = {**dict.fromkeys(names, hostile), "weekdays": [hostile] * 9, "starts": hostile, "ends": hostile}
    for path in (*WRITE[:7], "/admin/agencies/1/roster"):
        page = admin.post(path, data=data)
        assert page.status_code == 422
        assert "<script>\u202e" not in page.text
