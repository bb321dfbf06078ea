"""Canonical JSON: one value, one sequence of bytes (RFC 8785), so that digests and signatures agree everywhere.

Testigo's values hold strings, whole numbers within ±(2^53 − 1), booleans, null, lists and objects. Floats are refused:
a quantity that is not whole is a decimal string, because a count must never depend on how a machine rounds. An instant
is a string as `utc_now` writes it.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn

import msgspec
import rfc8785

from testigo.errors import InvalidInput, Place
from testigo.words import Message, message

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_FIRST_YEAR, _LAST_YEAR = 1000, 9998
MAX_DEPTH = 64
_SHOWN = 60

_AT = " - at "
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_ANOTHER_KIND = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
"""How msgspec says what is wrong with a value."""


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
        raise InvalidInput("json.malformed", place=place, why=why_refused(error)) from None
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
    """Whether a time is spelled as `utc_now` spells it, and there is such a second, on every clock of the Earth: no
    calendar of Python goes on after 9999, and clocks east of Greenwich come to its end first.
    """
    try:
        at = datetime.strptime(text, _INSTANT)
    except ValueError:
        return False
    return at.strftime(_INSTANT) == text and _FIRST_YEAR <= at.year <= _LAST_YEAR


def moment(text: str) -> datetime | str:
    """A signed time as a value of a sentence, which says it on the reader's clock; text that is none stays as it is."""
    return datetime.fromisoformat(text) if is_instant(text) else text


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


class _NotCanonical(ValueError):
    """What JSON allows and a canonical form does not."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.why = why


def why_refused(error: Exception) -> Message:
    """Why bytes are not JSON, or a value is not of its shape: what a reader of outside bytes caught, in words that have
    translations. `$.x[0]` says where in the value.
    """
    if isinstance(error, _NotCanonical):
        return error.why
    if isinstance(error, UnicodeDecodeError):
        return message("term", "json-reason.not-utf-8", position=error.start + 1)
    if isinstance(error, json.JSONDecodeError):
        return message("term", "json-reason.syntax", line=error.lineno, column=error.colno)
    if isinstance(error, RecursionError):
        return message("term", "json-reason.too-deep")
    if isinstance(error, msgspec.ValidationError):
        return _why_another_shape(str(error))
    if isinstance(error, msgspec.MsgspecError):
        return message("term", "value-reason.no-json")
    return message("term", "json-reason.number-too-long")


def _why_another_shape(said: str) -> Message:
    what, _, where = said.rpartition(_AT) if _AT in said else (said, "", "$")
    where = where.strip("`")[:_SHOWN]
    if found := _MISSING.fullmatch(what):
        return message("term", "value-reason.missing", field=found[1][:_SHOWN], where=where)
    if found := _UNKNOWN.fullmatch(what):
        return message("term", "value-reason.unknown-field", field=found[1][:_SHOWN], where=where)
    if found := _ANOTHER_KIND.fullmatch(what):
        return message("term", "value-reason.another-kind", expected=found[1], found=found[2], where=where)
    return message("term", "value-reason.not-possible", where=where)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _NotCanonical(message("term", "json-reason.key-twice"))
    return result


def _no_float(text: str) -> NoReturn:
    raise _NotCanonical(message("term", "json-reason.not-whole", number=text[:_SHOWN]))
