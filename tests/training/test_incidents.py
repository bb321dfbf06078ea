"""Every incident of docs/training.md, brought about and ended as its table says, at the pages of a practice station."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from testigo.ballot.reasons import REHEARSAL
from testigo.training import Training
from testigo.web.client import Client
from training_day import TrainingDay, pin_of, start


@pytest.fixture(scope="module")
def opened(
    made: Training, any_hour_of_the_session: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    """A training whose polls are open, switched off; only to be copied."""
    day = start(made, tmp_path_factory.mktemp("opened") / "training")
    day.open()
    day.place.stop()
    return day.place.folder.parent, day.cards


@pytest.fixture
def day(
    made: Training, opened: tuple[Path, list[str]], any_hour_of_the_session: None, tmp_path: Path
) -> Iterator[TrainingDay]:
    """The same, switched on."""
    shutil.copytree(opened[0], tmp_path / "training")
    day = TrainingDay.again(made, tmp_path / "training", opened[1])
    yield day
    day.place.stop()


@pytest.fixture
def clerk(day: TrainingDay) -> Iterator[Client]:
    with day.sign_in(day.place.desk_address, "check-in", "clerk") as client:
        yield client


@pytest.fixture
def chair(day: TrainingDay) -> Iterator[Client]:
    with day.sign_in(day.place.chair_address, "chair", "chair") as client:
        yield client


def to_print(day: TrainingDay, voter: Client, card: str) -> None:
    """From the card to the page before printing."""
    day.see(voter, "/card", code=card)
    day.see(voter, "/language", language="en")
    day.see(voter, "/contest/1", option="ana", go="next")
    day.see(voter, "/contest/2", option=["c1", "c2"], go="next")
    assert day.see(voter, "/contest/3", option="h3", go="review").name == "review"


def release(day: TrainingDay, clerk: Client, reason: str) -> None:
    pin = pin_of(day.training, "check-in", "chair")
    assert day.see(clerk, "/release", account="chair", pin=pin, reason=reason).name == "released"


def test_a_finger_does_not_match_and_then_does(day: TrainingDay, clerk: Client) -> None:
    assert day.check_in(clerk, "1001").name == "matched"


def test_all_tries_are_used_up_and_the_chair_releases(day: TrainingDay, clerk: Client) -> None:
    day.see(clerk, "/find", document="1001")
    for _ in range(4):
        page = day.see(clerk, "/practise-finger", matches="no")
    assert page.name == "unmatched"
    release(day, clerk, "worn-finger")


def test_a_worn_finger_is_released_before_all_tries(day: TrainingDay, clerk: Client) -> None:
    day.see(clerk, "/find", document="1001")
    day.see(clerk, "/practise-finger", matches="no")
    release(day, clerk, "worn-finger")


def test_nobody_enrolled_a_finger(day: TrainingDay, clerk: Client) -> None:
    assert day.see(clerk, "/find", document="1004").name == "unmatched"
    release(day, clerk, "not-enrolled")


@pytest.mark.parametrize(("document", "reason"), [("1005", "barred"), ("9999", "not-on-register")])
def test_who_may_not_vote_is_refused(day: TrainingDay, clerk: Client, document: str, reason: str) -> None:
    page = day.see(clerk, "/find", document=document)
    assert (page.name, page.facts["reason"]) == ("finding", reason)
    page = day.see(clerk, "/turn-away")
    assert (page.name, page.facts["reason"]) == ("refused", reason)


def test_who_voted_already_is_told_the_hour(day: TrainingDay, clerk: Client) -> None:
    day.check_in(clerk, "1001")
    day.see(clerk, "/card")
    page = day.see(clerk, "/find", document="1001")
    assert page.facts["reason"] == "already-voted" and re.search(rb"\d:\d\d", page.content)


def test_after_two_impostors_the_chair_decides(day: TrainingDay, clerk: Client) -> None:
    for _ in range(2):
        day.see(clerk, "/find", document="1002")
        assert day.see(clerk, "/refuse", reason="impostor", sure="yes").name == "refused"
        day.see(clerk, "/next")
    assert day.see(clerk, "/find", document="1002").name == "unmatched"


def test_a_wrong_card_and_a_used_one(day: TrainingDay) -> None:
    day.vote(day.cards[0])
    with day.place.voter() as voter:
        voter.get("/")
        first = "A" if day.cards[1][0] != "A" else "B"
        codes = {voter.send("/card", code=code).code for code in (day.cards[0], first + day.cards[1][1:])}
        assert codes == {"card.used", "card.wrong-character"}
        to_print(day, voter, day.cards[1])


def test_the_vote_is_wrong_and_is_printed_again(day: TrainingDay) -> None:
    day.vote(day.cards[0], spoil=True)
    assert len(day.printer.slips) == 2


def test_at_the_limit_of_spoiled_papers_two_people_allow_another_print(day: TrainingDay, chair: Client) -> None:
    with day.place.voter() as voter:
        voter.get("/")
        to_print(day, voter, day.cards[0])
        for _ in range(2):
            day.see(voter, "/print")
            day.see(voter, "/printed", right="no")
            day.see(voter, "/spoil", reason="changed-mind")
        day.see(voter, "/print")
        day.see(voter, "/printed", right="no")
        assert voter.send("/spoil", reason="changed-mind").code == "paper-votes.spoiled-to-limit"
        pin = pin_of(day.training, "chair", "witness")
        day.see(chair, "/allow-print", account="witness", pin=pin, reason="help")
        assert day.see(voter, "/spoil", reason="changed-mind").name == "review"
        day.see(voter, "/print")
        assert day.see(voter, "/printed", right="yes").name == "thanks"
    assert len(day.printer.slips) == 4


def test_a_voter_leaves(day: TrainingDay, chair: Client) -> None:
    with day.place.voter() as voter:
        voter.get("/")
        to_print(day, voter, day.cards[0])
    assert day.see(chair, "/void", reason="voter-left").facts["told"] == "voided"


def test_who_never_votes_is_explained_at_closing(day: TrainingDay, clerk: Client, chair: Client) -> None:
    day.check_in(clerk, "1001")
    day.see(clerk, "/card")
    refused = chair.send("/close", early=REHEARSAL)
    assert refused.status == 409 and refused.code
    page = day.see(chair, "/close", early=REHEARSAL, step_1="checked_in=cards_used", reason_1="left with the card")
    assert page.name in ("tally-sheet", "differences")


def test_a_pause_stops_both_and_ends(day: TrainingDay, clerk: Client, chair: Client) -> None:
    assert day.see(chair, "/pause", reason="printer").facts["state"] == "paused"
    assert not clerk.send("/find", document="1001").ok
    assert day.see(chair, "/resume").facts["state"] == "open"
    assert day.see(clerk, "/find", document="1001").name == "finger"


def test_the_printer_is_out_of_paper(day: TrainingDay) -> None:
    with day.place.voter() as voter:
        voter.get("/")
        to_print(day, voter, day.cards[0])
        day.printer.failures = 1
        assert voter.send("/print").status == 503
        assert voter.get("/").facts["notice"] == "printer-failed"
        day.see(voter, "/print")  # a new roll is in
        assert day.see(voter, "/printed", right="yes").name == "thanks"
    assert day.place.booth.counters().recorded == 1


def test_the_power_fails_with_a_voter_in_the_booth(day: TrainingDay) -> None:
    with day.place.voter() as voter:
        voter.get("/")
        to_print(day, voter, day.cards[0])
        day.see(voter, "/print")
    day.place.stop()
    day.place.start()
    with day.place.voter() as voter:
        page = voter.get("/")
        assert page.name == "printed"
        assert day.see(voter, "/printed", right="yes").name == "thanks"
    assert day.place.booth.counters().recorded == 1
