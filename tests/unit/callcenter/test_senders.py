from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from callcenter.senders import Message, Sender, SendError, SmsRefusedError, shortened

MESSAGE = Message(
    fact="ticket-opened:17:officer:3",
    name="Sari\r\nBcc: everybody@example.invalid",
    title="Aduan baru 12345678 - Dinas Sosial\nX: y",
    body="Aduan baru untuk Dinas Sosial.\nNomor tiket : 12345678 …\n",
    at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
)


class Hook(BaseHTTPRequestHandler):
    """Somebody's service: keeps what it gets, answers as it is told."""

    answer = 200
    bodies: list[bytes] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.answer, Hook.bodies = 200, []
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://user:secret-token@127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_without_an_address_a_mail_lies_in_the_folder(tmp_path: Path) -> None:
    sender = Sender("", tmp_path / "outbox-mail")
    assert sender.channel(None) == "file"
    for _ in range(2):
        sender.send(MESSAGE, None)
    (path,) = (tmp_path / "outbox-mail").iterdir()
    assert path.name == "ticket-opened-17-officer-3.eml"
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert mail["Subject"] == "Aduan baru 12345678 - Dinas Sosial X: y"
    assert mail["Bcc"] is None
    assert mail["To"].startswith("Sari")
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.body


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "outbox-mail").write_text("in the way")
    with pytest.raises(SendError, match="could not be written"):
        Sender("", tmp_path / "outbox-mail").send(MESSAGE, None)


@pytest.mark.parametrize("own", [True, False])
def test_an_address_is_written_to(tmp_path: Path, hook: str, own: bool) -> None:
    sender = Sender("" if own else hook, tmp_path)
    assert sender.channel(hook if own else None) == "json"
    sender.send(MESSAGE, hook if own else None)
    (body,) = Hook.bodies
    assert b"12345678" in body
    assert not list(tmp_path.iterdir())


def test_a_refusal_is_a_failure_without_the_addresss_secret(
    tmp_path: Path, hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    Hook.answer = 500
    with pytest.raises(SendError, match="json") as caught:
        Sender(hook, tmp_path).send(MESSAGE, None)
    assert "secret-token" not in str(caught.value) + caplog.text


def test_an_address_nobody_understands_is_a_failure(tmp_path: Path) -> None:
    sender = Sender("what is this secret", tmp_path)
    assert sender.channel(None) == "unreadable"
    with pytest.raises(SendError, match="correct it") as caught:
        sender.send(MESSAGE, None)
    assert "secret" not in str(caught.value)


ADDRESS = "sms://+62234271234/+6281355555555"


def test_an_sms_is_the_title_and_the_link(tmp_path: Path) -> None:
    sent: list[tuple[str, str, str]] = []

    def take(*told: str) -> str:
        sent.append((told[0], told[1], told[2]))
        return "SM1"

    sender = Sender("", tmp_path, take)
    assert sender.channel(ADDRESS) == "sms"
    message = replace(MESSAGE, title="Aduan baru 1", body="Baris\nBuka: https://x.example/tickets/1\n")
    assert sender.send(message, ADDRESS) == "SM1", "so that it can be deleted there"
    assert sent == [("+62234271234", "+6281355555555", "Aduan baru 1 https://x.example/tickets/1")]


def test_an_sms_about_a_task_says_how_it_is_answered(tmp_path: Path) -> None:
    body = "Buka : https://x.example/tickets/1\nTerima : https://x.example/tugas/1-2-ab\n"
    words = shortened(replace(MESSAGE, title="Aduan baru 1", body=body))
    assert words == "Aduan baru 1 https://x.example/tugas/1-2-ab Balas SIAP atau TIDAK."


def test_an_sms_that_may_go_later_is_tried_again(tmp_path: Path) -> None:
    def refuse(*_: str) -> str:
        raise SmsRefusedError(False, "not now")

    with pytest.raises(SendError, match="not now"):
        Sender("", tmp_path / "mail", refuse).send(MESSAGE, ADDRESS)
    assert not (tmp_path / "mail").exists()


@pytest.mark.parametrize("has_account", [True, False])
def test_an_sms_that_never_goes_is_told_otherwise(tmp_path: Path, has_account: bool) -> None:
    def refuse(*_: str) -> str:
        raise SmsRefusedError(True, "stop")

    Sender("", tmp_path / "mail", refuse if has_account else None).send(MESSAGE, ADDRESS)
    assert len(list((tmp_path / "mail").iterdir())) == 1
