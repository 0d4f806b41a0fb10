"""A call's events as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from callcenter.models import CallEvent
from callcenter.services.dossier import CallDossier
from callcenter.web import words
from callcenter.web.causes import cause
from callcenter.web.steps import step


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; ``tone`` is as in the badges."""

    at: datetime
    text: str
    detail: str = ""
    tone: str = ""


Data = Mapping[str, Any]
Officers = Mapping[int, str]
Said = tuple[str, str, str]


def moments(dossier: CallDossier) -> list[Moment]:
    """Tell a call from its first ring to its last trace, in order of time."""
    events = sorted(dossier.call.events, key=lambda event: (event.at, event.id))
    return [_moment(event, dossier.officers) for event in events]


def _moment(event: CallEvent, officers: Officers) -> Moment:
    teller = _TELLERS.get(event.kind)
    text, detail, tone = teller(event.data, officers) if teller else (event.kind, "", "")
    return Moment(event.at, text, detail, tone)


def _offered(data: Data, _officers: Officers) -> Said:
    return _("Panggilan masuk"), _("ke %(number)s", number=data.get("dialled", "-")), "note"


def _node(data: Data, _officers: Officers) -> Said:
    return step(data.get("node")), "", ""


def _keys(data: Data, _officers: Officers) -> Said:
    digits = str(data.get("digits") or "#")
    return _("Penelepon menekan %(keys)s", keys=digits), step(data.get("node")), ""


def _timed_out(data: Data, _officers: Officers) -> Said:
    if unplayed := data.get("unplayed"):
        return (
            _("Suara panduan tidak terdengar utuh: %(prompts)s", prompts=unplayed),
            step(data.get("node")),
            "bad",
        )
    return _("Penelepon tidak menekan tombol"), step(data.get("node")), ""


def _queued(data: Data, _officers: Officers) -> Said:
    if data.get("emergency"):
        return _("Masuk antrean darurat"), _("semua petugas jaga dibunyikan"), "bad"
    return _("Masuk antrean petugas"), "", "note"


def _waiting_told(data: Data, _officers: Officers) -> Said:
    before = data.get("before")
    if before is None:
        return _("Penelepon diminta tetap menunggu"), "", ""
    detail = _("menunggu sebelum dia: %(number)s", number=before)
    if minutes := data.get("minutes"):
        usual = _("biasanya dijawab dalam %(number)s menit", number=minutes)
        detail = f"{detail} · {usual}"
    return _("Penelepon diberi tahu urutannya"), detail, ""


def _name(data: Data, officers: Officers) -> str:
    officer_id = data.get("officer_id")
    return officers.get(officer_id or 0) or _("petugas tidak dikenal")


def _rung(data: Data, officers: Officers) -> Said:
    return _("Telepon %(officer)s berdering", officer=_name(data, officers)), "", ""


def _answered(data: Data, officers: Officers) -> Said:
    return _("%(officer)s menjawab", officer=_name(data, officers)), "", "good"


def _officer_ended(data: Data, officers: Officers) -> Said:
    outcome = str(data.get("outcome") or "")
    how = words.LEG_OUTCOMES.get(outcome, outcome)
    if outcome == "answered":
        return _("Sambungan %(officer)s berakhir", officer=_name(data, officers)), "", ""
    return f"{_name(data, officers)}: {how}", cause(data.get("cause")), "warn"


def _dial_ended(data: Data, _officers: Officers) -> Said:
    outcome = str(data.get("outcome") or "")
    tone = "" if outcome == "answered" else "warn"
    return str(words.DIAL_OUTCOMES.get(outcome, outcome)), "", tone


def _recorded(data: Data, _officers: Officers) -> Said:
    end = str(data.get("ended_by") or "")
    detail = f"{words.seconds(_number(data.get('seconds')))} · {words.RECORD_ENDS.get(end, end)}"
    return _("Pesan selesai direkam"), detail, "bad" if end == "error" else "note"


def _kept(data: Data, _officers: Officers) -> Said:
    kind = words.RECORDING_KINDS.get(str(data.get("kind")), data.get("kind"))
    text = _("Rekaman disimpan: %(kind)s bagian %(part)s", kind=kind, part=data.get("part", "-"))
    return text, words.seconds(_number(data.get("seconds"))), "note"


def _recording_failed(data: Data, _officers: Officers) -> Said:
    return _("Rekaman bermasalah"), str(data.get("problem") or data.get("name") or ""), "bad"


def _ticket_opened(data: Data, _officers: Officers) -> Said:
    return _("Aduan %(number)s dibuka", number=data.get("number", "-")), "", "good"


def _ticket_told(data: Data, _officers: Officers) -> Said:
    return _("Nomor aduan dibacakan kepada penelepon"), str(data.get("number") or ""), "good"


def _degraded(data: Data, _officers: Officers) -> Said:
    if data.get("why") == "line_off":
        return _("Panggilan tidak dilayani"), _("nomor belum dinyalakan"), "bad"
    stalled = data.get("why") == "stalled"
    why = _("sistem tidak menjawab") if stalled else _("sistem sedang tidak berjalan")
    return _("Sentral telepon melayani sendiri"), why, "warn"


def _hung_up(data: Data, _officers: Officers) -> Said:
    side = words.SIDES.get(str(data.get("side")), words.SIDES["unknown"])
    return _("Panggilan ditutup oleh %(side)s", side=side), cause(data.get("cause")), "note"


def _disposed(data: Data, _officers: Officers) -> Said:
    known = words.DISPOSITIONS.get(str(data.get("disposition")))
    text, tone = known if known else (data.get("disposition"), "calm")
    return _("Hasil panggilan: %(result)s", result=text), words.reason(data.get("reason")), tone


def _reconciled(data: Data, _officers: Officers) -> Said:
    facts = ", ".join(f"{name}: {value}" for name, value in sorted(data.items()))
    return _("Dilengkapi dari catatan sentral telepon"), facts[:300], "warn"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


_TELLERS: dict[str, Callable[[Data, Officers], Said]] = {
    "offered": _offered,
    "node": _node,
    "keys": _keys,
    "timed_out": _timed_out,
    "queued": _queued,
    "waiting_told": _waiting_told,
    "officer_rung": _rung,
    "officer_answered": _answered,
    "officer_ended": _officer_ended,
    "dial_ended": _dial_ended,
    "recorded": _recorded,
    "recording_kept": _kept,
    "recording_failed": _recording_failed,
    "ticket_opened": _ticket_opened,
    "ticket_told": _ticket_told,
    "degraded": _degraded,
    "hung_up": _hung_up,
    "disposed": _disposed,
    "reconciled": _reconciled,
}
