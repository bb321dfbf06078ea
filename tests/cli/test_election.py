"""`testigo election …` as a person calls it."""

import json
import re

import pytest

from testigo.election import EXAMPLES


def test_check_says_ok_with_figures(call, project_root):
    code, out, _ = call("check", str(project_root / "src/testigo/examples/municipality/election.yaml"))
    assert code == 0
    assert "No errors in" in out
    code, out, _ = call("check", "--json", str(project_root / "src/testigo/examples/republic/election.yaml"))
    answer = json.loads(out)
    assert (code, answer["ok"], answer["seats"], answer["errors"]) == (0, True, 278, [])


def test_every_example_is_written_out_and_can_be_held(call, tmp_path):
    for name in EXAMPLES:
        code, out, _ = call("example", name, "--out", str(tmp_path / name))
        assert (code, out.split()[0]) == (0, str(tmp_path / name / "election.yaml"))
        assert call("check", str(tmp_path / name / "election.yaml"))[0] == 0
    assert (tmp_path / "municipality" / "voters.csv").read_text().startswith("document,name,station\n")


def test_an_example_is_not_written_over_what_is_there(call, tmp_path):
    (tmp_path / "election.yaml").write_text("mine")
    code, _, err = call("example", "municipality", "--out", str(tmp_path))
    assert (code, (tmp_path / "election.yaml").read_text()) == (1, "mine")
    assert "choose a new folder" in err
    assert call("example", "kingdom", "--out", str(tmp_path / "new"))[0] == 2


def test_bytes_that_are_no_text_are_refused_before_anything_begins(call):
    tie = ("seats", "dhondt", "1", "a=1", "\udced=1", "--draw", "123456")
    for arguments in (("check", "e\udcff.yaml", "--json"), tie):
        code, out, err = call(*arguments)
        assert (code, out) == (1, "") and "is not in UTF-8; rename the file" in err


def test_the_number_of_sentences_to_translate_is_that_of_check(call, tmp_path):
    assert "sentences to translate" in call("words", "gn", "--out", str(tmp_path / "gn.po"))[1]
    assert " 0 sentences to translate" in call("words", "es", "--out", str(tmp_path / "es.po"))[1]


def test_check_prints_one_line_per_error(call, base, written):
    file = written(base.replace("district: south, r", "district: west, r").replace("date: 2027-04-11", "date: soon"))
    code, _, err = call("check", str(file))
    lines = err.strip().splitlines()
    assert code == 1
    assert len(lines) == 3
    assert f"{file}:3 (date): 'soon' is not a date; write it as YYYY-MM-DD." in lines[1]
    code, out, _ = call("check", "--json", str(file))
    answer = json.loads(out)
    assert (code, answer["ok"], len(answer["errors"])) == (1, False, 2)
    assert answer["errors"][0]["place"] == f"{file}:3 (date)"


@pytest.mark.parametrize("content", ["", "[", "{}", "a: [b"])
def test_check_of_anything_is_a_sentence(call, written, content):
    for options in ((), ("--json",)):
        code, out, err = call("check", str(written(content)), *options)
        assert code == 1
        assert "Traceback" not in out + err
        assert (out if options else err).strip()


def test_warnings_are_shown_and_do_not_count(call, base, written):
    file = written(base.replace("candidates: [Uno, Dos]", "candidates: [Uno]"))
    code, out, _ = call("check", str(file))
    assert code == 0
    assert "1 candidate for 2 seats" in out
    assert len(json.loads(call("check", "--json", str(file))[1])["warnings"]) == 1


def test_show_tells_styles(call, base, written):
    code, out, _ = call("show", str(written(base)))
    assert code == 0
    assert "north" in out
    overview = json.loads(call("show", "--json", str(written(base)))[1])
    assert [style["id"] for style in overview["stations"][0]["styles"]] == ["north", "north-indigenous"]
    assert overview["contests"][2]["method"] == "dhondt"


def test_seats(call):
    code, out, _ = call("seats", "dhondt", "8", "a=100000", "b=80000", "c=30000", "d=20000", "--json")
    assert code == 0
    assert json.loads(out)["seats"] == {"a": 4, "b": 3, "c": 1, "d": 0}
    assert "open until the public draw" in call("seats", "plurality", "1", "a=5", "b=5")[1]
    assert "drawn: " in call("seats", "plurality", "1", "a=5", "b=5", "--draw", "1", "--contest", "x")[1]
    assert "under the threshold" in call("seats", "hare", "3", "a=95", "b=5", "--threshold", "5.1")[1]
    empty = "3 seats stay empty: nobody else who can take them has a vote."
    assert empty in call("seats", "hare", "3", "a=0")[1]
    assert empty in call("seats", "plurality", "3", "a=5", "b=4", "--threshold", "60")[1]
    assert empty in call("seats", "dhondt", "3", "a=6", "--excluded", "a")[1]


def test_seats_by_every_kind_of_threshold_and_what_rounding_changed(call):
    droop = call("seats", "droop", "31", "a=6", "b=1")[1]
    assert "Rounding changed seats. Without it: a 27, b 4." in droop
    assert "Rounding" not in call("seats", "droop-exact", "31", "a=6", "b=1")[1]

    def excluded(*arguments):
        code, out, err = call("seats", "dhondt", "10", *arguments, "--json")
        assert code == 0, err
        return json.loads(out)["excluded"]

    spain = ("a=96971", "b=3029", "--threshold", "3")
    assert excluded(*spain) == []
    assert excluded(*spain, "--blank", "1000") == ["b"]
    assert excluded(*spain, "--blank", "900", "--cast", "102000") == ["b"]
    assert excluded("a=93", "b=7", "--threshold", "1/14") == ["b"]
    assert excluded("a=93", "b=7", "--threshold", "1/15") == []
    coalition = ("a=93", "b=7", "--threshold", "5", "--coalition", "b=2", "--coalition-threshold")
    assert (excluded(*coalition, "2=8"), excluded(*coalition, "3=8"), excluded(*coalition, "2=1/10")) == (
        ["b"],
        [],
        ["b"],
    )
    assert excluded("a=99", "b=1", "--threshold", "5", "--minority", "b") == []
    assert excluded("a=60", "b=40", "--excluded", "b") == ["b"]
    pooled = call("seats", "dhondt", "3", "a=50", "b=19", "c=18", "d=30", "--agreement", "b,c", "--json")[1]
    assert json.loads(pooled)["seats"] == {"a": 1, "b": 1, "c": 0, "d": 1}


def test_show_tells_bodies(call, project_root):
    republic = str(project_root / "src" / "testigo" / "examples" / "republic" / "election.yaml")
    (body,) = json.loads(call("show", "--json", republic)[1])["bodies"]
    assert (body["id"], body["seats"], body["levelling-seats"], len(body["contests"])) == ("assembly", 277, 0, 82)
    assert json.loads(call("check", "--json", republic)[1])["seats_of_bodies"] == {"assembly": 277}
    assert re.search(r"of assembly\W+277", call("check", republic)[1])
    out = call("show", republic)[1]
    assert "Bodies" in out and "277" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("hare", "3", "a"),
        ("hare", "3", "=4"),
        ("hare", "3", "a=4.5"),
        ("hare", "3", "a=-1"),
        ("hare", "3", "a=1", "a=2"),
        ("hare", "3", "a=1", "--threshold", "ten"),
        ("hare", "3", "a=10", "--cast", "9"),
        ("hare", "1", "a=1", "b=1", "--draw", "six"),
        ("hare", "1", "a=1", "--threshold", "2/1"),
        ("hare", "1", "a=1", "--coalition", "b=2"),
        ("hare", "1", "a=1", "--coalition", "a"),
        ("hare", "1", "a=1", "--coalition-threshold", "8"),
        ("hare", "1", "a=1", "--minority", "b"),
        ("hare", "1", "a=1", "--excluded", "b"),
        ("hare", "1", "a=1", "b=1", "--agreement", "a,c"),
        ("plurality", "1", "a=1", "b=1", "--agreement", "a,b"),
        ("hare", "1", "a=1", "b=1", "--agreement", "a,b", "--agreement", "b,a"),
        ("hare", "1", "a=10", "--blank", "2", "--cast", "11"),
    ],
)
def test_wrong_votes_are_refused_with_a_sentence(call, arguments):
    code, _, err = call("seats", *arguments)
    assert code == 1
    assert err.startswith("Error: ")


def test_a_path_draws_no_line_of_its_own(call, tmp_path):
    code, out, _ = call("words", "gn", "--out", str(tmp_path / "\x1b[2J\nNo errors in \u202ex.po"))
    assert code == 0
    assert "\\x1b[2J\\nNo errors in \\u202ex.po" in out
    assert out.count("\n") == 1
