"""`testigo election result` where *none of the above* won, and the contest is held again."""

from collections.abc import Callable
from pathlib import Path

from called_commands import Told

ELECTION = """
id: mayor-2027
title: {es: Alcaldía}
date: "2027-05-09"
opens: "08:00"
closes: "17:00"
languages: [es]
districts: [{id: d, name: {es: Distrito}}]
stations: [{id: s-1, name: Mesa 1, district: d, register-size: 200}]
contests:
  - id: mayor
    title: {es: Alcaldía}
    district: d
    kind: choose-one
    none-of-the-above: {option: none, effect: reelection}
    options: [{id: a, name: {es: Ana}}, {id: b, name: {es: Luis}}, {id: none, name: {es: Ninguna de las anteriores}}]
"""


def test_the_seat_of_a_contest_that_is_held_again_is_not_said_to_stay_empty(
    tmp_path: Path, call: Callable[..., Told]
) -> None:
    definition, votes = tmp_path / "election.yaml", tmp_path / "votes.csv"
    definition.write_text(ELECTION, "utf-8")
    for most, again, empty in (("none", True, False), ("a", False, False), ("", False, True)):
        counts = {"a": 26, "b": 25, "none": 0, "(ballots)": 103} | ({most: 52} if most else {"a": 0, "b": 0})
        rows = "".join(f"mayor,{option},{count}\n" for option, count in counts.items())
        votes.write_text(f"contest,option,votes\n{rows}", "utf-8")
        code, out, err = call("result", definition, votes)
        assert code == 0, err
        assert ("the contest is held again" in out, "stays empty" in out) == (again, empty), out
