"""Votes on paper on the chair's screen: two persons who see only their own figures, a look, a signature."""

import re
from typing import Any

import msgspec

from testigo.audit.hand_count import tally_keys
from testigo.ballot import BALLOTS, ManualTally
from testigo.record import peek
from testigo.web.client import Client, SeenPage


def figures(place: Any, papers: int = 3, **counters: int) -> dict[str, str]:
    """So many ballots of the first style, all with the first option of each contest."""
    definition = place.chair.definition
    styles = [style.id for style in definition.styles_of_station("s1")]
    made = {"signed_in": papers, "handed_out": papers, "spoiled": 0, **counters}
    for contest, what in tally_keys(definition, "s1"):
        if not contest:
            made[f"/{what}"] = papers if what == styles[0] else 0
        elif contest in definition.style_of("s1", styles[0]).contests:
            first = definition.contest(contest).options[0].id
            made[f"{contest}/{what}"] = papers if what in (first, BALLOTS) else 0
        else:
            made[f"{contest}/{what}"] = 0
    return {name: str(count) for name, count in made.items()}


def enter(chair: Client, person: str, given: dict[str, str]) -> SeenPage:
    chair.get("/on-paper")
    return chair.send("/on-paper", person=person, **given)


def sign(chair: Client, **said: str) -> SeenPage:
    """Look at it, then sign it."""
    return chair.send("/on-paper/sign", **said, seen=shown(chair.send("/on-paper/sign", **said)), go="sign")


def shown(look: SeenPage) -> str:
    """What the form of a look names."""
    return re.findall(r'name="seen" value="([^"]*)"', look.content.decode())[0]


def test_two_persons_enter_the_chair_looks_and_signs(place: Any) -> None:
    with place.presiding() as chair:
        seen = chair.get("/on-paper")
        assert (seen.name, seen.facts["step"], seen.facts["signed"]) == ("on-paper", "first", "no")
        assert chair.get("/on-paper/print/minutes.pdf").content.startswith(b"%PDF")
        assert enter(chair, "Ana Paz", figures(place)).facts["step"] == "second"
        page = chair.get("/on-paper")
        assert b"Ana Paz" not in page.content
        assert enter(chair, "Luis Sol", figures(place)).facts["step"] == "done"
        said = {"part": "whole", "reason": "No power since 10:20"}
        seen = chair.send("/on-paper/sign", **said)
        assert seen.name == "on-paper-look" and b"No power since 10:20" in seen.content
        assert place.chair.manual_tally() is None
        seen = sign(chair, **said)
        assert (seen.facts["told"], seen.facts["signed"], seen.facts["step"]) == ("on-paper", "yes", "first")
        body = msgspec.convert(peek(chair.get("/on-paper.json").content).body, ManualTally)
        assert (body.papers, body.entered_by, body.part) == (3, ("Ana Paz", "Luis Sol"), "whole")
        assert chair.get("/on-paper.pdf").content.startswith(b"%PDF")


def test_what_differs_is_decided_by_a_third_and_explained(place: Any) -> None:
    with place.presiding() as chair:
        enter(chair, "Ana Paz", figures(place, signed_in=3))
        assert enter(chair, "Luis Sol", figures(place, signed_in=4)).facts["step"] == "third"
        assert chair.send("/on-paper/sign", part="whole", reason="Fire").code == "double-entry.not-done"
        assert enter(chair, "Eva Luz", {"signed_in": "4"}).facts["step"] == "done"
        assert chair.send("/on-paper/sign", part="half", reason="Fire").code == "form.not-offered"
        refused = chair.send("/on-paper/sign", part="whole", reason="Fire", go="sign")
        assert (refused.status, refused.code) == (422, "manual-tally.unexplained")
        chair.get("/on-paper")
        said = {"part": "part", "reason": "Fire", "explanation": "One left with the ballot"}
        assert sign(chair, **said).ok
        signed = place.chair.manual_tally()
        assert signed is not None and signed.statement.body["part"] == "part"
        assert signed.statement.body["entered_by"] == ["Ana Paz", "Luis Sol", "Eva Luz"]


def test_wrong_figures_change_nothing_and_a_restart_loses_nothing(place: Any) -> None:
    with place.presiding() as chair:
        enter(chair, "Ana Paz", figures(place))
        assert enter(chair, "Ana  paz", figures(place)).code == "double-entry.same-person"
        assert enter(chair, "Luis Sol", figures(place) | {"signed_in": "x"}).status == 422
        contest = place.chair.definition.contests_of_station("s1")[0].id
        both = figures(place) | {f"{contest}/{BALLOTS}": "77"}
        assert enter(chair, "Luis Sol", both).facts["step"] == "third"
        chair.get("/on-paper")
        assert chair.send("/on-paper", person="Eva Luz", **{f"{contest}/{BALLOTS}": "77"}).code == "double-entry.sums"
        assert chair.get("/on-paper").facts["step"] == "third"
    place.stop()
    place.start()
    with place.presiding() as chair:
        assert chair.get("/on-paper").facts["step"] == "third"
        assert chair.send("/on-paper/again").facts["step"] == "first"


def test_another_count_names_the_first_and_says_why(place: Any) -> None:
    with place.presiding() as chair:
        for why in ("", "Recounted before the witnesses"):
            for person in ("Ana Paz", "Luis Sol"):
                enter(chair, person, figures(place))
            said = {"part": "whole", "reason": "No power"}
            if why:
                assert sign(chair, **said).code == "manual-tally.counted-before"
                chair.get("/on-paper")
                for wrong in ("w" * 201, "w" * 2000):
                    assert chair.send("/on-paper/sign", **said, why=wrong, go="sign").code == "statement.why"
                said |= {"why": why}
            assert sign(chair, **said).ok
        signed = place.chair.manual_tally()
        assert signed is not None and signed.statement.body["replaces"] and signed.statement.body["why"] == why


def test_what_is_signed_is_what_was_looked_at(place: Any) -> None:
    said = {"part": "whole", "reason": "No power"}
    with place.presiding() as chair:
        for papers in (3, 4):
            chair.send("/on-paper/again")
            for person in ("Ana Paz", "Luis Sol"):
                enter(chair, person, figures(place, papers))
            if papers == 3:
                first = shown(chair.send("/on-paper/sign", **said))
        for seen in ({"seen": first}, {}):
            again = chair.send("/on-paper/sign", **said, **seen, go="sign")
            assert (again.status, again.name) == (409, "on-paper-look") and place.chair.manual_tally() is None
        assert chair.send("/on-paper/sign", **said, seen=shown(again), go="sign").facts["told"] == "on-paper"


def test_nobody_without_the_chairs_pin(place: Any) -> None:
    with Client(place.chair_address) as somebody:
        for path in ("/on-paper", "/on-paper.pdf", "/on-paper.json", "/on-paper/print/minutes.pdf"):
            assert somebody.get(path).name == "pin"
