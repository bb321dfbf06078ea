"""Values as the lines of YAML that a person would write in a definition's file."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/'-]*[\w.)])?")
_NOT_PLAIN = frozenset("null true false yes no on off y n".split())
_LINE = 150
"""A value that fits on a line of so many characters stands on one."""


def document(values: Mapping[str, Any]) -> str:
    """A whole file: each key of the root on a line of its own, and below it the items of its list."""
    return "".join(f"{line}\n" for line in _keys(values))


def block(value: Any) -> Iterator[str]:
    """Lines of a value in YAML, the first without indentation."""
    if isinstance(value, list):
        for item in value:
            yield from (f"{'  ' if number else '- '}{line}" for number, line in enumerate(block(item)))
        return
    line = flow(value)
    if not isinstance(value, dict) or (len(line) <= _LINE and "candidates" not in value and "districts" not in value):
        yield line
        return
    yield from _keys(value)


def _keys(value: Mapping[str, Any]) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, list) and inner:
            yield f"{key}:"
            yield from (f"  {one}" for one in block(inner))
        else:
            yield f"{key}: {flow(inner)}"


def flow(value: Any) -> str:
    """A value in YAML, in brackets on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(str(key))}: {flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return str(value) if isinstance(value, int) else scalar(str(value))


def scalar(text: str) -> str:
    """Plain where nothing in it could be taken for YAML, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else _escaped(one) for one in quoted)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
