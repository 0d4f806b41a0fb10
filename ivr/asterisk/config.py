"""Asterisk's whole configuration, rendered from a plan.

Nothing of what people typed reaches a file but telephone numbers and SIP
secrets, and these are checked: an agency is present by its code only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr.asterisk import dialplan, names, records
from ivr.asterisk.dialplan import Line
from ivr.asterisk.modules import module_lines
from ivr.damm import QUASIGROUP
from ivr.flow import builtin

TEMPLATES = Path(__file__).parent / "templates"
TRIES = 5
"""Times a call asks for its turn before the exchange copes alone: at once, then about 10 s with the holding prompt."""
RUNGS = 6
PRIVATE_NETWORKS = (
    "127.0.0.0/255.0.0.0",
    "10.0.0.0/255.0.0.0",
    "172.16.0.0/255.240.0.0",
    "192.168.0.0/255.255.0.0",
)
DIALLED_LETTERS = r"0-9A-Za-z+*#._\-"
KEY_LETTERS = r"A-Za-z0-9._\-"
NAME_LETTERS = r"\x20-\x7e\x80-\xff"

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,100}\Z")
_MOBILE = re.compile(r"\+?[0-9]{3,20}\Z")
_SECRET = re.compile(r"[!-~]{8,120}\Z")
_HOST = re.compile(r"[A-Za-z0-9.:/\[\]-]{1,200}\Z")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


class ConfigError(ValueError):
    """A plan that must not reach a configuration file; the text says which part."""


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer's telephones: a SIP endpoint with a secret, a number, or both."""

    id: int
    secret: str | None
    mobile: str | None

    def __post_init__(self) -> None:
        """Refuse what could end a line or a field."""
        if self.secret is not None and not _SECRET.match(self.secret):
            raise ConfigError(f"officer {self.id}: a SIP secret is 8 to 120 visible ASCII characters")
        if self.mobile is not None and not _MOBILE.match(self.mobile):
            raise ConfigError(f"officer {self.id}: not a telephone number: {self.mobile[:40]!r}")


@dataclass(frozen=True, slots=True)
class Node:
    """Where one Asterisk listens, works and finds its own files."""

    name: str
    state: Path
    spool: Path
    prompts: Path
    modules: Path
    data: Path
    sip_host: str
    sip_port: int
    rtp_start: int
    rtp_end: int
    agi_host: str
    agi_port: int
    ami_host: str
    ami_port: int
    ami_secret: str
    trunk_hosts: tuple[str, ...]
    trunk_contact: str
    ring_seconds: int
    connect_seconds: int
    message_seconds: int
    version: tuple[int, ...] = ()
    """Asterisk's own."""

    def __post_init__(self) -> None:
        """Refuse names and addresses that a file cannot take."""
        if not re.match(r"[A-Za-z0-9_-]{1,40}\Z", self.name):
            raise ConfigError(
                f"CALLCENTER_NODE: {self.name!r} is not letters, digits, underscores and hyphens"
            )
        for host in (self.sip_host, self.agi_host, self.ami_host, *self.trunk_hosts):
            if not _HOST.match(host):
                raise ConfigError(f"not a host or network: {host!r}")
        if not _is_address(self.agi_host):
            raise ConfigError(
                f"CALLCENTER_AGI_HOST: {self.agi_host!r} is no address; no call may wait for DNS"
            )
        if self.trunk_contact and not re.match(r"sips?:[A-Za-z0-9.:_@;=-]+\Z", self.trunk_contact):
            raise ConfigError(f"CALLCENTER_TRUNK_CONTACT: {self.trunk_contact!r} is not a SIP address")

    @property
    def etc(self) -> Path:
        """Return the directory of the rendered files."""
        return self.state / "etc"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one Asterisk is to know: itself, the agencies' codes, officers and lines."""

    node: Node
    agencies: tuple[str, ...]
    officers: tuple[Officer, ...]
    lines: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a code that could end a section's name."""
        for code in (*self.agencies, *(line.agency for line in self.lines)):
            if not is_code(code):
                raise ConfigError(f"agency {code[:40]!r}: a code is lower-case letters, digits and hyphens")


def is_code(code: str) -> bool:
    """Tell whether an agency's code can name its queues."""
    return bool(_CODE.match(code))


def render(plan: Plan) -> dict[str, str]:
    """Return every configuration file's text by its name."""
    values = _values(plan)
    return {path.name: _fill(path.name, values) for path in sorted(TEMPLATES.glob("*.conf"))}


@cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _fill(name: str, values: Mapping[str, str]) -> str:
    filled = _PLACEHOLDER.sub(lambda match: values[match[1]], _template(name))
    return "; Rendered by callcenter asterisk render: changes here are lost.\n" + filled


def _values(plan: Plan) -> dict[str, str]:
    node = plan.node
    return {
        "node": node.name,
        "etc": str(node.etc),
        "state": str(node.state),
        "spool": str(node.spool),
        "modules": str(node.modules),
        "load": module_lines(node.modules),
        "rtp_start": str(node.rtp_start),
        "rtp_end": str(node.rtp_end),
        "agi": f"{_bracketed(node.agi_host)}:{node.agi_port}",
        "ami_bind": _bind(node.ami_host),
        "ami_port": str(node.ami_port),
        "ami_secret": node.ami_secret,
        "ami_permits": _permits(node.ami_host),
        "ring_seconds": str(node.ring_seconds),
        "connect_seconds": str(node.connect_seconds),
        "message_seconds": str(node.message_seconds),
        "rungs": _rungs(node.ring_seconds),
        "queues": _queues(plan.agencies),
        "dialled_letters": DIALLED_LETTERS,
        "key_letters": KEY_LETTERS,
        "name_letters": NAME_LETTERS,
        "tries": str(TRIES),
        "gone_event": names.GONE_EVENT,
        "cdr_fields": records.CDR_FIELDS,
        "cel_fields": records.CEL_FIELDS,
        "sip_bind": f"{_bracketed(node.sip_host)}:{node.sip_port}",
        **_trunk(node),
        "officers": "\n".join(_endpoint(officer) for officer in plan.officers if officer.secret),
        **_dialplan(plan),
    }


def _dialplan(plan: Plan) -> dict[str, str]:
    owned = [(officer.id, officer.mobile) for officer in plan.officers if officer.mobile]
    return {
        "damm": "".join(QUASIGROUP),
        "reference_line": str(len("reference=12345678 1234\n")),
        "node_digits": dialplan.node_digits(plan.node.name),
        "notice_version": builtin("hotline").notice_version,
        "prompts": str(plan.node.prompts),
        "monitor": dialplan.monitor(plan.node.version, str(plan.node.spool)),
        "numbers": dialplan.numbers(plan.lines),
        "mobiles": dialplan.mobiles(owned, trunk=bool(plan.node.trunk_contact)),
    }


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _loopback(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback if _is_address(host) else host == "localhost"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _bind(host: str) -> str:
    """Listen on an address of this machine; a name belongs to a private network of containers."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return "127.0.0.1" if host == "localhost" else "0.0.0.0"  # noqa: S104 - behind _permits


def _permits(host: str) -> str:
    networks = PRIVATE_NETWORKS[:1] if _loopback(host) else PRIVATE_NETWORKS
    return "\n".join(f"permit = {network}" for network in networks)


def _rungs(seconds: int) -> str:
    """Let a further rung join each time; who enters the queue anew begins at the rung they had."""
    return "\n".join(f"penaltychange => {seconds * rung},,,+1" for rung in range(1, RUNGS + 1))


def _queues(agencies: tuple[str, ...]) -> str:
    return "\n".join(f"[agency-{code}](ordinary)\n[agency-{code}-emergency](emergency)" for code in agencies)


def _trunk(node: Node) -> dict[str, str]:
    contact = f"[trunk]\ntype = aor\ncontact = {_escaped(node.trunk_contact)}"
    return {
        "trunk_matches": "\n".join(f"match = {host}" for host in node.trunk_hosts),
        "trunk_aor": "aors = trunk" if node.trunk_contact else "",
        "trunk_contact": contact
        if node.trunk_contact
        else "; No way out: CALLCENTER_TRUNK_CONTACT is not set.",
    }


def _endpoint(officer: Officer) -> str:
    name = f"officer-{officer.id}"
    return (
        f"[{name}](officer)\nauth = {name}\naors = {name}\n"
        f"[{name}](officer-auth)\nusername = {name}\npassword = {_escaped(officer.secret or '')}\n"
        f"[{name}](officer-aor)\n"
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;")
