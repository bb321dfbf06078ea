"""An election night by command: `testigo centre` and `testigo audit`, with what goes wrong in it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.ballot import Ballot, TallySheet, tally_ballots
from testigo.centre import Centre, authority_key
from testigo.cli import main
from testigo.count import Result
from testigo.record import note, peek, read_record

SheetOf = Callable[..., TallySheet]
DICE = "41263 55142 36214 12653"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`run(*arguments)` → exit code, standard output, standard error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(one) for one in arguments])
        output = capsys.readouterr()
        return int(caught.value.code or 0), output.out, output.err

    return command


@pytest.fixture
def office(centre: Centre, machines: dict, sheet_of: SheetOf, tmp_path: Path) -> Path:
    """A centre that admitted everybody, with the stations' packages beside it in `packages/`."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for name, one in machines.items():
        (packages / f"{name}-package.json").write_bytes(one.package(sheet_of(name)))
    return centre.folder


def _hand_count(form: str, sheet: TallySheet) -> str:
    rows = list(csv.reader(io.StringIO(form)))
    tallies = {one.contest: one for one in sheet.tally.contests}
    for row in rows[1:]:
        if row[0]:
            tally = tallies[row[0]]
            special = {"(blank)": tally.blank, "(null)": tally.null, "(ballots)": tally.ballots}
            row[2] = str(special.get(row[1], tally.votes.get(row[1], 0)))
        else:
            booth = sheet.reconciliation.booth
            row[2] = str({"(papers)": booth.recorded, "(spoiled)": booth.spoiled}[row[1]])
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def test_a_night(run: Callable[..., Any], office: Path, definition_file: Path, sheet_of: SheetOf) -> None:
    packages, tmp = office.parent / "packages", office.parent
    (packages / "rubbish-package.json").write_text("hello")
    code, out, _ = run("centre", "receive", office, *sorted(packages.glob("*-package.json")), "--json")
    told = json.loads(out)
    assert code == 1
    assert sorted(one["station"] for one in told["received"]) == ["n1", "n2", "s1"]
    assert [Path(one["place"]).name for one in told["refused"]] == ["rubbish-package.json"]
    assert run("centre", "receive", office, packages / "n1-package.json")[:2] == (0, "station n1: already here\n")

    public, signing = office / "public", ("--key", tmp / "auditor" / "key.pem", "--out", tmp / "audit")
    code, _, err = run("audit", "draw", public, *signing, "--seed", DICE)
    assert (code, "41263 55142" in err, (tmp / "audit").exists()) == (1, True, False)
    code, out, _ = run("audit", "draw", public, *signing, "--seed", DICE, "--json", "--yes")
    drawn, files = ([one["id"] for one in json.loads(out)["drawn"]], json.loads(out)["files"])
    assert (code, len(drawn), [Path(file).name for file in files]) == (0, 2, ["audit-seed.json", "audit-sample.json"])
    assert "audit-seed" not in [entry.type for entry in Centre.open(office).rules.entries]
    assert run("centre", "append", office, *files)[0] == 0
    code, _, err = run("audit", "draw", public, *signing, "--seed", DICE)
    assert (code, "already drawn" in err) == (1, True)

    _, form, _ = run("audit", "form", definition_file, "--station", drawn[0])
    (tmp / "a.csv").write_text(_hand_count(form, sheet_of(drawn[0])))
    (tmp / "b.csv").write_text(_hand_count(form, sheet_of(drawn[0])))
    counting = ("audit", "closing-count", public, "--station", drawn[0])
    code, _, err = run(*counting, *signing, *["--by-hand", tmp / "a.csv"] * 2)
    assert (code, "the same form twice" in err) == (1, True)
    by_hand = ("--by-hand", tmp / "a.csv", "--by-hand", tmp / "b.csv")
    code, out, _ = run(*counting, *signing, *by_hand, "--yes")
    assert code == 0
    assert "agree in every figure" in out
    counted = tmp / "audit" / f"closing-count-{drawn[0]}.json"
    assert f"testigo centre append CENTRE {counted}" in out
    assert run("centre", "append", office, counted)[:2] == (0, f"{counted}: appended\n")
    for name in ("a.csv", "b.csv"):
        (tmp / name).write_text((tmp / name).read_text().replace("(spoiled),1", "(spoiled),2"))
    code, _, err = run(*counting, *signing, *by_hand)
    assert (code, "was counted before" in err) == (1, True)
    code, out, _ = run(*counting, *by_hand, "--dry-run")
    assert (code, "DIFFERENCE (spoiled): tally sheet 1, paper 2" in out) == (1, True)

    code, out, _ = run("centre", "publish", office, "--out", tmp / "results", "--json")
    assert code == 0
    assert Result.from_payload(json.loads(out)["result"]) == Centre.open(office).result()
    assert "Coincide con el acta" in (tmp / "results" / "index.html").read_text()
    assert run("centre", "results", office / "public", "--out", tmp / "again")[0] == 0
    assert (tmp / "again" / "index.html").read_bytes() == (tmp / "results" / "index.html").read_bytes()
    code, out, _ = run("centre", "status", office)
    assert code == 0
    assert "3 of 3 stations" in out
    assert read_record(office / "public").ok


def test_create_admit_and_the_way_back(
    run: Callable[..., Any], definition_file: Path, tmp_path: Path, machines: dict
) -> None:
    code, out, _ = run("centre", "create", tmp_path / "new", definition_file, "--json")
    told = json.loads(out)
    assert code == 0
    assert Centre.open(tmp_path / "new").key_ring.root.hex == told["root_key"]
    request = tmp_path / "n1" / "machine-keys-request.json"
    request.parent.mkdir()
    request.write_bytes(msgspec.json.encode(machines["n1"].machine_keys))
    assert run("centre", "admit", tmp_path / "new", request)[0] == 0
    envelope = (request.parent / "machine-keys.json").read_bytes()
    assert Centre.open(tmp_path / "new").rules.contains(envelope)
    other = type(machines["n1"])(machines["n1"].definition, "n1")
    request.write_bytes(msgspec.json.encode(other.machine_keys))
    assert run("centre", "admit", tmp_path / "new", request)[0] == 0
    ring = Centre.open(tmp_path / "new").key_ring
    assert ring.of_station("n1", "chair").public == other.keys["chair"].public
    code, out, _ = run("centre", "keys", tmp_path / "new")
    log = ring.of_station("", "log").public
    assert (code, note.encode_verifier_key("testigo/prueba", log) in out) == (0, True)
    request.write_text("{")
    code, _, err = run("centre", "admit", tmp_path / "new", request)
    assert (code, err.count("\n")) == (1, 1)
    assert "not a request to admit machine keys" in err


def test_a_deck_is_printed_with_what_must_come_out(run: Callable[..., Any], definition_file: Path) -> None:
    code, out, _ = run("audit", "deck", definition_file, "--station", "n1", "--json")
    told = json.loads(out)
    assert code == 0
    assert all(sum(part["expected"]["ballots"].values()) == len(part["ballots"]) for part in told["parts"])
    assert sum(len(part["ballots"]) for part in told["parts"]) == told["ballots"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("audit", "draw", "PUBLIC", "--key", "KEY", "--seed", "12345"), "5 dice, where at least 20"),
        (("audit", "draw", "PUBLIC", "--seed", "1" * 20), "the auditor's key is required"),
        (("audit", "closing-count", "PUBLIC", "--key", "KEY", "--station", "n1", "--images", "."), "no tally sheet"),
        (("audit", "deck", "ELECTION", "--station", "x9"), "no station 'x9'"),
        (("audit", "draw", "PUBLIC", "--key", "KEY", "--seed", "1" * 20), "3 tally sheets are not in the record"),
        (
            ("audit", "settle-ties", "PUBLIC", "--key", "KEY", "--seed", "1" * 20),
            "3 tally sheets are not in the record",
        ),
        (
            ("audit", "draw", "PUBLIC", "--key", "CENTRE-KEY", "--seed", "1" * 20),
            "signed by the centre, who may not sign",
        ),
        (("audit", "draw", "PUBLIC", "--key", "ROOT-KEY", "--seed", "1" * 20), "root never admitted"),
        (("audit", "draw", "NOWHERE", "--key", "KEY", "--seed", "1" * 20), "the public record could not be read"),
        (("auditor", "create", "AUDITOR"), "something is there already"),
        (("centre", "admit", "OFFICE", "REQUEST"), "the auditor's key is there already"),
        (("centre", "replace-key", "OFFICE", "auditor"), "--request is for the auditor's key"),
        (("centre", "replace-key", "OFFICE", "auditor", "--request", "REQUEST", "--yes"), "already has this key"),
        (("centre", "status", "NOWHERE"), "no centre is here"),
        (("centre", "create", "OFFICE", "ELECTION"), "something is there already"),
    ],
)
def test_errors_are_one_sentence(
    run: Callable[..., Any], office: Path, definition_file: Path, arguments: tuple[str, ...], problem: str
) -> None:
    authority, auditor = office / "authority", office.parent / "auditor"
    places = {
        "OFFICE": office,
        "PUBLIC": office / "public",
        "ELECTION": definition_file,
        "NOWHERE": office.parent / "nowhere",
        "AUDITOR": auditor,
        "KEY": auditor / "key.pem",
        "REQUEST": auditor / "request.json",
        "CENTRE-KEY": authority / "centre" / "key.pem",
        "ROOT-KEY": authority / "root" / "key.pem",
    }
    before = (office / "public" / "checkpoint").read_bytes()
    code, _, err = run(*(places.get(one, one) for one in arguments))
    assert code == 1
    assert problem in err
    assert "Traceback" not in err
    assert (office / "public" / "checkpoint").read_bytes() == before


def test_ties_are_settled_by_dice_that_a_dry_run_shows_first(
    run: Callable[..., Any], office: Path, machines: dict, sheet_of: SheetOf
) -> None:
    """Every station's two ballots are one for Ana and one for Luis: a tie for the presidency."""
    centre, file = Centre.open(office), office.parent / "public-draw.json"
    signing = (office / "public", "--key", office.parent / "auditor" / "key.pem", "--out", office.parent)
    for name, one in machines.items():
        style = centre.definition.styles_of_station(name)[0]
        ballots = [Ballot.mark(centre.definition, style, {"president": (who,)}) for who in ("ana", "luis")]
        tally = tally_ballots(centre.definition, name, ballots)
        sheet = msgspec.structs.replace(sheet_of(name, 2), tally=tally)
        if name == "s1":
            for dice in (DICE, "1" * 20):
                code, _, err = run("audit", "settle-ties", *signing, "--seed", dice)
                assert (code, "1 tally sheet is not in the record yet (station s1)" in err) == (1, True)
        centre.receive(one.package(sheet))
    code, out, _ = run("audit", "settle-ties", office / "public", "--seed", DICE, "--dry-run")
    assert (code, "president: ana and luis; drawn: " in out) == (0, True)
    assert not file.exists()
    code, drawn, _ = run("audit", "settle-ties", *signing, "--seed", DICE, "--yes")
    assert (code, drawn) == (0, f"{out}Signed. The centre appends it: testigo centre append CENTRE {file}\n")
    assert Centre.open(office).rules.draw is None
    code, again, _ = run("audit", "settle-ties", *signing, "--seed", DICE, "--yes")
    assert (code, again) == (0, drawn)
    code, _, err = run("audit", "settle-ties", *signing, "--seed", "1" * 20, "--yes")
    assert (code, "another statement is already there" in err) == (1, True)
    assert run("centre", "append", office, file)[0] == 0
    winner = Centre.open(office).result().contests[0].allocation.elected[0].option
    assert f"drawn: {winner}" in out
    code, _, err = run("audit", "settle-ties", *signing, "--seed", DICE)
    assert (code, "no tie waits" in err) == (1, True)


def test_a_draw_of_which_files_were_lost_is_made_again_by_the_same_dice(run: Callable[..., Any], office: Path) -> None:
    run("centre", "receive", office, *sorted((office.parent / "packages").glob("*-package.json")))
    out = office.parent / "audit"
    key = office.parent / "auditor" / "key.pem"
    signing = ("audit", "draw", office / "public", "--key", key, "--out", out, "--yes")
    seed, sample = out / "audit-seed.json", out / "audit-sample.json"
    assert run(*signing, "--seed", DICE)[0] == 0
    first, drawn = seed.read_bytes(), peek(sample.read_bytes()).body
    sample.unlink()  # the power failed between the two
    code, _, err = run(*signing, "--seed", "1" * 20)
    assert (code, "another statement is already there" in err, sample.exists()) == (1, True, False)
    assert run(*signing, "--seed", DICE)[0] == 0
    assert (seed.read_bytes(), peek(sample.read_bytes()).body) == (first, drawn)
    assert run("centre", "append", office, seed)[0] == 0
    seed.unlink()
    sample.unlink()  # the sample was lost on its way
    code, _, err = run(*signing, "--seed", "1" * 20)
    assert (code, "already drawn" in err) == (1, True)
    assert run(*signing, "--seed", DICE)[0] == 0
    assert not seed.exists()
    assert peek(sample.read_bytes()).body == drawn
    assert run("centre", "append", office, sample)[0] == 0
    kinds = [entry.type for entry in Centre.open(office).rules.entries]
    assert (kinds.count("audit-seed"), kinds.count("audit-sample")) == (1, 1)


def test_a_station_is_proven_from_the_record_and_checked_without_it(
    run: Callable[..., Any], office: Path, tmp_path: Path
) -> None:
    root, file = (office / "public" / "root.pub").read_text().strip(), tmp_path / "n2.json"
    code, out, _ = run("election", "station-proof", office / "public", "n2", "--root-key", root, "--out", file)
    assert code == 0 and "Number    2: n2 Liceo Norte" in out
    code, out, _ = run("election", "station-proof", office / "public", "n2", "--json")
    told = json.loads(out)
    assert code == 0 and (told["proof"]["index"], told["stations"]["count"]) == (1, 3)
    assert told["election"] == Centre.open(office).rules.election
    code, out, _ = run("election", "check-proof", file, "--root-key", root)
    assert code == 0 and "The proof holds." in out and told["election"] in out
    code, out, _ = run("election", "check-proof", file, "--root-key", root, "--json")
    assert json.loads(out)["station"] == told["proof"]["station"]
    file.write_bytes(file.read_bytes().replace(b"Liceo Norte", b"Liceo Norbe"))
    code, _, error = run("election", "check-proof", file, "--root-key", root)
    assert code == 1 and "'n2' is not proven to be number 2 of this election's 3 stations" in error
    code, _, error = run("election", "station-proof", office / "public", "x9")
    assert code == 1 and "no station 'x9'" in error


def test_a_record_of_one_piece_proves_no_station(run: Callable[..., Any], tmp_path: Path) -> None:
    frozen = Path(__file__).parents[1] / "data" / "records" / "0.1" / "honest"
    code, _, error = run("election", "station-proof", frozen, "01-01-1", "--out", tmp_path / "file")
    assert code == 1 and "version 1, in one piece" in error and not (tmp_path / "file").exists()
    whole = frozen / "statements" / "000000-election-definition.json"
    root = (frozen / "root.pub").read_text().strip()
    code, _, error = run("election", "check-proof", whole, "--root-key", root)
    assert code == 1 and "version 1, in one piece" in error


def test_an_auditor_is_admitted_later_and_replaced(
    run: Callable[..., Any], definition_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, first, second = tmp_path / "office", tmp_path / "first", tmp_path / "second"
    assert run("centre", "create", office, definition_file)[0] == 0
    told = [json.loads(run("auditor", "create", folder, "--json")[1]) for folder in (first, second)]
    assert ((first / "key.pem").stat().st_mode & 0o777, first.stat().st_mode & 0o777) == (0o600, 0o700)
    code, out, _ = run("centre", "admit", office, first / "request.json")
    assert (code, out) == (0, f"auditor's key admitted, key id {told[0]['key_id']}\n")
    replacing = ("centre", "replace-key", office, "auditor", "--request", second / "request.json")
    before = (office / "public" / "checkpoint").read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = run(*replacing)
    assert (code, "Nothing was changed." in out) == (1, True)
    assert (office / "public" / "checkpoint").read_bytes() == before
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    code, out, _ = run(*replacing)
    assert (code, told[0]["key_id"] in out, told[1]["key_id"] in out) == (0, True, True)
    assert Centre.open(office).key_ring.of_station("", "auditor").key == told[1]["key"]
    code, out, _ = run("centre", "keys", office)
    assert (code, told[0]["key"] in out, "Replaced at entry 4" in out) == (0, True, True)
    assert not (office / "authority" / "auditor").exists()


def test_the_keys_of_log_and_centre_are_replaced_by_command(run: Callable[..., Any], office: Path) -> None:
    for role in ("log", "centre"):
        old = authority_key(office, role)
        code, out, _ = run("centre", "replace-key", office, role, "--yes")
        assert (code, old.public.key_id in out) == (0, True)
        assert authority_key(office, role).public.key_id in out
    assert run("centre", "receive", office, *sorted((office.parent / "packages").glob("*-package.json")))[0] == 0
    assert run("centre", "publish", office, "--out", office.parent / "results")[0] == 0
    code, out, _ = run("verify", office / "public", "--json")
    told = [(one["code"], one["grade"]) for one in json.loads(out)["findings"]]
    assert told.count(("keys-replaced", "note")) == 2
    assert {("log-key", "ok"), ("statements", "ok"), ("checkpoint", "ok"), ("files", "ok")} <= set(told)
    assert ("statements", "failure") not in told


def test_a_lost_key_of_the_log_is_replaced_by_command(
    run: Callable[..., Any], office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = authority_key(office, "log").public.key_id
    (office / "authority" / "log").rename(office.parent / "lost")
    assert run("centre", "keys", office)[0] == 1
    before = {file: file.read_bytes() for file in office.rglob("*") if file.is_file()}
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, out, _ = run("centre", "replace-key", office, "log")
    assert (code, old in out, "Nothing was changed." in out) == (1, True, True)
    assert {file: file.read_bytes() for file in office.rglob("*") if file.is_file()} == before
    code, out, _ = run("centre", "replace-key", office, "log", "--yes")
    assert (code, authority_key(office, "log").public.key_id in out) == (0, True)
    assert Centre.open(office).verifier_key in out
    code, out, _ = run("verify", office / "public", "--json")
    told = [(one["code"], one["grade"]) for one in json.loads(out)["findings"]]
    assert {("log-key", "ok"), ("statements", "ok"), ("checkpoint", "ok"), ("keys-replaced", "note")} <= set(told)


def test_a_centre_whose_checkpoint_cannot_be_kept_is_not_made(
    run: Callable[..., Any], definition_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    before = sorted(tmp_path.iterdir())
    code, _, err = run("centre", "create", tmp_path / "new", definition_file, "--kept", tmp_path / "file" / "kept")
    assert (code, str(tmp_path / "file") in err) == (1, True)
    assert sorted(tmp_path.iterdir()) == before


def test_results_are_not_written_into_a_record(run: Callable[..., Any], office: Path) -> None:
    entries = len(Centre.open(office).rules.entries)
    for words in (("publish", office), ("results", office / "public")):
        code, _, err = run("centre", *words, "--out", office / "public")
        assert (code, "belongs to a public record" in err) == (1, True)
    code, _, err = run("centre", "publish", office, "--out", office / "public" / "checkpoint")
    assert code == 1
    assert len(Centre.open(office).rules.entries) == entries
    assert read_record(office / "public").ok


def test_a_link_in_a_circle_is_replaced_as_any_other(run: Callable[..., Any], office: Path, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    assert run("centre", "restore", office, "--record", office / "public", "--kept", tmp_path / "circle")[0] == 0
    assert (tmp_path / "circle").read_bytes() == (office / "public" / "checkpoint").read_bytes()
