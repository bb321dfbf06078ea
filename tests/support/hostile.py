"""Values that nobody means, for every place of a type: huge, negative, empty, very long, deep, of the wrong kind."""

import base64
import copy
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec.inspect as shapes

from testigo import canonical
from testigo.errors import TestigoError
from testigo.keys import SigningKey

Path = tuple[str | int, ...]


def _nested(deep: int) -> Any:
    value: Any = 1
    for _ in range(deep):
        value = [value]
    return value


EXACT = 2**53 - 1
"""The largest number that a signed statement can hold."""

VALUES: list[Any] = [
    EXACT, -EXACT, 2**53, 10**30, int("9" * 4000), -1, 0, 1, 1.5, -0.0, 1e308, float("nan"), float("inf"),
    "", " ", "x" * 100_000, "9" * 400, "\x1b[2J\x00\r\n\u202e", "\ud800", "\U0010ffff\u0301" * 50, "../../etc/passwd",
    "{}%s{0}", "<script>alert(1)</script>", "0" * 64, "1" * 20, "-1", "1e3", "NaN",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2027-02-30T00:00:00Z",
    "9998-12-31T23:59:59Z", "1000-01-01T00:00:00Z",
    None, True, False, [], {}, [[]], [None], {"": ""}, {"x": {"x": {}}}, _nested(50), _nested(63), _nested(500),
]  # fmt: skip


def paths(wanted: shapes.Type, sample: Any, path: Path = ()) -> Iterator[Path]:
    """Every place of the type, as it is found in a sample of it: of lists and of mappings the first."""
    if path:
        yield path
    if path and path.count(path[-1]) > 1 and isinstance(path[-1], str):
        return  # districts within districts
    match wanted:
        case shapes.UnionType():
            for one in wanted.types:
                yield from (below for below in paths(one, sample, path) if below != path)
        case shapes.StructType():
            for field in wanted.fields:
                inner = sample.get(field.encode_name) if isinstance(sample, dict) else None
                yield from paths(field.type, inner, (*path, field.encode_name))
        case shapes.VarTupleType() | shapes.ListType():
            yield from paths(wanted.item_type, sample[0] if sample else None, (*path, 0))
        case shapes.DictType():
            key = next(iter(sample), "x") if isinstance(sample, dict) else "x"
            yield from paths(wanted.value_type, sample.get(key) if sample else None, (*path, key))


def more(value: Any) -> list[Any]:
    """Hostile values that are made of an honest one."""
    if isinstance(value, list) and value:
        return [value * 500, value[:1] * 2, list(reversed(value)), value[:-1]]
    if isinstance(value, dict) and value:
        first = next(iter(value))
        return [{f"{first}{number}": value[first] for number in range(2000)}, {"": value[first]}]
    if isinstance(value, str):
        return [f"{value}\n", value.upper(), value[:-1], f"{value}\u200b"]
    return [value + 1, value - 1] if isinstance(value, int) else []


def at(value: Any, path: Path) -> Any:
    """What an honest value has there; None for nothing."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def replaced(value: Any, path: Path, by: Any) -> Any:
    """A copy with that in this place; what is missing on the way there is made."""
    whole = copy.deepcopy(value)
    inner = whole
    for step, following in pairwise(path):
        if isinstance(step, int) and not inner:
            inner.append(None)
        found = at(inner, (step,))
        if not isinstance(found, dict | list):
            inner[step] = [] if isinstance(following, int) else {}
        inner = inner[step]
    if isinstance(path[-1], int) and not inner:
        inner.append(None)
    inner[path[-1]] = by
    return whole


def json_of(value: Any) -> bytes:
    """Canonical JSON where the value has it; JSON as others write it where it has none."""
    try:
        return canonical.encode(value)
    except (TestigoError, ValueError, RecursionError):
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def signed(payload_type: str, payload: Any, key: SigningKey) -> bytes:
    """An envelope of anything, as who holds the key can sign it."""
    data, kind = json_of(payload), payload_type.encode()
    pae = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(data), data)
    signature = base64.b64encode(key.sign(pae)).decode()
    return canonical.encode(
        {
            "payload": base64.b64encode(data).decode(),
            "payloadType": payload_type,
            "signatures": [{"keyid": key.public.key_id, "sig": signature}],
        }
    )
