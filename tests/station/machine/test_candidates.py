"""Who withdrew or died, at a station: only the root says it, in order, at any hour before closing; votes go on."""

from typing import Any

import msgspec
import pytest

from polling_place import Root
from testigo.election import OptionStatus, StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.keys import SigningKey
from testigo.station.machine.ways import Machine


def said(root: Root, number: int, option: str = "ana", status: str = "withdrawn", **more: Any) -> bytes:
    """The root's statement."""
    body = OptionStatus("mayor", option, status, "Resolución 7", number, **more)  # type: ignore[arg-type]
    return root.sign("option-status", msgspec.to_builtins(body))


def out(machine: Any) -> list[tuple[str, str]]:
    """Who is out, by a machine."""
    return [(state.option, state.status) for state in machine.states]


def test_before_between_and_not_after(place: Any, root: Root) -> None:
    """In each state before closing; the vote of who chooses it all the same is printed and in the box."""
    place.take_over_test()
    first = said(root, 1)
    assert place.chair.take_statuses([first]) == 1
    assert out(place.chair) == out(place.booth) == [("ana", "withdrawn")]
    codes = place.to_open()
    assert place.chair.take_statuses([first]) == 0
    place.release("103")
    place.vote(codes[0], "ana")
    place.chair.pause("printer")
    assert place.chair.take_statuses([said(root, 2, "beto", "deceased")]) == 1
    place.chair.resume()
    assert place.chair.take_statuses([said(root, 3, "ana", "restored")]) == 1
    assert out(place.booth) == [("beto", "deceased")]
    place.restart()
    assert out(place.chair) == out(place.booth) == [("beto", "deceased")]
    assert place.chair.close_polls() == ()
    sheet = place.chair.tally_sheet()
    assert next(one.votes for one in sheet.tally.contests if one.contest == "mayor") == {"ana": 1, "beto": 0}
    with pytest.raises(IllegalStep):
        place.chair.take_statuses([said(root, 4, "beto", "restored")])


def test_files_come_in_any_order_and_none_may_be_missing(place: Any, root: Root) -> None:
    one, two, three = said(root, 1), said(root, 2, "beto"), said(root, 3, status="restored")
    for missing in ([two], [one, three], [three, two]):
        with pytest.raises(IllegalStep, match="the next one is"):
            place.chair.take_statuses(missing)
    assert out(place.chair) == []
    assert place.chair.take_statuses([three, one, two]) == 3
    assert out(place.booth) == [("beto", "withdrawn")]
    with pytest.raises(IllegalStep, match="two different statuses have number 2"):
        place.chair.take_statuses([said(root, 2, "beto", "deceased")])


def test_only_the_root_of_this_election_says_it(place: Any, root: Root) -> None:
    body = msgspec.to_builtins(OptionStatus("mayor", "ana", "withdrawn", "x", 1))
    stranger, centre = Root(root.definition), Root(root.definition, key=root.centre)
    for signer in (stranger, centre):
        with pytest.raises(InvalidSignature):
            place.chair.take_statuses([signer.sign("option-status", body)])
    other = Root(msgspec.structs.replace(root.definition, id="other"), key=root.key)
    wrong = [
        (other.sign("option-status", body), "another election"),
        (root.sign("machine-keys", body), "not the status of a candidate"),
        (root.sign("option-status", {"what": 1}), "not the status of a candidate"),
        (said(root, 1, "nobody"), "nobody"),
        (b"\xff\xfe", "not a signed statement"),
        (b"{}", "envelope"),
    ]
    for envelope, words in wrong:
        with pytest.raises(InvalidInput, match=words):
            place.chair.take_statuses([envelope])
    assert out(place.chair) == out(place.booth) == []


def test_the_booth_believes_no_chair(place: Any) -> None:
    """A chair that made a statement up cannot make the booth say that somebody died."""
    body = msgspec.to_builtins(OptionStatus("mayor", "ana", "deceased", "x", 1))
    forged = Root(place.root.definition, key=SigningKey.generate()).sign("option-status", body).decode()
    with pytest.raises(InvalidSignature):
        place.chair._sender.give(StationMachine("booth"), "option-status", statements=[forged])
    for data in ({}, {"statements": forged}, {"statements": [1]}):
        with pytest.raises(InvalidInput, match="not an order"):
            place.chair._sender.give(StationMachine("booth"), "option-status", **data)
    assert out(place.booth) == []


class Silent:
    """A booth that does not answer."""

    def order(self, envelope: bytes) -> bytes:
        raise InvalidInput("machine.does-not-answer")


def test_a_booth_that_did_not_answer_is_told_again(place: Any, root: Root) -> None:
    silent: Machine = Silent()
    place.restart_chair(silent)
    with pytest.raises(InvalidInput):
        place.chair.take_statuses([said(root, 1)])
    place.restart()
    assert (out(place.chair), out(place.booth)) == ([("ana", "withdrawn")], [])
    assert place.chair.take_statuses([]) == 0
    assert out(place.booth) == [("ana", "withdrawn")]
