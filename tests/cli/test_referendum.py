"""`testigo election result` on a referendum: what is decided, and by which figures."""

from collections.abc import Callable
from pathlib import Path

from called_commands import Told

ELECTION = """
id: water-2027
title: {es: Consulta sobre el agua}
date: "2027-05-09"
opens: "08:00"
closes: "17:00"
languages: [es]
districts: [{id: d, name: {es: Distrito}}]
stations: [{id: s-1, name: Mesa 1, district: d, register-size: 100}]
contests:
  - id: water
    title: {es: Agua}
    district: d
    kind: referendum
    referendum: {against: "no", turnout: {at-least: "50"}, approval: {at-least: "30"}}
    options: [{id: "yes", name: {es: "Sí"}}, {id: "no", name: {es: "No"}}]
"""


def test_the_needs_stand_below_the_decision(tmp_path: Path, call: Callable[..., Told]) -> None:
    definition, votes = tmp_path / "election.yaml", tmp_path / "votes.csv"
    definition.write_text(ELECTION, "utf-8")
    votes.write_text("contest,option,votes\nwater,yes,29\nwater,no,21\nwater,(ballots),50\n", "utf-8")
    code, out, err = call("result", definition, votes)
    assert code == 0, err
    lines = out.splitlines()
    assert lines[-5:] == [
        "Not adopted: yes",
        "  met: most votes, 29 against 21 for another option",
        "  met: majority, 29 of 50",
        "  met: turnout quorum, 50 of 100",
        "  not met: approval quorum, 29 of 100",
    ]


def test_a_row_with_more_cells_than_the_header_is_not_counted_without_them(
    tmp_path: Path, call: Callable[..., Told]
) -> None:
    """`1,020` in a file with commas is 1 and 20, not a thousand."""
    definition, votes = tmp_path / "election.yaml", tmp_path / "votes.csv"
    definition.write_text(ELECTION, "utf-8")
    votes.write_text("contest,option,votes\nwater,yes,1,020\nwater,no,900\n", "utf-8")
    code, out, err = call("result", definition, votes)
    assert (code, out) == (1, "") and "votes.csv:2: the row has 4 cells, the header 3" in err


def test_a_share_that_nothing_can_exceed_gets_a_second_look(tmp_path: Path, call: Callable[..., Told]) -> None:
    """A definition that was signed with one is counted all the same, and nothing is adopted."""
    definition = tmp_path / "election.yaml"
    definition.write_text(ELECTION.replace('approval: {at-least: "30"}', 'approval: {more-than: "100"}'), "utf-8")
    code, out, err = call("check", definition)
    assert code == 0 and "nothing is ever more than '100' of the whole" in out + err
    definition.write_text(ELECTION.replace('approval: {at-least: "30"}', 'approval: {at-least: "100"}'), "utf-8")
    assert "is ever more than" not in "".join(call("check", definition)[1:])
