"""What a definition's file says, as plain values: mappings, lists, and each single value as its text.

Nothing is read into types here, so that a value that is still wrong can be shown, kept and corrected.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testigo.election import source
from testigo.election.diagnostic import DefinitionPath

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")

Plain = Any
"""`dict[str, Plain]`, `list[Plain]` or `str`."""


def read_plain(data: bytes, file: Path) -> Plain:
    """The values in a definition's file; raises `InvalidInput` where it is not YAML or JSON."""
    return _plain(source.parse(data, file)[0])


def _plain(node: source.Node) -> Plain:
    if isinstance(node, source.Scalar):
        return node.text
    if isinstance(node, source.Sequence):
        return [_plain(item) for item in node.items]
    return {key: _plain(item) for key, (_, item) in node.entries.items()}


def as_text(value: Any) -> Plain:
    """A value to be written as it will be read again."""
    if isinstance(value, Mapping):
        return {str(key): as_text(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(one) for one in value]
    return str(value)


def at(values: Plain, path: DefinitionPath) -> Plain:
    """The value at a path; None where there is none."""
    for step in path:
        if isinstance(step, str) and isinstance(values, dict):
            values = values.get(step)
        elif isinstance(step, int) and isinstance(values, list) and 0 <= step < len(values):
            values = values[step]
        else:
            return None
    return values


def single(value: Plain) -> str:
    """A single value's text; "" for anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: Plain) -> dict[str, Plain]:
    """A mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Plain) -> list[Plain]:
    """A list's items; none for anything else."""
    return value if isinstance(value, list) else []


def is_number(text: str) -> bool:
    """Whether a single value is a whole number: up to 15 digits, no zeros in front."""
    return _NUMBER.fullmatch(text) is not None
