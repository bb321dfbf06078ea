"""What the editor calls things: parts by their texts, keys and choices by the words of the forms, never as the file
spells them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.changes import Difference
from testigo.election.editing.fields import PARTS, Field
from testigo.election.editing.plain import Plain, at, items, mapping, single
from testigo.election.places import TEXTS, field_name, item_name, joined
from testigo.words import Message, Value, language_name, listed, message, or_itself, value_text

_SHOWN = 600
"""Characters of a value on a page of changes, or of one that is kept."""

_CHOICES = {
    field.path[-1]: field.choices
    for part in PARTS.values()
    for field in (*part, *(inner for one in part for inner in one.row))
    if field.choices
}
"""The keys whose values are chosen from a list."""


@dataclass(frozen=True)
class ShownDifference:
    """A difference in words: where, before and after; None where there was or is nothing."""

    place: str
    before: str | None
    after: str | None


def label_of(part: Plain, number: int) -> str:
    """What a part is called: its text in the first language, its id, or its number from 1."""
    for key in ("title", "name"):
        value = mapping(part).get(key)
        texts = [value] if isinstance(value, str) else list(mapping(value).values())
        if text := next((one for one in texts if isinstance(one, str) and one.strip()), ""):
            return text[:160]
    return single(mapping(part).get("id"))[:160] or str(number + 1)


def place_label(path: DefinitionPath, values: Plain, older: Plain = None) -> Message:
    """A place in words: *contest Mayor › option Ana Peña › name*. A step into a list is a position, or an id there.

    `older`: an earlier state, which has what is no longer there.
    """
    steps: list[Value] = []
    keys: list[str] = []
    for number, step in enumerate(path):
        inside = [at_ids(one, path[:number]) for one in (values, older)]
        if any(isinstance(one, list) for one in inside):
            called = next((name for one in inside if (name := _item_label(items(one), step))), _quoted(str(step)))
            steps.append(item_name(keys[-1] if keys else "", called))
            continue
        keys.append(str(step))
        within = [at_ids(one, path[: number + 1]) for one in (values, older)]
        if number == len(path) - 1 or not any(isinstance(one, list) for one in within):
            steps.append(_key_name(keys))
    return joined(steps)


def _key_name(keys: Sequence[str]) -> Message | str:
    """A text's language is called by its own name."""
    if len(keys) > 1 and keys[-2] in TEXTS:
        return language_name(keys[-1])
    return keys[-1] if len(keys) > 1 and keys[-2] == "roll-sizes" else field_name(*keys)


def at_ids(values: Plain, path: DefinitionPath) -> Plain:
    """The value at a path whose steps into lists may be ids."""
    for step in path:
        if isinstance(values, list) and isinstance(step, str):
            values = next((one for one in values if mapping(one).get("id") == step), None)
        else:
            values = at(values, (step,))
    return values


def _quoted(text: str) -> Message:
    return message("term", "quoted", text=text)


def _item_label(listed: list[Plain], step: str | int) -> Message | str:
    """What an item of a list is called; "" where it is not there."""
    for number, item in enumerate(listed):
        if step == (number if isinstance(step, int) else mapping(item).get("id")):
            called = label_of(item, number)
            return _quoted(called) if isinstance(item, dict) and called != str(number + 1) else str(number + 1)
    return ""


def differences_in_words(
    found: Iterable[Difference], before: Plain, after: Plain, language: str
) -> Iterator[ShownDifference]:
    """What differs, for people."""
    for one in found:
        keys = [step for step in one.path if isinstance(step, str)]
        yield ShownDifference(
            _at_the_head(place_label(one.path, after, before).text(language)),
            None if one.before is None else in_words(one.before, keys, language),
            None if one.after is None else in_words(one.after, keys, language),
        )


def in_words(value: Plain, keys: Sequence[str], language: str) -> str:
    """A value as people read it; `keys`: where it stands."""
    text = _said(value, list(keys), language)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _said(value: Plain, keys: list[str], language: str) -> str:
    if isinstance(value, dict):
        named = ((value_text(_key_name([*keys, key]), language), _said(one, [*keys, key], language))
                 for key, one in value.items())  # fmt: skip
        return " · ".join(f"{name}: {text}" for name, text in named if text)
    if isinstance(value, list):
        said = [_said(one, keys, language) for one in value]
        return " | ".join(said) if any(isinstance(one, dict) for one in value) else listed(said, language)
    return choice_label(keys[-1] if keys else "", single(value), language)


def choice_label(key: str, value: str, language: str) -> str:
    """What a value of that key is called, where it is one of a list of choices; else itself."""
    return or_itself(language, f"editor.choice.{value}", value) if value in _CHOICES.get(key, ()) else value


def label_of_field(field: Field, language: str, above: Sequence[str] = ()) -> str:
    """What a field is called on its form."""
    if field.group == "rolls":
        return f"{label_of_key(language, 'roll-size')} {field.path[-1]}"
    return label_of_key(language, *above, *field.keys_below)


def label_of_key(language: str, *keys: str) -> str:
    """What the last of some keys is called at the head of a line; those before it are around it."""
    return _at_the_head(value_text(field_name(*keys), language))


def label_of_item(language: str, key: str, number: int) -> str:
    """What the item of that number, from 1, of a list is called at the head of a form."""
    return _at_the_head(value_text(item_name(key, str(number)), language))


def _at_the_head(text: str) -> str:
    return text[:1].upper() + text[1:]
