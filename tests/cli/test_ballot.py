import json

import pytest
from PIL import Image

from testigo.cli.root import main


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["ballot", *map(str, arguments)])
    output = capsys.readouterr()
    return stopped.value.code, output.out, output.err


@pytest.fixture
def election_file(project_root):
    return project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml"


def test_a_slip_is_printed_and_read_again(capsys, tmp_path, election_file, municipality):
    station = municipality.stations[0].id
    contest = municipality.contests[0]
    choice = f"{contest.id}={contest.options[1].id}"
    common = ("--election", election_file, "--station", station)
    code, out, _ = run(capsys, "print", *common, "--choose", choice, "--printer", f"folder:{tmp_path}")
    assert code == 0
    assert contest.options[1].name["es"] in out
    images = sorted(file for file in tmp_path.iterdir() if file.is_file())
    assert [image.suffix for image in images] == [".pdf", ".png"]

    code, out, _ = run(capsys, "read", *images, *common, "--json")
    readings = json.loads(out)
    assert code == 0 and len(readings) == 2
    for each in readings:
        assert each["reading"]["choices"]["choices"][contest.id] == [contest.options[1].id]
        assert each["reading"]["agrees_with_qr"] is True

    code, out, _ = run(capsys, "read", images[1], *common)
    assert code == 0 and "1 read, 0 refused" in out


def test_a_picture_without_a_paper_vote_is_refused_with_a_code_and_in_words(capsys, tmp_path, election_file):
    picture = tmp_path / "table.png"
    Image.new("L", (400, 300), 255).save(picture)
    code, out, _ = run(capsys, "read", picture, "--election", election_file, "--json")
    (reading,) = [each["reading"] for each in json.loads(out)]
    assert code == 1 and reading["choices"] is None
    assert (reading["code"], reading["refused"]) == ("paper-vote.none-seen", "no paper vote is to be seen")
    code, out, _ = run(capsys, "read", picture, "--election", election_file)
    assert code == 1 and "0 read, 1 refused" in out


def test_errors_are_one_sentence(capsys, tmp_path, election_file, municipality):
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    station = municipality.stations[0].id
    for arguments, problem in (
        (("read", text, "--election", election_file), "not an image"),
        (("read", tmp_path / "none.png", "--election", election_file), "no such file"),
        (("print", "--election", election_file, "--station", "nowhere"), "no station"),
        (("print", "--election", election_file, "--station", station, "--choose", "mayor"), "'mayor' is not a choice"),
        (("print", "--election", election_file, "--station", station, "--printer", "lpr:x"), "printer's address"),
    ):
        code, _, err = run(capsys, *arguments)
        assert code == 1
        assert problem in err and "Traceback" not in err
