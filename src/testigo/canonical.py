"""Canonical JSON: one value, one sequence of bytes (RFC 8785), so that digests and signatures agree everywhere.

Testigo's values hold strings, whole numbers within ±(2^53 − 1), booleans, null, lists and objects. Floats are refused:
a quantity that is not whole is a decimal string, because a count must never depend on how a machine rounds. An instant
is a string as `utc_now` writes it.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn

import msgspec
import rfc8785

from testigo.errors import InvalidInput, Place

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
MAX_DEPTH = 64


class SignedValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of what is signed: immutable, strict, and able to grow.

    A field of the first version has no default and is always written. A field that a later version adds has a default
    and is left out where it has it, so that what does not use it keeps its old bytes
    (docs/adr/2026-11-28-statements-have-versions.md). `VERSION`: of the shape of a statement's body, counted from 1.
    """

    VERSION: ClassVar[int] = 1


def encode(value: Any) -> bytes:
    """Canonical UTF-8 bytes of plain values or of a `msgspec.Struct`.

    Raises `InvalidInput` for floats, whole numbers past 2^53 − 1, and anything JSON does not have.
    """
    plain = msgspec.to_builtins(value, str_keys=True)
    _refuse_floats(plain)
    try:
        return rfc8785.dumps(plain)
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput("json.no-canonical-form", why=str(error)) from error


def decode(data: bytes, *, place: Place = "") -> Any:
    """Plain values from bytes that must be canonical in every byte.

    Any other spelling of the same value (white space, key order, escapes, duplicate keys) raises `InvalidInput`:
    what is signed has exactly one form, so a changed byte is never a harmless one.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInput("json.malformed", place=place, why=str(error)) from None
    try:
        same = encode(value) == data
    except RecursionError:
        same = False
    if not same:
        raise InvalidInput("json.not-canonical", place=place)
    return value


def digest(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def utc_now() -> str:
    """The present second, `YYYY-MM-DDTHH:MM:SSZ`: the one form that statements, events and registers spell times in."""
    return datetime.now(UTC).strftime(_INSTANT)


def is_instant(text: str) -> bool:
    """Whether a time is spelled as `utc_now` spells it, and there is such a second."""
    try:
        return datetime.strptime(text, _INSTANT).strftime(_INSTANT) == text
    except ValueError:
        return False


def _refuse_floats(value: Any, depth: int = 0) -> None:
    if isinstance(value, float):
        raise InvalidInput("json.not-whole", number=repr(value))
    if depth > MAX_DEPTH:
        raise InvalidInput("json.too-deep", most=MAX_DEPTH)
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item, depth + 1)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("an object names the same key twice")
    return result


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"the number {text} is not whole")
