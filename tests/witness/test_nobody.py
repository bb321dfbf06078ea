"""*None of the above* won: the record holds, and the page says that the contest is held again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from testigo.election import Definition, NoneOfTheAbove
from testigo.results import publish_results
from testigo.witness import verify


def test_the_page_says_that_the_contest_is_held_again(
    elect: Callable[..., Any], definition: Definition, tmp_path: Path
) -> None:
    first, *others = definition.contests
    votes: dict[str, int] = {}
    for sheet in elect().sheets.values():
        for option, count in sheet.tally.contests[0].votes.items():
            votes[option] = votes.get(option, 0) + count
    rule = NoneOfTheAbove(max(votes, key=lambda one: votes[one]), "reelection")
    options = tuple(msgspec.structs.replace(one, party="") if one.id == rule.option else one for one in first.options)
    held = msgspec.structs.replace(first, options=options, none_of_the_above=rule)
    public = elect(of=msgspec.structs.replace(definition, contests=(held, *others))).publish(tmp_path / "public")
    assert verify(public).verdict.holds
    publish_results(public, tmp_path / "results")
    page = (tmp_path / "results" / "index.html").read_text("utf-8")
    assert "y la votación de este cargo se repite" in page
    assert "Escaños sin cubrir" not in page
