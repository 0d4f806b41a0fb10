"""The words of the OpenAPI document: what is asked, taken and given (JSON Schema 2020-12)."""

from __future__ import annotations

from typing import Any

from callcenter.models import ChangeKind, ChangeStatus, WarningKind

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "format": "date-time"}
NO_TEXT: Schema = {"type": ["string", "null"]}
NO_NUMBER: Schema = {"type": ["integer", "null"]}
NO_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}


def _query(name: str, schema: Schema, description: str, *, required: bool = False) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": schema,
    }


AT = _query("at", TIME, "Instead of now.")
AGENCY = _query("agency", TEXT, "The code of the only agency to tell of.")
DAYS = _query("days", {"type": "integer", "minimum": 1, "maximum": 92, "default": 60}, "How far ahead.")
INTERVAL = (
    _query("from", TIME, "Its first moment.", required=True),
    _query("to", TIME, "The first moment after it, 400 days later at most.", required=True),
)


def ref(name: str) -> Schema:
    """Point to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "null"}]}


def _with(description: str, schema: Schema) -> Schema:
    return {**schema, "description": description}


_INTERVAL = {"starts": TIME, "ends": TIME}
_ON_DUTY = {"officer_id": NUMBER, "name": TEXT, "rung": _with("0 is rung first.", NUMBER)}
_WISH = {
    "starts": TIME,
    "ends": TIME,
    "reason": TEXT,
    "comes": _with("The id of who comes.", NO_NUMBER),
}

SCHEMAS: dict[str, Schema] = {
    "Agency": _object({"code": TEXT, "name": TEXT}),
    "Officer": _object({"officer_id": NUMBER, "name": TEXT}),
    "Interval": _object(_INTERVAL),
    "OnDuty": _object({**_ON_DUTY, "reachable": _with("Whether a telephone is known.", {"type": "boolean"})}),
    "Cover": _object({"agency": ref("Agency"), "on_duty": _list(ref("OnDuty"))}),
    "AgencyNow": _object(
        {
            "agency": ref("Agency"),
            "on_duty": _list(ref("OnDuty")),
            "covered_by": _with("Who answers while nobody is on duty.", _or_null(ref("Cover"))),
        }
    ),
    "DutyNow": _object({"at": TIME, "agencies": _list(ref("AgencyNow"))}),
    "Span": _object({**_INTERVAL, "on_duty": _list(_object(_ON_DUTY))}),
    "DutySpans": _object({"agency": ref("Agency"), "spans": _list(ref("Span"))}),
    "Gap": _object({"agency": ref("Agency"), **_INTERVAL, "hours": {"type": "number"}}),
    "DutyGaps": _object({"gaps": _list(ref("Gap"))}),
    "Warning": _object(
        {
            "id": NUMBER,
            "agency": ref("Agency"),
            "kind": {"enum": [kind.value for kind in WarningKind]},
            "officer": _or_null(ref("Officer")),
            **_INTERVAL,
            "found_at": TIME,
            "told_days": _with("For how many days before somebody was told last.", NO_NUMBER),
            "told": _with("Who was told; null: nobody yet, or the instance.", _or_null(ref("Officer"))),
        }
    ),
    "DutyWarnings": _object({"warnings": _list(ref("Warning"))}),
    "Change": _object(
        {
            "id": NUMBER,
            "agency": ref("Agency"),
            "kind": {"enum": [kind.value for kind in ChangeKind]},
            "status": {"enum": [status.value for status in ChangeStatus]},
            **_INTERVAL,
            "comes": _list(ref("Officer")),
            "goes": _list(ref("Officer")),
            "rung": NO_NUMBER,
            "ask_id": _with("Of a swap: what was asked for.", NO_NUMBER),
            "left": _with("Of an open ask: what nobody has taken.", _list(ref("Interval"))),
            "reason": TEXT,
            "decree": NO_TEXT,
            "approver": NO_TEXT,
            "at": TIME,
            "by": _with("A user name; null: made at the machine's own terminal.", NO_TEXT),
            "decided_at": NO_TIME,
            "decided_by": NO_TEXT,
            "decision": NO_TEXT,
        }
    ),
    "DutyChanges": _object({"changes": _list(ref("Change"))}),
    "NewChange": _object(
        {
            "kind": {"enum": [kind.value for kind in ChangeKind if kind is not ChangeKind.SWAP]},
            **_WISH,
            "goes": _with("The id of who goes; of an officer's own ask nobody else.", NO_NUMBER),
            "rung": _with("Of who is added.", NO_NUMBER),
            "decree": _with("Of a leave: the number of its letter.", NO_TEXT),
            "approver": _with("Of a leave: the official who granted it.", NO_TEXT),
        },
        optional=("comes", "goes", "rung", "decree", "approver"),
    ),
    "Taking": _object(_WISH, optional=("reason", "comes")),
    "Decision": _object(
        {"decision": _with("Why; needed to refuse and to undo.", TEXT)}, optional=("decision",)
    ),
    "FieldProblem": _object({"field": TEXT, "code": TEXT, "detail": TEXT}),
    "Problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "errors": _list(ref("FieldProblem")),
        },
        optional=("errors",),
    ),
}
