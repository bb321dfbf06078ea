"""Every key that a definition may have is called by a name, in every language; places are counted from 1."""

from collections.abc import Iterator

import msgspec.inspect as shapes
import pytest

from testigo.election import Definition
from testigo.election.field_names import field_name, part_name, place_name
from testigo.election.load import FROM_FILES
from testigo.words import Message, languages


def keys_of(shape: shapes.Type, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The keys below a type, and whether each is a list of parts."""
    if isinstance(shape, shapes.UnionType):
        for one in shape.types:
            yield from keys_of(one, above)
    elif isinstance(shape, shapes.VarTupleType):
        yield from keys_of(shape.item_type, above)
    elif isinstance(shape, shapes.StructType) and len(above) < 6:
        for field in shape.fields:
            if field.encode_name not in FROM_FILES:
                own = (*above, field.encode_name)
                yield own, isinstance(field.type, shapes.VarTupleType)
                yield from keys_of(field.type, own)


KEYS = dict(keys_of(shapes.type_info(Definition)))


@pytest.mark.parametrize("language", languages())
def test_every_key_has_a_name(language: str) -> None:
    for keys, is_list in KEYS.items():
        for named in (field_name(keys), part_name(keys) if is_list else field_name(keys)):
            assert isinstance(named, Message) and named.speaks(language) and named.text(language) != keys[-1], keys


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((), ""),
        (("languages", 0), "Language 1"),
        (("contests", 1, "options", 0, "name", "es"), "Contest 2 › Option 1 › Name › es"),
        (("contests", 0, "threshold", "of"), "Contest 1 › Threshold › Of which votes"),
        (("contests", 0, "majority", "conditions", 1, "lead-more-than"),
         "Contest 1 › Majority in the first round › Condition 2 › Lead of more than"),
        (("options",), "Options"),
        (("nothing-known", 2), "nothing-known 3"),
    ],
)  # fmt: skip
def test_places_are_said_in_words(place: tuple[str | int, ...], said: str) -> None:
    assert str(place_name(place)) == said
