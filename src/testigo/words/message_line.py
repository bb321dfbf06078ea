"""A message as one line of text, for files and signed statements; whoever reads it says it in any language.

The line is the key of the sentence, `package.of-another-election`, and after a space its values as JSON where it has
any: `paper-vote.seen-twice {"paper":"b.png#1"}`. A message among the values is
`{"key": …, "section": …, "values": {…}}`, several of which one is meant `{"either": […]}`; paths and times are text.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from testigo.words.catalogues import languages
from testigo.words.messages import Either, Message, Value

_DEEPEST = 5
"""Values in values; ours have two or three. A sentence may have a gap twice, so that text doubles with each."""


def to_line(message: Message) -> str:
    """A message as one line of text. Its section is not in it: whoever reads the line knows it."""
    if not message.values:
        return message.key
    values = json.dumps(_plain_values(message), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{message.key} {values}"


def from_line(section: str, line: str) -> Message:
    """The message of that section that a line holds.

    Any other line is a message that nothing knows, and says itself: an English sentence of release 0.1, or a key or
    values of a newer release.
    """
    key, _, values = line.partition(" ")
    itself = Message("", line)
    try:
        plain = json.loads(values or "{}")
        message = Message(section, key, {name: _value(one, 1) for name, one in plain.items()})
        for language in languages():
            message.text(language)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return itself
    return message if message.known else itself


def _plain_values(message: Message) -> dict[str, Any]:
    return {name: _plain(value) for name, value in message.values.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return {"section": value.section, "key": value.key, "values": _plain_values(value)}
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Either):
        return {"either": [_plain(one) for one in value]}
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, Sequence) else str(value)


def _value(plain: Any, depth: int) -> Value:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(plain, Mapping) and "either" in plain:
        return Either(_value(one, depth + 1) for one in plain["either"])
    if isinstance(plain, Mapping):
        values = {name: _value(one, depth + 1) for name, one in plain["values"].items()}
        return Message(plain["section"], plain["key"], values)
    return [_value(one, depth + 1) for one in plain] if isinstance(plain, list) else plain
