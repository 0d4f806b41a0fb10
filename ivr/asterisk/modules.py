"""The modules Asterisk is to load: what our calls need, and nothing else."""

from __future__ import annotations

from pathlib import Path

REQUIRED = (
    "res_timing_timerfd",
    "res_pjproject",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_rtp_asterisk",
    "res_pjsip",
    "res_pjsip_session",
    "res_pjsip_pubsub",
    "res_pjsip_authenticator_digest",
    "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_endpoint_identifier_user",
    "res_pjsip_registrar",
    "res_pjsip_sdp_rtp",
    "res_pjsip_caller_id",
    "res_pjsip_nat",
    "res_pjsip_rfc3326",
    "chan_pjsip",
    "bridge_simple",
    "bridge_native_rtp",
    "codec_ulaw",
    "codec_alaw",
    "codec_a_mu",
    "codec_g722",
    "codec_resample",
    "format_pcm",
    "format_sln",
    "format_wav",
    "func_callerid",
    "func_cdr",
    "func_channel",
    "func_db",
    "func_env",
    "func_lock",
    "func_logic",
    "func_rand",
    "func_strings",
    "pbx_config",
    "app_dial",
    "app_mixmonitor",
    "app_playback",
    "app_queue",
    "app_read",
    "app_record",
    "app_stack",
    "app_system",
    "app_userevent",
    "res_agi",
    "cdr_custom",
    "cel_custom",
)
WHERE_PRESENT = (
    "res_speech",  # some builds of res_agi need it
    "res_monitor",  # app_queue needs it before Asterisk 21
    "res_cdrel_custom",  # cdr_custom and cel_custom need it since Asterisk 22
    "res_security_log",
    "res_pjsip_outbound_registration",
    "bridge_softmix",
)


def module_lines(directory: Path) -> str:
    """Return the ``load`` lines for the Asterisk whose modules lie in ``directory``."""
    present = [name for name in WHERE_PRESENT if (directory / f"{name}.so").exists()]
    return "\n".join(f"load = {name}.so" for name in (*present, *REQUIRED))
