"""A validator for the part of JSON Schema 2020-12 that our schemas use; any other keyword is an error."""

import re
from typing import Any

ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "default"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def errors(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, place: str = "$") -> list[str]:
    """Why the value does not fit; empty if it fits."""
    root = schema if root is None else root
    found: list[str] = []
    for keyword, wanted in schema.items():
        if keyword not in ANNOTATIONS:
            found += _CHECKS[keyword](value, wanted, schema, root, place)
    return found


def _ref(value: Any, wanted: str, _schema: Any, root: dict[str, Any], place: str) -> list[str]:
    name = wanted.removeprefix("#/$defs/")
    return errors(value, root["$defs"][name], root, place)


def _type(value: Any, wanted: str, *rest: Any) -> list[str]:
    fits = isinstance(value, TYPES[wanted]) and not (wanted == "integer" and isinstance(value, bool))
    return [] if fits else [f"{rest[-1]}: not of type {wanted}"]


def _any_of(value: Any, wanted: list[Any], _schema: Any, root: dict[str, Any], place: str) -> list[str]:
    return [] if any(not errors(value, one, root, place) for one in wanted) else [f"{place}: none of the shapes"]


def _properties(value: Any, wanted: dict[str, Any], _schema: Any, root: dict[str, Any], place: str) -> list[str]:
    known = wanted.keys() & value.keys() if isinstance(value, dict) else ()
    return [error for name in known for error in errors(value[name], wanted[name], root, f"{place}.{name}")]


def _additional(value: Any, wanted: Any, schema: Any, root: dict[str, Any], place: str) -> list[str]:
    others = value.keys() - schema.get("properties", {}).keys() if isinstance(value, dict) else set()
    if wanted is False:
        return [f"{place}: unknown field {name}" for name in others]
    return [error for name in others for error in errors(value[name], wanted, root, f"{place}.{name}")]


def _items(value: Any, wanted: Any, _schema: Any, root: dict[str, Any], place: str) -> list[str]:
    items = value if isinstance(value, list) else []
    return [error for number, item in enumerate(items) for error in errors(item, wanted, root, f"{place}[{number}]")]


def _plain(fits: Any) -> Any:
    return lambda value, wanted, *rest: [] if fits(value, wanted) else [f"{rest[-1]}: {value!r} against {wanted!r}"]


_CHECKS: dict[str, Any] = {
    "$ref": _ref,
    "type": _type,
    "anyOf": _any_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "required": _plain(lambda value, wanted: not isinstance(value, dict) or set(wanted) <= value.keys()),
    "const": _plain(lambda value, wanted: value == wanted and type(value) is type(wanted)),
    "enum": _plain(lambda value, wanted: value in wanted),
    "pattern": _plain(lambda value, wanted: not isinstance(value, str) or re.search(wanted, value) is not None),
    "minimum": _plain(lambda value, wanted: not isinstance(value, int) or value >= wanted),
    "maximum": _plain(lambda value, wanted: not isinstance(value, int) or value <= wanted),
    "minItems": _plain(lambda value, wanted: not isinstance(value, list) or len(value) >= wanted),
    "maxItems": _plain(lambda value, wanted: not isinstance(value, list) or len(value) <= wanted),
    "minLength": _plain(lambda value, wanted: not isinstance(value, str) or len(value) >= wanted),
    "maxLength": _plain(lambda value, wanted: not isinstance(value, str) or len(value) <= wanted),
}
