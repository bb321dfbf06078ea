"""A queue of voters before one clerk, in real Chromium and by keyboard: each gets one card, and no page is in the way.

A larger one, with a table of seconds and keys: `benchmarks/clerk_queue.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from clerk_queue import KINDS, WITHOUT_FINGER, Clerk, Desk, Voter, line_up, prepare
from polling_place import ISSUED
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.keys import SigningKey
from testigo.record import Statement

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def queue() -> list[Voter]:
    return line_up(len(KINDS))


@pytest.fixture(scope="module")
def desk(queue: list[Voter], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    place = prepare(tmp_path_factory.mktemp("queue"), queue)
    desk = Desk(place)
    yield desk
    desk.stop()
    place.stop()


def test_every_voter_of_a_mixed_queue_gets_one_card(desk: Desk, queue: list[Voter], chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    clerk = Clerk(desk, context, pace=0)
    counts = [clerk.serve(one) for one in queue]
    context.close()
    counters = desk.place.check_in.counters()
    assert counters.cards_handed == counters.checked_in == len(queue)
    assert (counters.refused, counters.undone) == ({"already-voted": 1, "left": 1}, {"voter-left": 1})
    assert counters.released_reasons == {"not-enrolled": 1, "worn-finger": 1, "reader-failure": 1}
    assert [(one.kind, one.wrong) for one in counts if one.wrong] == []
    assert next(one.keys for one in counts if one.kind == "right number") <= 12


def test_a_third_without_a_finger_and_a_reader_that_fails(chromium: Browser, tmp_path: Path) -> None:
    """One release of a kind is usual here; then two persons, at the end the chair alone by the authority's word."""
    kinds = ["right number", *[WITHOUT_FINGER, "reader fails", "reader fails"] * 2, WITHOUT_FINGER, "reader fails"]
    queue = [Voter(number, kind) for number, kind in enumerate(kinds, 1)]
    centre = SigningKey.generate()
    place = prepare(tmp_path, queue, centre)
    desk, context = Desk(place), chromium.new_context()
    clerk = Clerk(desk, context, pace=0)
    for one in queue[:-2]:
        assert clerk.serve(one).wrong == []
    by_two = place.check_in.counters().released_by_two
    about = {"election": place.check_in.folder.settings.election, "subject": "s1", "issued": ISSUED}
    file = tmp_path / "allowance.json"
    file.write_bytes(Statement.of("release-allowance", ReleaseAllowance("s1", 1, 2, "R7"), **about).sign(centre))
    clerk.open("details:has(form[action='/allowance']) summary")
    clerk.page.set_input_files("#allowance", file)
    clerk.tab_to("form[action='/allowance'] button")
    clerk.enter()
    assert clerk.page.get_attribute("main", "data-told") == "allowance"
    for one in queue[-2:]:
        assert clerk.serve(one).wrong == []
    counters = place.check_in.counters()
    assert counters.cards_handed == counters.checked_in == len(queue) and not counters.refused
    assert counters.released_reasons == {"not-enrolled": 3, "reader-failure": 5}
    assert (by_two, counters.released_by_two, counters.released_by_allowance) == (4, 4, 2)
    assert counters.broken_rules() == []
    context.close()
    desk.stop()
    place.stop()
