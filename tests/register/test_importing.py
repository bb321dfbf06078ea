"""A file of voters: all of it or nothing, and every error with its row."""

import csv
import io
import os
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raising import raises_code
from testigo import canonical
from testigo.election import Definition
from testigo.errors import InvalidInput, SeveralErrors, StorageError, TestigoError
from testigo.register import Register, RegisterKey
from testigo.register.importing import SHOWN_ERRORS
from testigo.register.voters_file import VoterRow, read_voters


def _write(folder: Path, text: str | bytes) -> Path:
    file = folder / "voters.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_imports_and_finds_voters_however_the_number_is_written(empty: Register, people: Path) -> None:
    report = empty.import_voters(people)
    assert report.imported == 5
    assert report.stations == {"s1": 3, "s2": 2}
    assert [(few.station, few.voters) for few in report.warnings] == [("s1", 3), ("s2", 2)]
    voter = empty.voter("v 12345678")
    assert (voter.document, voter.name, voter.station, voter.roll) == ("V12345678", "María José Peña", "s1", "general")
    assert empty.voter("e99").roll == "native"
    assert not voter.enrolled
    assert empty.status().voters == 5


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_reads_what_spreadsheets_write(tmp_path: Path, definition: Definition, separator: str, encoding: str) -> None:
    text = f"Station{separator}Document {separator}name\r\ns1{separator}12{separator}Ñusta\r\n\r\n"
    (row,) = read_voters(_write(tmp_path, text.encode(encoding)), definition)
    assert (row.number, row.voter, row.errors) == (2, VoterRow("12", "Ñusta", "s1", "general"), ())


def test_every_error_is_told_with_its_row_and_nothing_is_kept(empty: Register, tmp_path: Path) -> None:
    file = _write(
        tmp_path,
        "document,name,station,roll\n1,Good,s1,\n,Nameless,s1,\n2,,s1,\n3,X,s9,\n4,X,s1,military\n5,X,s2,native\n"
        "1,Twice,s1,\n6,X,s1\n\n7\x01,X,s1,\nÑ8,X,s1,\n",
    )
    with pytest.raises(SeveralErrors) as caught:
        empty.import_voters(file)
    rows = [error.place.rpartition("row ")[2].partition(",")[0] for error in caught.value.errors]
    assert rows == ["3", "4", "5", "6", "7", "8", "9", "11", "12"]
    assert "9 errors" in str(caught.value)
    assert "already in row 2" in str(caught.value)
    assert empty.status().voters == 0


def test_a_voter_already_in_the_register_is_an_error(empty: Register, people: Path, tmp_path: Path) -> None:
    empty.import_voters(people)
    with pytest.raises(SeveralErrors, match=r"row 3, column document: document V12345678 is already in the register"):
        empty.import_voters(_write(tmp_path, "document,name,station\n77,New,s1\nv12345678,Other,s2\n"))
    assert empty.status().voters == 5
    with raises_code(InvalidInput, "document.not-in-register", document="77"):
        empty.voter("77")


def test_more_voters_than_the_definition_gives_a_station_are_an_error(empty: Register, tmp_path: Path) -> None:
    six = "".join(f"{number},X,s2\n" for number in range(6))
    with pytest.raises(SeveralErrors, match="station s2: 6 voters on the roll 'general', and the definition has 5"):
        empty.import_voters(_write(tmp_path, "document,name,station\n" + six))
    natives = "".join(f"{number},X,s1,native\n" for number in range(3))
    with pytest.raises(SeveralErrors, match="'native', and the definition has 2"):
        empty.import_voters(_write(tmp_path, "document,name,station,roll\n" + natives))
    assert empty.status().voters == 0


def test_station_room_counts_who_was_imported_before(empty: Register, people: Path, tmp_path: Path) -> None:
    empty.import_voters(people)
    four = "".join(f"3{number},X,s2\n" for number in range(4))
    with pytest.raises(SeveralErrors, match="6 voters"):
        empty.import_voters(_write(tmp_path, "document,name,station\n" + four))


def test_the_list_of_errors_is_cut_and_counted(empty: Register, tmp_path: Path) -> None:
    rows = "".join(f"{number},X,nowhere\n" for number in range(12_000))
    with pytest.raises(SeveralErrors, match="12,000 errors in the file of voters; these are the first 50") as caught:
        empty.import_voters(_write(tmp_path, "document,name,station\n" + rows))
    assert len(caught.value.errors) == SHOWN_ERRORS


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"document,name\n1,X\n", "column 'station' is missing"),
        (b"document,name,station,age\n", "no column 'age'"),
        (b"document,name,station,name\n", "named twice"),
        (b"document,name,station\n", "names no voter"),
        ("document,name,station\n1,Muñoz,s1\n".encode("latin-1"), "not UTF-8 text"),
        ("document,name,station\n1,X,s1\n".encode("utf-16-le"), "UTF-16 text"),
        (b"PK\x03\x04rest of a spreadsheet", "a spreadsheet or archive"),
        (b'document,name,station\n1,"never closed,s1\n', "close the quotes"),
        (b"document,name,station\n1,X\x00,s1\n", "row 2"),
    ],
)
def test_a_file_that_is_no_file_of_voters(empty: Register, tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(TestigoError, match=sentence) as caught:
        empty.import_voters(_write(tmp_path, data))
    assert "voters.csv" in str(caught.value)
    assert empty.status().voters == 0


def test_a_missing_file(empty: Register, tmp_path: Path) -> None:
    with raises_code(StorageError, "file.not-found"):
        empty.import_voters(tmp_path / "absent.csv")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("document,name,station\n" + text).encode()))
def test_any_bytes_give_rows_or_sentences(tmp_path: Path, definition: Definition, data: bytes) -> None:
    try:
        for row in read_voters(_write(tmp_path, data), definition):
            assert row.number >= 2
            assert bool(row.errors) != bool(row.voter)
    except (InvalidInput, UnicodeError) as error:
        assert isinstance(error, InvalidInput)


NAMES = st.text(st.characters(categories=["L"]), min_size=1, max_size=40)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.from_regex(r"[A-Z0-9]{0,11}[0-9]", fullmatch=True), NAMES), min_size=1, max_size=20))
def test_what_is_written_is_what_is_read(tmp_path: Path, definition: Definition, people: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("document", "name", "station"), *((*person, "s3") for person in people)])
    found = list(read_voters(_write(tmp_path, text.getvalue()), definition))
    assert [row.number for row in found] == list(range(2, len(people) + 2))
    assert [row.voter.document for row in found if row.voter] == [document for document, _ in people]


def test_a_hundred_thousand_rows_are_imported_with_progress(empty: Register, tmp_path: Path) -> None:
    rows = "".join(f"{number},Nombre Apellido {number},s3\n" for number in range(100_000))
    heard: list[int] = []
    report = empty.import_voters(_write(tmp_path, "document,name,station\n" + rows), heard.append)
    assert report.imported == sum(heard) == empty.status().voters == 100_000
    assert len(heard) > 10


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from testigo import canonical
    from testigo.election import Definition
    from testigo.register import Register, RegisterKey
    address, definition, key, file = sys.argv[1:]
    election = Definition.from_payload(canonical.decode(Path(definition).read_bytes()))
    def kill(_rows):
        os.kill(os.getpid(), signal.SIGKILL)
    Register.open(address, election, RegisterKey.load(Path(key))).import_voters(Path(file), kill)
    """
)


def test_killed_in_the_middle_leaves_nothing(
    address: str, definition: Definition, key: RegisterKey, tmp_path: Path
) -> None:
    key.save(tmp_path / "key")
    (tmp_path / "definition.json").write_bytes(canonical.encode(definition))
    rows = "".join(f"{number},X,s3\n" for number in range(20_000))
    file = _write(tmp_path, "document,name,station\n" + rows)
    arguments = [address, str(tmp_path / "definition.json"), str(tmp_path / "key"), str(file)]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    with Register.open(address, definition, key) as register:
        assert register.status().voters == 0
        assert register.import_voters(file).imported == 20_000


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_full_disk_is_a_sentence_and_leaves_nothing(empty: Register, tmp_path: Path) -> None:
    rows = "".join(f"{number},Nombre Apellido,s3\n" for number in range(30_000))
    file = _write(tmp_path, "document,name,station\n" + rows)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))  # no file may grow past this, as on a full disk
    try:
        with pytest.raises(StorageError, match=r"the register's database failed.*nothing was changed"):
            empty.import_voters(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert empty.status().voters == 0
    assert empty.import_voters(file).imported == 30_000
