"""What the root says of candidates, put into the log of a test's election, and an honest result of it."""

from typing import Any

from testigo.count import RecordRules
from testigo.election import OptionStatus


def insert(election: Any, at: int, option: str, status: str, number: int, **more: Any) -> None:
    """The root says it at that place of the log."""
    contest = more.pop("contest", election.definition.contests[0].id)
    key = more.pop("key", None) or election.key("root")
    body = OptionStatus(contest, option, status, "Resolución 13", number, **more)  # type: ignore[arg-type]
    election.say("option-status", "", body, key, 5)
    election.envelopes.insert(at, election.envelopes.pop())


def count_again(election: Any) -> None:
    """An honest centre's result of what the log says now, in place of the one that is there."""
    place = election.find("result")
    root = election.key("root").public
    rules = rules_of(election, root, election.envelopes[:place])
    result = rules.count()
    election.envelopes.pop(place)
    election.say("result", "", result, election.key("centre"), 614)
    election.envelopes.insert(place, election.envelopes.pop())


def rules_of(election: Any, root: Any, envelopes: list[bytes]) -> Any:
    rules = RecordRules(root)
    for envelope in envelopes:
        rules.add(envelope)
    return rules
