"""The ballot box: what it hides, what it survives, and how a cheat is found."""

import collections
import os
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raising import raises_code
from testigo.ballot import CastVoteRecord, Marks, new_slip_number
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.station.booth.box import BallotBox

KEY = secrets.token_bytes(32)
SIZE = 256


def vote(mayor="ana"):
    return CastVoteRecord(new_slip_number(), Marks("villa", {"mayor": (mayor,) if mayor else ()}), "es")


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "one" / "box", tmp_path / "two" / "box"


@pytest.fixture
def box(paths):
    made = BallotBox.create(paths, KEY, "e/s1", slots=12, slot_size=SIZE)
    yield made
    made.close()


def reopen(box):
    box.close()
    return BallotBox(box.paths, KEY, "e/s1", SIZE)


def test_votes_come_back_by_slip_number(box):
    votes = [vote(), vote(""), vote("beto")]
    for one in votes:
        box.deposit(one)
    again = reopen(box)
    assert again.records() == tuple(sorted(votes, key=lambda one: one.slip)) == box.records()
    assert again.recorded == 3 and all(again.contains(one.slip) for one in votes)
    again.close()


def test_same_slip_twice_is_once(box):
    one = vote()
    box.deposit(one)
    box.deposit(one)
    again = reopen(box)
    again.deposit(one)
    assert again.recorded == 1
    again.close()


def test_full_box(box):
    for _ in range(12):
        box.deposit(vote())
    with raises_code(IllegalStep, "box.full"):
        box.deposit(vote())
    assert box.recorded == 12


def test_slots_are_uniformly_random(tmp_path):
    """χ² over 800 first deposits in 8 slots: above 24.3 once in a thousand runs (7 degrees of freedom)."""
    box = BallotBox.create((tmp_path / "a", tmp_path / "b"), KEY, "e/s1", slots=8, slot_size=SIZE)
    first = collections.Counter()
    for _ in range(800):
        box.deposit(vote())
        first.update(list(box._votes))
        box._votes.clear()
        box._slips.clear()
    assert sum((first[slot] - 100) ** 2 / 100 for slot in range(8)) < 24.3
    box.destroy()
    assert not any(path.exists() for path in box.paths)


def test_file_tells_nothing(box, paths):
    empty = paths[0].read_bytes()
    one = vote()
    box.deposit(one)
    used = paths[0].read_bytes()
    assert len(used) == len(empty) == 12 * SIZE
    assert one.slip.encode() not in used and b"ana" not in used
    counts = collections.Counter(used)
    assert max(counts.values()) < 40  # 3072 bytes: 12 of each value on average


def test_attack_whoever_compares_the_copies_learns_nothing(box, paths, monkeypatch):
    """Also not which slots are used, how many, or which failed: the copies are the same to the byte."""

    def same():
        return paths[0].read_bytes() == paths[1].read_bytes()

    assert same()
    for _ in range(5):
        box.deposit(vote())
        assert same()
    write = box._write

    def refuse(number, slot, data):
        monkeypatch.setattr(box, "_write", write)
        raise StorageError("disk.full", place="x")

    monkeypatch.setattr(box, "_write", refuse)
    with pytest.raises(StorageError):
        box.deposit(vote())
    assert same()
    with paths[1].open("r+b") as file:  # half of a deposit, torn on both paths
        file.seek(next(slot for slot in range(12) if slot not in box._votes) * SIZE)
        file.write(b"torn")
    again = reopen(box)
    assert same() and again.recorded == 5
    again.close()


@pytest.mark.parametrize("hurt", [0, 1])
def test_slot_whole_on_one_path_only_is_repaired(box, paths, hurt):
    one = vote()
    box.deposit(one)
    slot = next(iter(box._votes))
    with paths[hurt].open("r+b") as file:
        file.seek(slot * SIZE + 30)
        file.write(b"torn")
    again = reopen(box)
    assert again.records() == (one,) and again.repaired == 1
    assert paths[0].read_bytes()[slot * SIZE :][:SIZE] == paths[1].read_bytes()[slot * SIZE :][:SIZE]
    again.close()


def test_edited_moved_and_foreign_slots_do_not_count(box, paths, tmp_path):
    box.deposit(vote())
    slot = next(iter(box._votes))
    piece = paths[0].read_bytes()[slot * SIZE : (slot + 1) * SIZE]
    other = BallotBox.create((tmp_path / "x", tmp_path / "y"), KEY, "e/s2", slots=12, slot_size=SIZE)
    other.deposit(vote())
    theirs = next(iter(other._votes))
    foreign = (tmp_path / "x").read_bytes()[theirs * SIZE : (theirs + 1) * SIZE]
    other.close()
    box.close()
    for path in paths:
        data = bytearray(path.read_bytes())
        for place in range(12):  # the vote copied into every other slot, another station's into its own number
            if place != slot:
                data[place * SIZE : (place + 1) * SIZE] = foreign if place == theirs else piece
        path.write_bytes(data)
    again = BallotBox(paths, KEY, "e/s1", SIZE)
    assert again.recorded == 1
    again.close()
    for path in paths:  # without the vote in its own slot, the copies elsewhere are nothing
        data = bytearray(path.read_bytes())
        data[slot * SIZE : (slot + 1) * SIZE] = secrets.token_bytes(SIZE)
        path.write_bytes(data)
    again = BallotBox(paths, KEY, "e/s1", SIZE)
    assert again.recorded == 0
    again.close()


def test_two_paths_with_different_votes_are_a_sentence(box, paths):
    box.deposit(vote())
    slot = next(iter(box._votes))
    nonce = secrets.token_bytes(12)
    forged = nonce + box._cipher.encrypt(nonce, vote("beto").encode(SIZE - 28), box._bound(slot))
    box.close()
    with paths[1].open("r+b") as file:
        file.seek(slot * SIZE)
        file.write(forged)
    with raises_code(InvalidInput, "box.copies-disagree"):
        BallotBox(paths, KEY, "e/s1", SIZE)


@pytest.mark.parametrize("dead", [0, 1])
def test_dead_disk_records_nothing_on_either_path(box, paths, monkeypatch, dead):
    real = os.pwrite

    def pwrite(handle, data, offset):
        if handle == box._handles[dead]:
            raise OSError(28, "No space left on device") if dead else OSError(5, "Input/output error")
        return real(handle, data, offset)

    one = vote()
    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(StorageError):
        box.deposit(one)
    monkeypatch.undo()
    assert box.recorded == 0
    again = reopen(box)
    assert again.recorded == 0
    again.deposit(one)
    assert again.recorded == 1
    again.close()


def test_missing_copy_is_a_sentence_and_is_restored(box, paths):
    one = vote()
    box.deposit(one)
    box.close()
    paths[1].unlink()
    with raises_code(StorageError, "box.copy-missing"):
        BallotBox(paths, KEY, "e/s1", SIZE)
    assert BallotBox.restore(paths) == paths[1]
    again = BallotBox(paths, KEY, "e/s1", SIZE)
    assert again.records() == (one,)
    again.close()
    with pytest.raises(IllegalStep):
        BallotBox.restore(paths)


@pytest.mark.parametrize("size", [0, 100, 12 * SIZE - 1, 11 * SIZE])
def test_copy_of_another_size_is_a_sentence(box, paths, size):
    box.close()
    paths[1].write_bytes(paths[1].read_bytes()[:size])
    code = "box.copies-differ-in-size" if size % SIZE == 0 < size else "box.copy-wrong-size"
    with raises_code(StorageError, code):
        BallotBox(paths, KEY, "e/s1", SIZE)


def test_box_is_never_made_twice(box, paths):
    with raises_code(StorageError, "box.there-already"):
        BallotBox.create(paths, KEY, "e/s1", slots=12, slot_size=SIZE)


def test_other_key_finds_nothing(box, paths):
    box.deposit(vote())
    box.close()
    other = BallotBox(paths, secrets.token_bytes(32), "e/s1", SIZE)
    assert other.recorded == 0
    other.close()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=25))
@settings(max_examples=25, deadline=None)
def test_deposits_repeats_and_restarts(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("box")
    paths = (folder / "a", folder / "b")
    box = BallotBox.create(paths, KEY, "e/s1", slots=10, slot_size=SIZE)
    votes, deposited = [vote() for _ in range(10)], set()
    for restart, number in steps:
        if restart:
            box.close()
            box = BallotBox(paths, KEY, "e/s1", SIZE)
        box.deposit(votes[number])
        deposited.add(votes[number].slip)
        assert {record.slip for record in box.records()} == deposited
    box.close()
