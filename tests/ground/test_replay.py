"""Numbers that never repeat, over restarts and a disk that refuses; nonces."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.replay import Numbers, is_nonce, new_nonce


def test_numbers_grow_over_restarts(tmp_path: Path) -> None:
    given_out = []
    for _ in range(3):
        numbers = Numbers(tmp_path / "numbers.json")
        given_out += [numbers.next() for _ in range(Numbers.BLOCK + 2)]
    assert given_out == sorted(set(given_out))
    assert given_out[:2] == [1, 2]


def test_a_block_is_on_disk_before_its_first_number_is_given(tmp_path: Path) -> None:
    """As release 0.1 wrote it: one whole number."""
    file = tmp_path / "numbers.json"
    numbers = Numbers(file)
    assert not file.exists()
    assert (numbers.next(), file.read_bytes()) == (1, b'{"format":2,"reserved":1000}')
    file.write_bytes(b"7000")  # as release 0.1 wrote it
    assert (Numbers(file).next(), file.read_bytes()) == (7001, b'{"format":2,"reserved":8000}')


def test_no_number_is_given_that_the_disk_has_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("no space left")

    numbers = Numbers(tmp_path / "numbers.json")
    with monkeypatch.context() as broken:
        broken.setattr(storage, "write", full)
        with pytest.raises(StorageError):
            numbers.next()
    assert numbers.next() == 1


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'"1"', b"1.5", b"\xff", b"-1", b"1%s" % (b"0" * 30), b'{"format":2,"reserved":-1}']
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "numbers.json").write_bytes(content)
    with pytest.raises(InvalidInput, match="changed or damaged"):
        Numbers(tmp_path / "numbers.json")


def test_nonces_differ() -> None:
    made = {new_nonce() for _ in range(100)}
    assert len(made) == 100 and all(map(is_nonce, made))


@given(st.text(max_size=40))
def test_other_texts_are_no_nonces(text: str) -> None:
    assert is_nonce(text) == (len(text) == 32 and set(text) <= set("0123456789abcdef"))
    assert not is_nonce("a" * 32 + "\n") and not is_nonce("A" * 32)
