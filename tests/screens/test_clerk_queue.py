"""A queue of voters before one clerk, in real Chromium and by keyboard: each gets one card, and no page is in the way.

A larger one, with a table of seconds and keys: `benchmarks/clerk_queue.py`.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from clerk_queue import KINDS, Clerk, Desk, Voter, line_up, prepare

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
    assert counters.released_reasons == {"not-enrolled": 1, "worn-finger": 1}
    assert [(one.kind, one.wrong) for one in counts if one.wrong] == []
    assert next(one.keys for one in counts if one.kind == "right number") <= 12
