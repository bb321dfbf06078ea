"""To whom a register belongs, its key, and how numbers and names are spelled."""

import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raising import raises_code
from testigo.election import Definition
from testigo.errors import InvalidInput, NotAllowed, SeveralErrors, StorageError
from testigo.register import Register, RegisterKey, normalise_document, normalise_name
from testigo.register.vault import PrintAddress


@pytest.fixture
def corrected(definition: Definition) -> Definition:
    """The definition published anew with another hour."""
    return msgspec.structs.replace(definition, closes="19:00")


def test_belongs_to_one_election(register: Register, address: str, corrected: Definition, key: RegisterKey) -> None:
    with raises_code(InvalidInput, "register.of-another-election"):
        Register.open(address, corrected, key)
    with Register.adopt(address, corrected, key) as moved:
        assert moved.status().voters == 5
    with Register.open(address, corrected, key) as again:
        assert again.voter("200").station == "s2"


def test_moves_only_where_its_voters_fit(
    register: Register, address: str, definition: Definition, key: RegisterKey
) -> None:
    smaller = msgspec.structs.replace(definition, stations=definition.stations[:1])
    with pytest.raises(SeveralErrors, match="station s2: 2 voters, and the definition has no such station"):
        Register.adopt(address, smaller, key)
    no_roll = msgspec.structs.replace(definition.stations[0], roll_sizes={})
    with pytest.raises(SeveralErrors, match="1 voter on the roll 'native', and the definition has 0"):
        Register.adopt(address, msgspec.structs.replace(definition, stations=(no_roll, *definition.stations[1:])), key)
    Register.open(address, definition, key).close()


def test_nothing_to_move(address: str, definition: Definition, key: RegisterKey) -> None:
    with raises_code(InvalidInput, "register.not-here"):
        Register.adopt(address, definition, key)


def test_opens_with_its_own_key_only(register: Register, address: str, definition: Definition) -> None:
    with raises_code(NotAllowed, "register.another-key"):
        Register.open(address, definition, RegisterKey.generate())


def test_a_database_that_is_none(tmp_path: Path, definition: Definition, key: RegisterKey) -> None:
    file = tmp_path / "text.db"
    file.write_text("this is no database at all, only some text in a file\n" * 50)
    with pytest.raises(StorageError, match="database"):
        Register.open(str(file), definition, key)


def test_the_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    key, file = RegisterKey.generate(), tmp_path / "keys" / "register.key"
    key.save(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert RegisterKey.load(file).check == key.check
    with raises_code(StorageError, "file.exists"):
        key.save(file)
    file.chmod(0o640)
    with raises_code(InvalidInput, "register-key.readable-by-others"):
        RegisterKey.load(file)
    for data in (b"", os.urandom(31), os.urandom(33)):
        (tmp_path / "bad").write_bytes(data)
        (tmp_path / "bad").chmod(0o600)
        with raises_code(InvalidInput, "register-key.malformed"):
            RegisterKey.load(tmp_path / "bad")
    with raises_code(StorageError, "file.not-found"):
        RegisterKey.load(tmp_path / "absent")


@given(st.binary(max_size=60), st.integers(0, 300), st.integers(1, 255))
def test_ciphertexts_open_whole_in_their_place_or_not_at_all(plain: bytes, position: int, difference: int) -> None:
    key, place = RegisterKey(bytes(32)), PrintAddress("123", 4, 2, 1)
    data = key.encrypt(plain, "template", place)
    assert key.decrypt(data, "template", place) == plain
    changed = bytearray(data)
    changed[position % len(data)] ^= difference
    for wrong in (bytes(changed), data[:-1], data + b"x", b""):
        with pytest.raises(InvalidInput):
            key.decrypt(wrong, "template", place)
    for other in (
        PrintAddress("124", 4, 2, 1),
        PrintAddress("123", 5, 2, 1),
        PrintAddress("123", 4, 3, 1),
        PrintAddress("123", 4, 2, 2),
    ):
        with pytest.raises(InvalidInput):
            key.decrypt(data, "template", other)
    with pytest.raises(InvalidInput):
        key.decrypt(data, "image", place)
    with pytest.raises(InvalidInput):
        RegisterKey(b"\x01" * 32).decrypt(data, "template", place)


@pytest.mark.parametrize(
    "written",
    [
        "V-12.345.678",
        "v12345678",
        " V 12 345 678 ",
        "V‑12–345/678",
        "Ｖ１２３４５６７８",
        "V١٢٣٤٥٦٧٨",
        "\u200eV12\u00ad345678",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    assert normalise_document(written) == "V12345678"


@pytest.mark.parametrize(
    "written", ["", " .- ", "12,5", "Ñ12", "ı12", "ß12", "12\x0034", "1٣", "12.0", "12²", "1--2", "1" * 25, "1 " * 5000]
)
def test_what_is_no_document_number(written: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_document(written)


@given(st.text(max_size=60))
def test_spelling_is_settled_at_once(text: str) -> None:
    for normalise in (normalise_document, normalise_name):
        try:
            once = normalise(text)
        except InvalidInput:
            continue
        assert normalise(once) == once
