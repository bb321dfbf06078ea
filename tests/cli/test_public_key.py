"""The keys that commands are given: digits, or a file."""

from pathlib import Path

import pytest

from raising import raises_code
from testigo.cli.public_key import read_public_key, read_root_key
from testigo.errors import InvalidInput, StorageError
from testigo.keys import SigningKey


def test_digits_or_a_file_that_holds_them(tmp_path: Path) -> None:
    key = SigningKey.generate().public
    (tmp_path / "root.pub").write_text(f"{key.hex}\n")
    assert read_public_key(key.hex) == read_public_key(str(tmp_path / "root.pub")) == key
    assert read_root_key("") is None


@pytest.mark.parametrize(("digits", "count"), [("ab" * 31, 62), ("ab" * 33, 66), ("3fb1", 4), ("3fb1c2d4e5…", 10)])
def test_digits_that_are_no_key_are_no_file_that_is_missing(digits: str, count: int) -> None:
    with raises_code(InvalidInput, "key.other-length") as raised:
        read_public_key(digits)
    assert f"a key has 64 hexadecimal digits, this has {count}" in raised.value.text("en")


def test_capital_digits_are_told(tmp_path: Path) -> None:
    with raises_code(InvalidInput, "key.not-hexadecimal"):
        read_public_key("AB" * 32)
    (tmp_path / "short").write_text("ab" * 20)
    with raises_code(InvalidInput, "key.other-length"):
        read_public_key(str(tmp_path / "short"))


def test_a_file_may_be_called_like_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = SigningKey.generate().public
    (tmp_path / "2026").write_text(key.hex)
    monkeypatch.chdir(tmp_path)
    assert read_public_key("2026") == key


def test_a_file_that_holds_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"\xff key")
    with raises_code(InvalidInput, "key.not-hexadecimal") as raised:
        read_public_key(str(tmp_path / "notes"))
    assert raised.value.place == str(tmp_path / "notes")
    with pytest.raises(StorageError):
        read_public_key(str(tmp_path / "none"))
