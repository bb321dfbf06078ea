"""A hint that names a key of the definition quotes it as it is typed; in other languages it says what the key is."""

import re
from collections.abc import Iterator

import msgspec
import pytest

from testigo.election import Definition
from testigo.words.catalogues import catalogue_of

ORDINARY = {"es": (), "pt": ("item", "data"), "fr": ("options", "option", "date", "parties", "coalitions")}
"""Keys that are also words of the language. `fonts` is the name of an extra, too."""


def keys(kind: object) -> Iterator[str]:
    """Every key of the definition's file, with those of what it holds."""
    seen: set[object] = set()
    waiting = [msgspec.inspect.type_info(kind)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, msgspec.inspect.StructType) and one.cls not in seen:
            seen.add(one.cls)
            for field in one.fields:
                yield field.encode_name
                waiting.append(field.type)
        waiting += [getattr(one, name) for name in ("item_type", "value_type") if hasattr(one, name)]
        waiting += list(getattr(one, "types", ()))


KEYS = frozenset(keys(Definition))


@pytest.mark.parametrize("language", ORDINARY)
def test_no_hint_has_a_key_outside_quotes(language: str) -> None:
    ordinary = {"fr": {"options", "option", "date", "parties", "coalitions"}, "es": set(), "pt": {"item", "data"}}[
        language
    ]
    ordinary |= {"id", "no", "title"} | {"fonts"}  # `fonts`: also the name of an extra
    for (section, key), forms in catalogue_of(language).forms.items():
        for form in forms if section == "hint" else ():
            bare = re.sub(r"`[^`]*`|\{\w+\}|--[a-z-]+", "", form)
            named = {one for one in re.findall(r"(?<![\w-])[a-z][a-z-]+(?![\w-])", bare) if one in KEYS} - ordinary
            assert not named, (key, form)


def test_the_keys_are_those_of_the_file() -> None:
    assert {"register-size", "kind", "roll-sizes", "after-signing", "levelling", "utc-offset"} <= KEYS
