"""A finger reader at the desks: captures, what is said when one fails, and trying again."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from litestar import Litestar

import laid_badly
from played_reader import PlayedReader
from polling_place import CHAIR_PIN, CLERK_PIN
from testigo.fingerprint import FingerImage, synthetic
from testigo.fingerprint import reader as readers
from testigo.screens import checkin as check_in_pages
from testigo.web.client import Client
from virtual_reader import VirtualFinger

BLANK = FingerImage(np.full((300, 300), 240, np.uint8))


def finger(person: int, impression: int) -> FingerImage:
    return synthetic.generate(person, impression, difficulty=0.2)


def dry(person: int, impression: int) -> FingerImage:
    """Too dry to be read well: the tops of the ridges alone, in dots."""
    return laid_badly.dry(laid_badly.dry(finger(person, impression)))


class Played(PlayedReader):
    """`hold` makes it wait like a person."""

    def __init__(self) -> None:
        super().__init__()
        self.hold = threading.Event()
        self.hold.set()
        self.waiting = threading.Event()

    def capture(self, timeout: float = 1.0) -> FingerImage:
        self.waiting.set()
        self.hold.wait(20)
        return super().capture(timeout)


Served = Callable[[Litestar], str]


def clerk_at(address: str) -> Client:
    clerk = Client(address)
    clerk.get("/pin")
    assert clerk.send("/pin", pin=CLERK_PIN).ok
    return clerk


@pytest.fixture
def desk(opened: Any, served: Served) -> Iterator[tuple[Client, Played]]:
    """The open station's check-in behind a second address, with a reader; the clerk is signed in."""
    played = Played()
    with clerk_at(served(check_in_pages.app(opened.check_in, reader=played))) as clerk:
        yield clerk, played


def test_each_failure_is_said_costs_no_try_without_a_finger_and_is_tried_again(desk: tuple[Client, Played]) -> None:
    clerk, played = desk
    page = clerk.send("/find", document="101")
    assert page.name == "finger" and page.facts["notice"] == ""
    left = page.facts["left"]
    for error in (
        readers.NoFinger(),
        readers.FingerStays(),
        readers.ReaderUnplugged(),
        readers.ReaderBroken("signal 11"),
    ):
        played.acts = [error]
        page = clerk.send("/finger")
        assert page.ok and page.name == "finger"
        assert page.facts["left"] == left
        assert page.facts["notice"] == type(error).__name__
        shown = page.content.decode()
        assert error.sentence("es") in shown.replace("&#39;", "'")
        assert "Intentar otra vez" in shown
    played.acts = [finger(1, 3)]
    assert clerk.send("/finger").name == "matched"


def test_a_worn_finger_comes_to_the_chair(desk: tuple[Client, Played]) -> None:
    """Neither the reader nor the judgement makes anything out of it: it must not be tried for ever."""
    clerk, played = desk
    left = int(clerk.send("/find", document="101").facts["left"])
    for number in range(1, left + 1):
        played.acts = [BLANK if number % 2 else readers.Unclear()]
        page = clerk.send("/finger")
        assert page.facts["notice"] == ("NothingSeen" if number % 2 else "Unclear")
        assert page.name == ("finger" if number < left else "unmatched")
    assert clerk.send("/release", pin=CHAIR_PIN, reason="worn-finger").name == "released"


def test_a_poor_image_is_tried_and_what_is_wrong_is_said_where_it_does_not_match(
    desk: tuple[Client, Played],
) -> None:
    clerk, played = desk
    left = int(clerk.send("/find", document="101").facts["left"])
    played.acts = [dry(9, 0)]
    page = clerk.send("/finger")
    assert (page.name, int(page.facts["left"]), page.facts["notice"]) == ("finger", left - 1, "TooDry")
    played.acts = [finger(9, 0)]  # a good image of another finger: nothing is wrong with it
    page = clerk.send("/finger")
    assert (int(page.facts["left"]), page.facts["notice"]) == (left - 2, "")
    for _ in range(left - 2):
        played.acts = [dry(9, 1)]
        page = clerk.send("/finger")
    assert (page.name, page.facts["notice"]) == ("unmatched", "TooDry")


def test_what_was_said_of_one_voter_is_not_said_of_the_next(desk: tuple[Client, Played]) -> None:
    clerk, played = desk
    clerk.send("/find", document="101")
    played.acts = [readers.ReaderUnplugged()]
    assert clerk.send("/finger").facts["notice"] == "ReaderUnplugged"
    assert clerk.send("/refuse", reason="impostor", sure="yes").name == "refused"
    clerk.send("/next")
    assert clerk.send("/find", document="102").facts["notice"] == ""


def test_the_desk_answers_while_the_reader_waits_and_a_late_image_is_nobodys(desk: tuple[Client, Played]) -> None:
    clerk, played = desk
    clerk.send("/find", document="101")
    played.acts, answers = [finger(2, 3)], []
    played.hold.clear()
    pressing = threading.Thread(target=lambda: answers.append(clerk.send("/finger")))
    pressing.start()
    assert played.waiting.wait(10)
    with clerk_at(str(clerk._client.base_url)) as second:
        assert second.get("/visit").name == "finger"  # the page is there, and the visit
        second.send("/refuse", reason="impostor", sure="yes")
        second.send("/next")
        assert second.send("/find", document="102").name == "finger"  # person 2, whose finger is on the reader
        played.hold.set()
        pressing.join(30)
        assert answers[0].status == 409 and answers[0].code == "visit.over"
        assert second.get("/visit").name == "finger"


def test_an_upload_works_beside_the_reader_and_is_judged_alike(desk: tuple[Client, Played]) -> None:
    clerk, _ = desk
    left = int(clerk.send("/find", document="101").facts["left"])
    page = clerk.send("/finger", files={"image": BLANK.to_png()})
    assert (page.facts["notice"], int(page.facts["left"])) == ("NothingSeen", left - 1)
    assert clerk.send("/finger", files={"image": b"no image"}).status == 422
    assert int(clerk.get("/visit").facts["left"]) == left - 1
    assert clerk.send("/finger", files={"image": finger(1, 3).to_png()}).name == "matched"


def test_without_a_reader_an_image_is_wanted(opened: Any) -> None:
    with opened.clerk() as clerk:
        assert b'type="file"' in clerk.send("/find", document="101").content
        assert clerk.send("/finger").status == 422


def test_a_real_capture_at_the_check_in(opened: Any, served: Served, tmp_path: Path) -> None:
    """libfprint's virtual device: unplugged, then the finger."""
    socket = tmp_path / "reader.socket"
    reader = readers.open_reader(f"virtual:{socket}")
    address = served(check_in_pages.app(opened.check_in, reader=reader))

    def during(act: Callable[[VirtualFinger], None]) -> threading.Thread:
        def lay() -> None:
            with VirtualFinger(socket) as virtual:
                time.sleep(0.3)
                act(virtual)
                time.sleep(1)

        thread = threading.Thread(target=lay)
        thread.start()
        return thread

    with clerk_at(address) as clerk:
        clerk.send("/find", document="101")
        laying = during(VirtualFinger.unplug)
        assert clerk.send("/finger").facts["notice"] == "ReaderUnplugged"
        laying.join()
        socket.unlink()
        laying = during(lambda virtual: virtual.lay(finger(1, 3)))
        assert clerk.send("/finger").name == "matched"
        laying.join()
    reader.close()


def test_a_capture_ends_when_the_desk_is_switched_off(tmp_path: Path) -> None:
    reader = readers.open_reader(f"virtual:{tmp_path / 'socket'}")
    reader.open()
    said: list[Exception] = []

    def wait() -> None:
        try:
            reader.capture(60)
        except readers.ReaderError as error:
            said.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.3)
    reader.close()
    waiting.join(10)
    assert not waiting.is_alive() and len(said) == 1


# ── Enrolment ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def enrolment_desk_with_reader(enrolment_with: Callable[..., Client]) -> tuple[Client, Played]:
    played = Played()
    return enrolment_with(played), played


def test_fingers_are_captured_one_by_one_and_enrolled(enrolment_desk_with_reader: tuple[Client, Played]) -> None:
    desk, played = enrolment_desk_with_reader
    assert desk.send("/capture", finger="2").status == 409  # nobody is at the desk
    desk.send("/find", document="101")
    assert desk.send("/enrol").status == 422  # nothing was taken
    for bad in ("0", "11", "two", ""):
        assert desk.send("/capture", finger=bad).status == 422
    played.acts = [readers.NoFinger(), dry(1, 0), finger(1, 0), dry(1, 1), finger(1, 1)]
    seen = [desk.send("/capture", finger="2").facts for _ in range(5)]
    assert [(facts["captured"], facts["notice"]) for facts in seen] == [
        ("0", "NoFinger"),
        ("1", "TooDry"),
        ("1", ""),  # the good one takes the poor one's place
        ("1", "TooDry"),  # and no poor one takes a good one's
        ("2", ""),
    ]
    played.acts = [finger(11, 0)]
    assert desk.send("/capture", finger="7").facts["captured"] == "3"
    done = desk.send("/enrol")
    assert done.facts["enrolled"] == "yes" and done.facts["captured"] == "0"


def test_captured_fingers_are_forgotten_with_their_voter(enrolment_desk_with_reader: tuple[Client, Played]) -> None:
    desk, played = enrolment_desk_with_reader
    desk.send("/find", document="101")
    played.acts = [finger(1, 0)]
    assert desk.send("/capture", finger="2").facts["captured"] == "1"
    assert desk.send("/find", document="102").facts["captured"] == "0"
    played.acts = [finger(2, n) for n in range(5)]
    for _ in range(4):
        assert desk.send("/capture", finger="2").ok
    assert desk.send("/capture", finger="2").status == 409
    assert desk.send("/take-again").facts["captured"] == "0"


def test_an_image_for_a_voter_who_has_gone_is_kept_for_nobody(
    enrolment_desk_with_reader: tuple[Client, Played],
) -> None:
    desk, played = enrolment_desk_with_reader
    desk.send("/find", document="101")
    played.acts, answers = [finger(1, 0)], []
    played.hold.clear()
    pressing = threading.Thread(target=lambda: answers.append(desk.send("/capture", finger="2")))
    pressing.start()
    assert played.waiting.wait(10)
    token, cookies = desk._token, dict(desk._client.cookies)
    with Client(str(desk._client.base_url)) as same_browser:
        same_browser._client.cookies.update(cookies)
        same_browser._token = token
        same_browser.send("/find", document="102")
        played.hold.set()
        pressing.join(30)
        assert answers[0].status == 409
        assert same_browser.get("/voter").facts["captured"] == "0"
