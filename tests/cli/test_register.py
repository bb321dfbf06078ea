"""`testigo register`, as an officer types it."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from testigo.centre import Centre
from testigo.cli import main
from testigo.cli.output import console, errors
from testigo.election import MachineKey, MachineKeys
from testigo.fingerprint import FingerImage
from testigo.keys import OpeningKey, SigningKey
from testigo.register import PollBook
from testigo.register.tables import SCHEMA
from testigo.words import set_language

Press = Callable[..., FingerImage]
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Runs a command in an empty folder; exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for one in (console, errors):  # they read COLUMNS when they are made, which another test may have done
        monkeypatch.setattr(one, "width", 200)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["register", *words])
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def election(project_root: Path) -> list[str]:
    return ["--election", str(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")]


@pytest.fixture
def imported(typed: Typed, election: list[str], project_root: Path) -> Typed:
    code, _, err = typed(
        "import", str(project_root / "src" / "testigo" / "examples" / "municipality" / "voters.csv"), *election
    )
    assert (code, err.split(";")[0]) == (0, "A new register")
    return typed


def test_a_path_that_the_system_refuses_is_a_sentence(imported: Typed, election: list[str]) -> None:
    """Such as a folder that another user may not enter; tests may run as root, who may."""
    code, out, err = imported("status", *election, "--key", "x" * 300)
    assert (code, out) == (1, "") and "x: the name of the file or folder is too long; choose a shorter one." in err


def test_from_the_file_to_the_poll_book(
    imported: Typed, election: list[str], press: Press, tmp_path: Path, project_root: Path
) -> None:
    assert (tmp_path / "register.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "register.db").stat().st_mode & 0o777 == 0o600
    for name, image in (("a", press(1)), ("b", press(2)), ("c", press(1, 1))):
        (tmp_path / f"{name}.png").write_bytes(image.to_png())
    fingers = ["--finger", "right-index", "--finger", "left-index"]
    code, out, _ = imported("enrol", "V-5329151", "a.png", "b.png", *fingers, "--officer", "Ana", *election)
    assert code == 0
    assert "2 templates" in out
    code, out, _ = imported(
        "enrol", "V-6723830", "c.png", "--finger", "right-index", "--officer", "Ana", "--json", *election
    )
    assert json.loads(out)["cases"] == [1]
    code, out, _ = imported("cases", "--json", *election)
    assert [(one["earlier_document"], one["later_document"]) for one in json.loads(out)] == [("V5329151", "V6723830")]
    code, out, _ = imported("case", "1", "--images", "seen", *election)
    assert "most similar" in out and "right index finger and left index finger" in out
    sides = json.loads(imported("case", "1", "--json", *election)[1])
    assert sides["earlier"]["fingers"] == "right-index, left-index"
    assert sorted(file.name for file in (tmp_path / "seen").iterdir()) == [
        "earlier-1-right-index.png",
        "earlier-2-left-index.png",
        "later-1-right-index.png",
    ]
    assert imported("settle", "1", "same", "--officer", "Eva", *election)[0] == 0
    assert "barred: the same person" in imported("voter", "v6723830", *election)[1]

    centre = Centre.create(tmp_path / "centre", Path(election[1]))
    machine = OpeningKey.generate()
    signing = SigningKey.generate().public.hex
    centre.admit(MachineKeys((MachineKey(signing, "check-in", "01-01", machine.public.hex),)))
    words = ["--centre", "centre", "--out", "book.json", "--paper", "book.pdf", "--json"]
    code, out, err = imported("poll-book", "01-01", *words)
    assert Path("book.pdf").read_bytes().startswith(b"%PDF")
    assert code == 0, err
    assert json.loads(out)["voters"] == 23
    key = next(key for key in centre.key_ring.keys if key.role == "centre")
    book = PollBook.open((tmp_path / "book.json").read_bytes(), centre.definition.digest, "01-01", machine, key.public)
    assert len(book.voters["V5329151"].fingers) == 2
    assert list(book.barred) == ["V6723830"]
    assert json.loads(imported("status", "--json", *election)[1]) == {
        "voters": 24, "enrolled": 2, "open_cases": 0, "barred": 1, "poll_books": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["enrol", "V-5329151", "text.png", "--finger", "right-index", "--officer", "A"], "not a whole image"),
        (["enrol", "V-5329151", "x.png", "--finger", "a", "--finger", "b", "--officer", "A"], "2 fingers named for"),
        (["voter", "V-1"], "document V1 is not in the register"),
        (["settle", "9", "same", "--officer", "A"], "there is no case 9"),
        (["withdraw", "V-5329151", "--reason", "x", "--officer", "A"], "is not enrolled"),
        (["erase", "V-5329151", "--reason", "x", "--legal-basis", "x", "--officer", "A", "--yes"], "nothing of the f"),
        (["status", "--key", "absent.key"], "the register's key is not here"),
        (["import", "absent.csv"], "no such file"),
        (["import", "text.png"], "the register has no column"),
        (["status", "--register", "mysql://x"], "not a database that Testigo knows"),
    ],
)  # fmt: skip
def test_errors_are_one_sentence(
    imported: Typed, election: list[str], tmp_path: Path, words: list[str], sentence: str
) -> None:
    (tmp_path / "text.png").write_text("this is no image")
    code, out, err = imported(*words, *election)
    assert code == 1
    assert sentence in " ".join(err.split())
    assert "Traceback" not in err + out


def test_a_key_is_not_left_behind_where_the_register_has_another(
    imported: Typed, election: list[str], tmp_path: Path, project_root: Path
) -> None:
    people = str(project_root / "src" / "testigo" / "examples" / "municipality" / "voters.csv")
    code, _, err = imported("import", people, "--key", "other.key", *election)
    assert code == 1
    assert "not the register's key" in " ".join(err.split())
    assert not (tmp_path / "other.key").exists()


def test_erasing_by_law(
    imported: Typed, election: list[str], press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(press(1).to_png())
    fingers = ["--finger", "right-index", "--officer", "Ana", "--accept", "work"]
    assert imported("enrol", "V-5329151", "a.png", *fingers, *election)[0] == 0
    (tmp_path / "register.db.before-0002-20261128T093000000000Z").write_bytes(b"")
    words = [
        "erase",
        "V-5329151",
        "--reason",
        "court order",
        "--legal-basis",
        "order 123",
        "--officer",
        "Ana",
        *election,
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = imported(*words)
    assert code == 1
    assert "Will be erased: 1 template and 1 image of right index finger, from 1 enrolment." in out
    assert "Nothing was changed." in out and "enrolled" in imported("voter", "V-5329151", *election)[1].splitlines()
    code, out, _ = imported(*words, "--yes")
    assert code == 0
    assert "delete it: register.db.before-0002" in out
    assert "fingers erased by law at 2" in imported("voter", "V-5329151", *election)[1]
    (trace,) = json.loads(imported("erasures", "--json", *election)[1])
    assert (trace["document"], trace["reason"], trace["legal_basis"]) == ("V5329151", "court order", "order 123")
    assert trace["cleaned"] and "court order" in imported("erasures", "--clean", *election)[1]


def test_upgrading_an_older_register(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project_root: Path
) -> None:
    stored = project_root / "tests" / "data" / "stored" / "0.1" / "register-with-cases"
    shutil.copy(stored / "register.db", tmp_path)
    before = (tmp_path / "register.db").read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = typed("upgrade")
    assert (code, (tmp_path / "register.db").read_bytes()) == (1, before)
    assert f"Schema 0001 to {SCHEMA}:" in out and "  0002  Traces of erasures by law" in out
    code, out, _ = typed("upgrade", "--yes")
    assert code == 0 and f"Upgraded from schema 0001 to {SCHEMA}." in out
    (copy,) = tmp_path.glob(f"register.db.before-{SCHEMA}-*")
    assert copy.name in out
    code, out, _ = typed("upgrade")
    assert code == 0 and "Nothing to do." in out
    code, _, err = typed("upgrade", "--register", "absent.db")
    assert code == 1 and "there is no register here" in err and not (tmp_path / "absent.db").exists()


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TESTIGO_LANGUAGE", "es")
    yield
    set_language("en")


@pytest.mark.usefixtures("spanish")
def test_an_officer_is_asked_and_told_in_the_officers_language(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project_root: Path
) -> None:
    stored = project_root / "tests" / "data" / "stored" / "0.1" / "register-with-cases"
    shutil.copy(stored / "register.db", tmp_path)
    before = (tmp_path / "register.db").read_bytes()
    for answer in ("\n", "n\n", "quizás\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        code, out, err = typed("upgrade")
        assert (code, (tmp_path / "register.db").read_bytes()) == (1, before)
        assert "¿Actualizarlo? [s/N]: " in err and "0002  Constancias de los borrados por ley" in out
        assert "No se cambió nada." in out and "Aborted" not in err
    monkeypatch.setattr("sys.stdin", io.StringIO("Sí\n"))
    code, out, _ = typed("upgrade")
    assert code == 0 and f"Actualizado del esquema 0001 al {SCHEMA}." in out


def test_summaries_and_errors_are_in_the_officers_language(imported: Typed, election: list[str], spanish: None) -> None:
    out = imported("status", *election)[1]
    assert "Padrón" in out and "inscripciones retenidas │      0" in out
    assert "Adela Salas Escalona, mesa 01-01, padrón general" in imported("voter", "V-5329151", *election)[1]
    code, _, err = imported("voter", "999", *election)
    assert code == 1 and "Error: el documento 999 no está en el padrón; revise el número" in " ".join(err.split())


def test_who_is_perhaps_listed_twice_is_told_listed_and_judged(
    typed: Typed, election: list[str], project_root: Path, tmp_path: Path
) -> None:
    case = str(project_root / "tests" / "data" / "voters" / "26-one-person-twice-by-prefix.csv")
    code, out, _ = typed("import", case, *election)
    assert code == 0 and "1 group of voters is perhaps one person listed twice" in out
    (group,) = json.loads(typed("doubles", "--json", *election)[1])["groups"]
    out = typed("doubles", *election)[1]
    assert group["id"] in out and "V1234567" in out and "the same name at the same station" in out
    (tmp_path / "pin").write_text("316497\n")
    assert typed("officer", "maria", "--pin-file", "pin")[0] == 0
    words = ["judge-double", group["id"], "--note", "father and son", *election, "--pin-file", "pin"]
    code = typed(*words, "--officer", "eva")[0]
    assert code == 1 and json.loads(typed("doubles", "--json", *election)[1])["groups"]
    assert typed(*words, "--officer", "maria")[0] == 0
    assert json.loads(typed("doubles", "--json", *election)[1])["groups"] == []


def test_a_voter_is_corrected_and_the_history_tells_it(typed: Typed, election: list[str], project_root: Path) -> None:
    case = project_root / "tests" / "data" / "voters" / "28-correction-first.csv"
    assert typed("import", str(case), *election)[0] == 0
    Path("pin").write_text("316497\n")
    assert typed("officer", "maria", "--pin-file", "pin")[0] == 0
    who = ["--reason", "misspelled", "--officer", "maria", "--pin-file", "pin", *election]
    code, out, _ = typed("correct", "P1", "--name", "Ana Prueba", *who)
    assert code == 0 and "corrected, by maria" in out and "Ana Preuba → Ana Prueba" in out
    code, _, err = typed("move", "P1", "--to", "99-99", *who)
    assert code == 1 and "99-99" in err
    (told,) = json.loads(typed("history", "P1", "--json", *election)[1])
    assert (told["kind"], told["before"]) == ("corrected", {"name": "Ana Preuba"})
    assert json.loads(typed("remove", "P1", "--json", *who)[1])["voter"]["removed"]
    assert "removed from the register on" in typed("voter", "P1", *election)[1]
    assert typed("restore", "P1", *who)[0] == 0
    assert "3 entries." in typed("history", "P1", *election)[1]
    assert typed("poll-books", "--json", *election)[1].strip() == "[]"


def test_a_finger_that_cannot_be_taken_is_told(typed: Typed, imported: Typed, election: list[str]) -> None:
    who = ["enrol", "V-5329151", "--officer", "Ana", *election]
    code, _, err = typed(*who, "--exception", "right-index")
    assert code == 1 and "right-index=missing:lost at work" in err
    code, _, err = typed(*who, "--exception", "right-hand=missing:lost")
    assert code == 1 and "no finger was taken" in err
    told = ["--exception", "right-hand=missing:lost", "--exception", "left-hand=worn:bricklayer"]
    assert typed(*who, *told)[0] == 0
    assert "right thumb: missing; lost" in typed("voter", "V-5329151", *election)[1]


def test_a_face_is_photographed(typed: Typed, imported: Typed, election: list[str], press: Press) -> None:
    Path("face.png").write_bytes(press(3).to_png())
    code, out, _ = typed("photograph", "V-5329151", "face.png", "--officer", "Ana", *election)
    assert code == 0 and "is kept" in out
    assert typed("photograph", "V-5329151", "out.jpg", "--show", *election)[0] == 0
    assert Path("out.jpg").read_bytes().startswith(b"\xff\xd8")
    assert typed("photograph", "V-6723830", "none.jpg", "--show", *election)[0] == 1


def test_a_station_s_lists_on_paper(typed: Typed, imported: Typed, election: list[str]) -> None:
    code, out, _ = typed("voter-list", "01-01", "--out", "lists/01-01.pdf", *election)
    assert code == 0 and "They name people" in out
    file = Path("lists/01-01.pdf")
    assert file.read_bytes().startswith(b"%PDF") and file.stat().st_mode & 0o777 == 0o600
    code, _, err = typed("voter-list", "01-01", "--out", "lists/01-01.pdf", *election)
    assert code == 1 and "already" in err
    assert typed("voter-list", "9", "--out", "x.pdf", *election)[0] == 1 and not Path("x.pdf").exists()


def test_cells_to_look_at_are_noted(typed: Typed, election: list[str], tmp_path: Path) -> None:
    (tmp_path / "voters.csv").write_bytes("document,name,station\n1,JosÃ©,01-01\n".encode())
    code, out, _ = typed("import", "voters.csv", *election)
    assert code == 0
    assert "row 2, column name: letters broken by a wrong encoding, it seems: JosÃ©" in out
    (tmp_path / "voters.csv").write_bytes("document,name,station\n2,José,01-01\n".encode("latin-1"))
    code, _, err = typed("import", "voters.csv", *election)
    assert code == 1 and "--encoding windows-1252" in " ".join(err.split())
    assert typed("import", "voters.csv", "--encoding", "windows-1252", *election)[0] == 0
    assert "José" in typed("voter", "2", *election)[1]


def test_every_command_shows_an_example(imported: Typed) -> None:
    commands = (
        "photograph correct move remove restore history voter-list poll-books import doubles judge-double voter "
        "enrol withdraw cases case settle poll-book adopt status erase erasures"
    )
    for command in commands.split():
        assert f"Example: testigo register {command} " in " ".join(imported(command, "--help")[1].split())


def test_a_first_import_that_is_refused_leaves_nothing(typed: Typed, election: list[str], tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("document,name,station\nV-1,Ana Paz,99-99\n")
    code, _, err = typed("import", "bad.csv", *election)
    assert code == 1
    assert "row 2" in err
    assert [entry.name for entry in tmp_path.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize("made", ["nothing", "empty", "voters"])
def test_a_register_that_is_not_there_is_not_made_by_looking(
    imported: Typed, election: list[str], tmp_path: Path, made: str
) -> None:
    other = tmp_path / "other.db"
    if made == "empty":
        other.touch()
    elif made == "voters":
        other.write_text("document,name,station\n")
    before = other.read_bytes() if other.exists() else None
    code, _, err = imported("status", "--register", "other.db", *election)
    assert code == 1
    assert "other.db" in err
    assert "Traceback" not in err
    assert (other.read_bytes() if other.exists() else None) == before


def test_a_first_import_that_is_refused_leaves_no_folder_of_its_key(
    typed: Typed, election: list[str], tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_text("document,name,station\nV-1,Ana Paz,99-99\n")
    assert typed("import", "bad.csv", "--key", "safe/keys/register.key", *election)[0] == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["bad.csv"]


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**19])
def test_a_case_of_no_possible_number_is_not_there(imported: Typed, election: list[str], number: int) -> None:
    for words in (["case", *election, "--"], ["settle", "--officer", "Ana", *election, "--"]):
        code, _, err = imported(*words, str(number), *(["different"] if words[0] == "settle" else []))
        assert (code, err) == (1, f"Error: there is no case {number}; see the list of cases.\n")


def test_an_officer_without_a_name_is_refused_before_a_pin_is_asked_for(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typer, "prompt", pytest.fail)
    code, _, err = typed("officer", "")
    assert code == 1
    assert "not a valid user name" in err
    assert list(tmp_path.iterdir()) == []


def test_more_processes_than_a_machine_bears_are_refused(imported: Typed, election: list[str], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    code, _, err = imported("deduplicate", "--workers", "9" * 20, *election)
    assert code == 1
    assert "or 0 for one a core" in err
    assert sorted(tmp_path.iterdir()) == before


def test_a_register_that_is_not_there_is_not_made_by_adopting(
    imported: Typed, election: list[str], tmp_path: Path
) -> None:
    code, _, err = imported("adopt", "--register", "other.db", *election)
    assert code == 1
    assert "other.db" in err
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--out", "register.key"], "is read by the same command"),
        (["--out", "link"], "is read by the same command"),
        (["--out", "register.db"], "is read by the same command"),
        (["--out", "centre"], "a folder, not a file"),
        (["--out", "new/" + "x" * 300], "too long"),
        (["--out", "book", "--nearby", "99-99"], "99-99"),
    ],
)
def test_a_poll_book_that_cannot_be_kept_is_none(
    imported: Typed, election: list[str], tmp_path: Path, words: list[str], sentence: str
) -> None:
    centre = Centre.create(tmp_path / "centre", Path(election[1]))
    signing = SigningKey.generate().public.hex
    centre.admit(MachineKeys((MachineKey(signing, "check-in", "01-01", OpeningKey.generate().public.hex),)))
    (tmp_path / "link").symlink_to("register.key")
    key, names = (tmp_path / "register.key").read_bytes(), sorted(tmp_path.iterdir())
    code, _, err = imported("poll-book", "01-01", "--centre", "centre", *words)
    assert code == 1
    assert sentence in err
    assert json.loads(imported("status", "--json", *election)[1])["poll_books"] == 0
    assert (tmp_path / "register.key").read_bytes() == key
    assert sorted(tmp_path.iterdir()) == names


@pytest.mark.parametrize(("smallest", "told"), [(24, {}), (25, {"general": 24})])
def test_few_voters_of_a_ballot_style_are_said_when_the_book_is_made(
    typed: Typed, project_root: Path, tmp_path: Path, smallest: int, told: dict[str, int]
) -> None:
    example = project_root / "src" / "testigo" / "examples" / "municipality"
    file = tmp_path / "election.yaml"
    file.write_text(
        f"{(example / 'election.yaml').read_text('utf-8')}\nrules: {{smallest-group: {smallest}}}\n", "utf-8"
    )
    code, _, err = typed("import", str(example / "voters.csv"), "--election", str(file))
    assert code == 0, err
    centre = Centre.create(tmp_path / "centre", file)
    signing = SigningKey.generate().public.hex
    centre.admit(MachineKeys((MachineKey(signing, "check-in", "01-01", OpeningKey.generate().public.hex),)))
    words = ["poll-book", "01-01", "--centre", "centre", "--out", "book.json"]
    assert json.loads(typed(*words, "--json")[1])["few_voters"] == told
    code, _, err = typed(*words[:-1], "again.json")
    assert code == 0 and ("only 24 voters of station '01-01' are on the roll 'general'" in err) == bool(told)
