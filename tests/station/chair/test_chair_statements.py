"""What a chair signs in words: incidents in the package and on the tally sheet, a count on paper on a dead station."""

import io
import json
import sys

import pypdfium2
import pytest

from raising import raises_code
from testigo.audit.hand_count import tally_keys
from testigo.cli import main
from testigo.errors import IllegalStep, InvalidInput
from testigo.record import open_package, peek


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))


def test_incidents_and_reservations_are_on_the_sheet_and_in_the_package(place) -> None:
    place.to_open()
    place.chair.tell_incident("power", "chair", "Ana Paz", "No light from ten to eleven.")
    place.restart()
    chair = place.chair
    assert chair.close_polls() == ()
    chair.tell_incident("reservation", "witness", "Luis Sol, Azules", "I do not agree with the count.")
    pdf = text_of(chair.tally_sheet_pdf()).replace("\r\n", " ")
    assert "No light from ten to eleven." in pdf and "Luis Sol, Azules" in pdf
    chair.print_tally_sheet()
    package = open_package(chair.send(), lambda claim: chair.folder.key.public)
    told = [peek(one) for one in package.envelopes if peek(one).type == "incident"]
    assert [(one.body["number"], one.body["by"]) for one in told] == [(1, "chair"), (2, "witness")]
    with pytest.raises(IllegalStep):
        chair.tell_incident("other", "chair", "Ana", "Too late.")


@pytest.mark.parametrize(("name", "words"), [("", "Words"), ("Ana", " "), ("Ana", "a\nb"), ("Ana", "x" * 1001)])
def test_what_a_record_cannot_hold_is_not_signed(place, name: str, words: str) -> None:
    with raises_code(InvalidInput, "incident.malformed"):
        place.chair.tell_incident("other", "chair", name, words)
    assert place.chair.incidents == ()


def test_a_dead_station_is_counted_on_paper(place, tmp_path, monkeypatch, capsys) -> None:
    definition = place.chair.definition
    place.chair.close()
    style = definition.styles_of_station("s1")[0]
    figures = {("", style.id): 3} | {key: 0 for key in tally_keys(definition, "s1") if key != ("", style.id)}
    for contest in definition.contests_of_station("s1"):
        figures[contest.id, "(ballots)"] = figures[contest.id, "(blank)"] = 3 if contest.id in style.contests else 0
    rows = [f"{contest},{what},{figures[contest, what]}" for contest, what in tally_keys(definition, "s1")]
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("\n".join(["contest,option,count", *rows]) + "\n")
    counting = [
        "station", "manual-tally", place.folder, "--by-hand", tmp_path / "a.csv", "--by-hand", tmp_path / "b.csv",
        "--person", "Ana Paz", "--person", "Luis Sol", "--signed-in", 3, "--handed-out", 3,
        "--reason", "No power", "--out", tmp_path / "m.json",
    ]  # fmt: skip

    def run(*more: object, answer: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with pytest.raises(SystemExit) as stopped:
            main([str(one) for one in (*counting, *more)])
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out, shown.err

    code, out, _ = run()
    assert (code, (tmp_path / "m.json").exists()) == (1, False)
    assert "all its votes are on paper" in out and "3 signed in, 3 handed out" in out
    assert run("--signed-in", 4)[0] == 1
    assert run(answer="yes\n")[0] == 0
    said = peek((tmp_path / "m.json").read_bytes())
    assert (said.type, said.body["signed_in"], said.body["part"]) == ("manual-tally", 3, "whole")
    counting[-1] = tmp_path / "again.json"
    assert "was signed before" in run("--yes")[2]
    code, out, _ = run("--yes", "--json", "--why", "A paper lay under the table.")
    assert code == 0 and json.loads(out)["statement"]["why"]
    assert peek((tmp_path / "again.json").read_bytes()).body["replaces"]
