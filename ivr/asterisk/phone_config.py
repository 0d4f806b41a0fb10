"""The configuration of the telephone: an Asterisk that plays citizens and officers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.exchange import AsteriskBinary

MODULES = """
res_timing_timerfd res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_rtp_asterisk
res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_rfc3326
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_authenticator_digest
res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration chan_pjsip
res_pjsip_pubsub res_speech bridge_simple
pbx_config pbx_spool res_agi app_playback app_senddtmf app_mixmonitor func_callerid func_channel
codec_ulaw codec_alaw codec_resample format_pcm format_sln format_wav
"""

TRANSPORT = "udp"
EMPTY = [f"{name}.conf" for name in ("ccss", "cel", "features", "manager", "udptl")]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where the telephone listens and whom it calls."""

    directory: Path
    host: str
    sip_port: int
    rtp_start: int
    agi_port: int
    hotline: str
    """``host:port`` of the exchange that is called."""


def render(binary: AsteriskBinary, wiring: Wiring, officers: Mapping[str, str]) -> Path:
    """Write every file; returns the path of ``asterisk.conf``.

    ``officers`` maps the names to register as to their secrets.
    Raises ``ValueError`` for a text that would break a file.
    """
    etc = wiring.directory / "etc"
    for name in ("etc", "run", "log", "heard", "sounds", "spool/outgoing", "var/db", "new"):
        (wiring.directory / name).mkdir(parents=True, exist_ok=True)
    files = {
        "asterisk.conf": _asterisk(binary, wiring.directory),
        "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES.split()),
        "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error\n",
        "rtp.conf": f"[general]\nrtpstart={wiring.rtp_start}\nrtpend={wiring.rtp_start + 400}\n",
        "pjsip.conf": _pjsip(wiring, officers),
        "extensions.conf": _extensions(wiring.agi_port),
        "acl.conf": "",
        "pjproject.conf": "[startup]\ntype=startup\n",
        "indications.conf": "[general]\ncountry=id\n[id]\nringcadence=1000,4000\ndial=425\n",
        "cdr.conf": "[general]\nenable=no\n",
        **dict.fromkeys(EMPTY, "[general]\n"),
    }
    for name, text in files.items():
        (etc / name).write_text(text)
        (etc / name).chmod(0o600)
    return etc / "asterisk.conf"


def checked(text: str) -> str:
    """Return ``text`` if it fits into one line of a file of Asterisk's."""
    if not text.isprintable() or ";" in text:
        raise ValueError(f"a telephone cannot be set up with the text {text!r}")
    return text


def _asterisk(binary: AsteriskBinary, directory: Path) -> str:
    places = {
        "astetcdir": directory / "etc",
        "astmoddir": binary.module_dir,
        "astdatadir": binary.data_dir,
        "astvarlibdir": directory / "var",
        "astdbdir": directory / "var/db",
        "astspooldir": directory / "spool",
        "astrundir": directory / "run",
        "astlogdir": directory / "log",
    }
    lines = "".join(f"{name} => {checked(str(path))}\n" for name, path in places.items())
    options = "transmit_silence = yes\nhideconnect = yes\nnocolor = yes\n"
    return f"[directories]\n{lines}\n[options]\n{options}"


def _pjsip(wiring: Wiring, officers: Mapping[str, str]) -> str:
    hotline = checked(wiring.hotline)
    parts = [
        _section(TRANSPORT, type="transport", protocol="udp", bind=f"{wiring.host}:{wiring.sip_port}"),
        _section(
            "hotline",
            type="endpoint",
            context="incoming",
            aors="hotline",
            disallow="all",
            allow="ulaw,alaw",
            dtmf_mode="rfc4733",
            direct_media="no",
            trust_id_inbound="yes",
        ),
        _section("hotline", type="aor", contact=f"sip:{hotline}"),
        _section("hotline", type="identify", endpoint="hotline", match=hotline.rpartition(":")[0]),
    ]
    for name, secret in officers.items():
        parts += _officer(hotline, checked(name), checked(secret))
    return "\n".join(parts)


def _officer(hotline: str, name: str, secret: str) -> list[str]:
    auth = _section(f"{name}-auth", type="auth", auth_type="userpass", username=name, password=secret)
    registration = _section(
        name,
        type="registration",
        transport=TRANSPORT,
        outbound_auth=f"{name}-auth",
        server_uri=f"sip:{hotline}",
        client_uri=f"sip:{name}@{hotline}",
        contact_user=name,
        expiration="60",
        retry_interval="1",
        forbidden_retry_interval="2",
        fatal_retry_interval="2",
        max_retries="100000",
        auth_rejection_permanent="no",
    )
    return [auth, registration]


def _section(title: str, **options: str) -> str:
    return f"[{title}]\n" + "".join(f"{key}={value}\n" for key, value in options.items())


def _extensions(agi_port: int) -> str:
    agi = f"AGI(agi://127.0.0.1:{agi_port}"
    return (
        "[incoming]\n"
        f"exten => _[0-9A-Za-z].,1,{agi}/in/${{EXTEN}})\n same => n,Hangup()\n"
        "[outgoing]\n"
        f"exten => s,1,{agi}/out/${{PHONE_CALL}})\n same => n,Hangup()\n"
        f"exten => failed,1,{agi}/failed/${{PHONE_CALL}}/${{REASON}})\n"
    )
