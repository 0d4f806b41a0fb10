"""As much of JSON Schema as the API's document uses; what it does not know fails."""

from __future__ import annotations

from datetime import datetime
from typing import Any

TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
KNOWN = {
    *("$ref", "anyOf", "enum", "type", "properties", "required", "additionalProperties", "items", "format"),
    *("description", "minimum", "maximum", "default", "minLength", "maxLength"),
}


def check(value: Any, schema: dict[str, Any], document: dict[str, Any], place: str = "$") -> None:
    """Fail where ``value`` is not as the schema says."""
    assert set(schema) <= KNOWN, f"{place}: unknown words in {schema}"
    if "$ref" in schema:
        check(value, target(schema["$ref"], document), document, place)
    if "anyOf" in schema:
        assert any(_fits(value, one, document) for one in schema["anyOf"]), f"{place}: {value!r}"
    if "enum" in schema:
        assert value in schema["enum"], f"{place}: {value!r}"
    if "type" in schema:
        _check_type(value, schema["type"], place)
    if schema.get("format") == "date-time" and value is not None:
        assert datetime.fromisoformat(value).utcoffset() is not None, f"{place}: {value!r}"
    if isinstance(value, dict) and "properties" in schema:
        _check_object(value, schema, document, place)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            check(item, schema["items"], document, f"{place}[{number}]")


def target(ref: str, document: dict[str, Any]) -> dict[str, Any]:
    """Follow a pointer within the document."""
    found: Any = document
    for word in ref.removeprefix("#/").split("/"):
        found = found[word]
    return dict(found)


def _check_type(value: Any, wanted: str | list[str], place: str) -> None:
    names = [wanted] if isinstance(wanted, str) else wanted
    good = any(
        isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in names
    )
    assert good, f"{place}: {value!r} is no {names}"


def _check_object(
    value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], place: str
) -> None:
    assert set(schema.get("required", ())) <= value.keys(), f"{place}: {sorted(value)}"
    if schema.get("additionalProperties") is False:
        assert value.keys() <= schema["properties"].keys(), f"{place}: {sorted(value)}"
    for name, item in value.items():
        check(item, schema["properties"][name], document, f"{place}.{name}")


def _fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> bool:
    try:
        check(value, schema, document)
    except AssertionError:
        return False
    return True
