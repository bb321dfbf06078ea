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
