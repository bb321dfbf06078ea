"""A referendum from its signed result to the page, and a result that decides otherwise than the votes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from testigo.election import Definition, Referendum, Share
from testigo.results import publish_results
from testigo.witness import verify

Replace = msgspec.structs.replace


@pytest.fixture
def held(definition: Definition) -> Definition:
    """The election with a referendum in place of its first contest."""
    first, *others = definition.contests
    rules = Referendum(first.options[-1].id, turnout=Share(at_least="50"))
    return Replace(definition, contests=(Replace(first, kind="referendum", referendum=rules), *others))


def test_the_result_decides_and_the_page_says_by_which_figures(
    elect: Callable[..., Any], held: Definition, tmp_path: Path
) -> None:
    public = elect(of=held).publish(tmp_path / "public")
    assert verify(public).verdict.holds
    publish_results(public, tmp_path / "results")
    page = (tmp_path / "results" / "index.html").read_text("utf-8")
    assert "Quórum de participación" in page
    assert ("Aprobado: " in page) or ("No aprobado" in page)


def test_another_decision_than_the_votes_give_is_found(
    elect: Callable[..., Any], caught: Callable[..., list[str]], held: Definition
) -> None:
    def cheat(kind: str, _about: str, body: Any) -> Any:
        if kind != "result":
            return body
        first, *others = body.contests
        turned = Replace(first.outcome, adopted=not first.outcome.adopted)
        return Replace(body, contests=(Replace(first, outcome=turned), *others))

    said = caught("result", elect(cheat, held))
    assert any("what was decided, or its figures" in one for one in said)
