"""A file of any older format is read and left as it is; the next writing is of today's; a newer one is refused."""

import errno
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.stored import NewerFormat, StoredFormat


class Cards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    styles: dict[str, str]
    made: bool = False


def named(first: Any) -> dict[str, Any]:
    """Format 1 was a list of pairs."""
    return {"pairs": first}


def as_table(second: Any) -> dict[str, Any]:
    return {"styles": dict(second["pairs"])}


CARDS = StoredFormat("cards.json", Cards, named, as_table)
VALUE = Cards({"a": "x", "b": "y"})
OLD = [
    b'[["a","x"],["b","y"]]',
    b'{"format":2,"pairs":[["a","x"],["b","y"]]}',
    b'{"format":3,"styles":{"b":"y","a":"x"}}',
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["format", "styles", "pairs", "made", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("data", OLD)
def test_every_older_format_is_read_and_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "cards.json"
    file.write_bytes(data)
    assert CARDS.read(file) == VALUE
    assert file.read_bytes() == data
    CARDS.write(file, VALUE, mode=0o600)
    assert json.loads(file.read_bytes()) == {"format": 3, "made": False, "styles": {"a": "x", "b": "y"}}
    assert CARDS.read(file) == VALUE
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_disk_that_is_full_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cards.json"
    file.write_bytes(OLD[0])

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "flush", full)
    with pytest.raises(StorageError, match="the disk is full"):
        CARDS.write(file, VALUE)
    assert file.read_bytes() == OLD[0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["cards.json"]


def test_a_newer_format_is_one_sentence_whatever_else_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "cards.json"
    file.write_bytes(b'{"format":4,"unheard-of":[1]}')
    with pytest.raises(NewerFormat) as raised:
        CARDS.read(file)
    said = f"{file}: a file of format 4; this release knows 3; use a newer release."
    assert str(raised.value) == said
    assert file.read_bytes() == b'{"format":4,"unheard-of":[1]}'


DAMAGED = [
    b"",
    b"{",
    b"\xff",
    b"null",
    b"[1]",
    b"[" * 100_000,
    b'{"format":2,"pairs":3}',
    b'{"format":true,"styles":{}}',
]
DAMAGED += [b'{"format":3%s}' % rest for rest in (b"", b',"styles":{},"more":1', b',"styles":[]')]
DAMAGED += [b'{"format":%d,"styles":{}}' % number for number in (0, -1)]


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_file_is_one_sentence(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"^here: this file was changed or damaged; keep it") as raised:
        CARDS.decode(data, place="here")
    assert not isinstance(raised.value, NewerFormat)


def test_a_first_format_may_have_a_key_of_that_name() -> None:
    """PINs by account, and somebody's account is called `format`."""
    pins = StoredFormat("pins.json", Cards, lambda first: {"styles": first})
    assert pins.decode(b'{"format":"argon2","eva":"argon2"}', place="").styles == {"format": "argon2", "eva": "argon2"}
    with pytest.raises(InvalidInput, match="damaged"):
        pins.decode(b'{"format":true}', place="")


@given(JSON)
def test_whatever_stands_in_a_file_is_read_or_refused(value: Any) -> None:
    data = msgspec.json.encode(value)
    try:
        read = CARDS.decode(data, place="here")
    except InvalidInput:
        return
    assert CARDS.decode(CARDS.encode(read), place="here") == read


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5), st.booleans())
def test_what_is_written_is_read_and_its_order_tells_nothing(styles: dict[str, str], made: bool) -> None:
    value = Cards(styles, made)
    assert CARDS.decode(CARDS.encode(value), place="") == value
    turned = Cards(dict(reversed(styles.items())), made)
    assert CARDS.encode(turned) == CARDS.encode(value)
