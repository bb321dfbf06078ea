"""Every byte of a small record changed, every file removed, files added: always found, at the right place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testigo.record import read_record

MakeRecord = Callable[..., Path]
SIZE = 5


def failed_places(folder: Path) -> set[str]:
    return {finding.place for finding in read_record(folder).findings if not finding.holds}


def files_of(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def test_the_record_under_attack_is_sound_and_whole(make_record: MakeRecord) -> None:
    folder = make_record(SIZE)
    assert failed_places(folder) == set()
    assert [str(file.relative_to(folder)) for file in files_of(folder)] == [
        "checkpoint",
        "log.pub",
        "root.pub",
        *(f"statements/{n:06d}-tally-sheet-station-{n}.json" for n in range(SIZE)),
        "tile/0/000.p/5",
        "tile/entries/000.p/5",
    ]


def test_every_changed_byte_is_found_in_its_file(make_record: MakeRecord) -> None:
    folder = make_record(SIZE)
    tried = 0
    for file in files_of(folder):
        original, place = file.read_bytes(), str(file.relative_to(folder))
        for position in range(len(original)):
            changed = bytearray(original)
            changed[position] ^= 1 << position % 8
            file.write_bytes(changed)
            assert place in failed_places(folder), f"byte {position} of {place} changed"
            tried += 1
        file.write_bytes(original)
    assert tried > 3000
    assert failed_places(folder) == set()


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b""])
def test_every_cut_lengthened_or_emptied_file_is_found(
    make_record: MakeRecord, change: Callable[[bytes], bytes]
) -> None:
    folder = make_record(SIZE)
    for file in files_of(folder):
        original = file.read_bytes()
        file.write_bytes(change(original))
        assert str(file.relative_to(folder)) in failed_places(folder)
        file.write_bytes(original)


def test_every_removed_file_is_found(make_record: MakeRecord) -> None:
    folder = make_record(SIZE)
    for file in files_of(folder):
        original = file.read_bytes()
        file.unlink()
        assert str(file.relative_to(folder)) in failed_places(folder)
        file.write_bytes(original)


def test_every_added_file_is_found(make_record: MakeRecord) -> None:
    folder = make_record(SIZE)
    for within in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        for source in files_of(folder):
            extra = within / f"{source.name}~"
            shutil.copy(source, extra)
            assert str(extra.relative_to(folder)) in failed_places(folder)
            extra.unlink()


def test_every_pair_of_exchanged_files_is_found(make_record: MakeRecord) -> None:
    folder = make_record(SIZE)
    files = files_of(folder)
    for first in files:
        for second in files:
            if first < second:
                one, two = first.read_bytes(), second.read_bytes()
                first.write_bytes(two)
                second.write_bytes(one)
                found = failed_places(folder)
                assert found & {str(first.relative_to(folder)), str(second.relative_to(folder))}
                first.write_bytes(one)
                second.write_bytes(two)


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_in_any_file_are_found_and_never_an_error(make_record: MakeRecord, data: st.DataObject) -> None:
    name = "fuzzed"
    folder = make_record(SIZE, name).parent / name
    try:
        file = data.draw(st.sampled_from(files_of(folder)))
        original = file.read_bytes()
        start = data.draw(st.integers(0, len(original)))
        stop = data.draw(st.integers(start, len(original)))
        other = data.draw(st.binary(max_size=40) | st.text().map(str.encode) | st.just(original))
        changed = original[:start] + other + original[stop:]
        file.write_bytes(changed)
        place = str(file.relative_to(folder))
        assert (place in failed_places(folder)) == (changed != original)
    finally:
        shutil.rmtree(folder)


def test_changes_in_a_large_record_are_found_in_their_files(make_record: MakeRecord) -> None:
    """Two levels of tiles, full and partial: a sample of bytes of every file that is not a statement."""
    folder = make_record(515)
    places = [file for file in files_of(folder) if file.parent.name != "statements"]
    assert {"tile/1/000.p/2", "tile/0/001", "tile/entries/002.p/3"} <= {str(f.relative_to(folder)) for f in places}
    for file in places:
        original = file.read_bytes()
        for position in {0, 1, len(original) // 2, len(original) - 1}:
            changed = bytearray(original)
            changed[position] ^= 4
            file.write_bytes(changed)
            assert str(file.relative_to(folder)) in failed_places(folder)
        file.write_bytes(original)
