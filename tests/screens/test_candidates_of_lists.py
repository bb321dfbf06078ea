"""The booth's pages of an open list: with forms alone, in real Chromium, at every size; and nobody is misled."""

import html
import re
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from booth_measure import SCREENS, faults
from in_chromium import tap
from open_booth import OpenBooth
from open_lists import open_lists
from testigo.election import Definition, Preferences
from testigo.web.client import Client, SeenPage

LISTS, CANDIDATES = "/contest/2", "/contest/2/candidates"


@pytest.fixture
def voter(booth_with: Callable[[Definition], OpenBooth]) -> Iterator[Client]:
    """Before the lists, in English."""
    booth = booth_with(open_lists())
    with Client(booth.address) as client:
        client.send("/card", code=booth.cards.pop())
        client.send("/language", language="en")
        assert client.send("/contest/1", option="ana", go="next").path == LISTS
        yield client


def text(page: SeenPage) -> str:
    """What the page says."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.content.decode())).split())


def candidates_on(page: SeenPage) -> list[str]:
    return re.findall(r'name="option" value="([^"]+)"', page.content.decode())


def checked_on(page: SeenPage) -> list[str]:
    return re.findall(r'name="option" value="([^"]+)" checked', page.content.decode())


def choose(voter: Client, list_: str, *candidates: str, go: str = "next") -> SeenPage:
    voter.send(LISTS, option=list_, go="next")
    return voter.send(CANDIDATES, option=[f"{list_}/{one}" for one in candidates], go=go)


def test_after_the_list_come_its_candidates_and_no_others(voter: Client) -> None:
    page = voter.send(LISTS, option="green", go="next")
    assert (page.name, page.path) == ("candidates", CANDIDATES)
    assert (page.facts["contest"], page.facts["list"], page.facts["choose"]) == ("council", "green", "2")
    assert candidates_on(page) == ["green/1", "green/2", "green/3", "green/4"]
    assert "Your list: Green. You may choose up to 2 of its candidates, or none." in text(page)
    assert "You have chosen 0 of 2." in text(page)
    assert "4 · Max Vega" in text(page)


def test_the_review_and_the_paper_say_what_was_chosen(voter: Client) -> None:
    page = choose(voter, "green", "1", "4")
    assert page.name == "review"
    assert "Green 1 · Alba Ríos 4 · Max Vega Change" in text(page)
    assert voter.send("/print").name == "printed"
    assert voter.send("/printed", right="yes").name == "thanks"


def test_no_preference_is_a_vote_for_the_list(voter: Client) -> None:
    assert "Green No candidate chosen Change" in text(choose(voter, "green"))


def test_a_blank_vote_has_no_candidates(voter: Client) -> None:
    assert voter.send(LISTS, option="", go="next", enough="yes").name == "review"
    assert voter.get(CANDIDATES).path == LISTS
    assert voter.send(CANDIDATES, option="red/1", go="next").path == LISTS


def test_another_list_clears_the_preferences_and_the_same_keeps_them(voter: Client) -> None:
    choose(voter, "green", "1", "4")
    assert checked_on(voter.send(LISTS, option="green", go="next")) == ["green/1", "green/4"]
    assert checked_on(voter.send(LISTS, option="red", go="next")) == []
    assert checked_on(voter.send(LISTS, option="green", go="next")) == []


def test_too_many_keep_nothing_and_say_so(voter: Client) -> None:
    page = choose(voter, "green", "1", "2", "3")
    assert (page.status, page.facts["note"]) == (422, "many")
    assert "You chose 3, but the most is 2." in text(page)
    assert checked_on(page) == ["green/1", "green/2", "green/3"]
    assert checked_on(voter.get(CANDIDATES)) == []


@pytest.mark.parametrize("foreign", ["red/1", "red", "green/9", "green/01", "blue", "x" * 500, "green"])
def test_attack_what_is_not_on_the_page_is_not_taken(voter: Client, foreign: str) -> None:
    voter.send(LISTS, option="green", go="next")
    page = voter.send(CANDIDATES, option=["green/1", foreign], go="next")
    assert not page.ok
    assert checked_on(voter.get(CANDIDATES)) == []


def test_attack_preferences_sent_with_the_lists_page_are_not_taken(voter: Client) -> None:
    assert not voter.send(LISTS, option=["red", "green/1"], go="next").ok
    assert not voter.send("/contest/1", option=["ana", "ana/1"], go="next").ok


def test_every_way_from_the_page(voter: Client) -> None:
    for go, path in (("back", LISTS), ("language", "/language"), ("find", f"{CANDIDATES}/find"), ("look", CANDIDATES)):
        assert choose(voter, "green", "2", go=go).path == path
        assert checked_on(voter.get(CANDIDATES)) == ["green/2"]
    choose(voter, "green", "2", go="language")
    assert voter.send("/language", language="es", back=f"{CANDIDATES}?page=1").path == CANDIDATES
    assert "Su lista: Green." in text(voter.get(CANDIDATES))


def long_lists(candidates: int) -> Definition:
    definition = open_lists(Preferences(3))
    council = definition.contest("council")
    names = tuple(f"{name} Núñez {n}" for n, name in enumerate(["Ana", "Óscar", "Łucja", "Zoe"] * (candidates // 4), 1))
    long = replace(council, options=(replace(council.options[0], candidates=names), *council.options[1:]))
    return replace(definition, contests=(definition.contests[0], long))


def test_a_long_list_has_pages_and_is_searched(booth_with: Callable[[Definition], OpenBooth]) -> None:
    booth = booth_with(long_lists(40))
    with Client(booth.address) as voter:
        voter.send("/card", code=booth.cards.pop())
        voter.send("/language", language="en")
        voter.send("/contest/1", option="ana", go="next")
        page = voter.send(LISTS, option="red", go="next")
        assert int(page.facts["pages"]) > 1
        page = voter.send(CANDIDATES, page="1", option="red/1", go="page-2")
        assert "On another page you chose: 1 · Ana Núñez 1" in text(page)
        page = voter.send(CANDIDATES, page="2", option=candidates_on(page)[:3], go="next")
        assert page.facts["note"] == "many"
        page = voter.send(CANDIDATES, page="1", option="red/1", go="find")
        assert (page.name, page.path) == ("find", f"{CANDIDATES}/find")
        page = voter.send(f"{CANDIDATES}/find", find="luc", go="show")
        assert candidates_on(page) == ["red/1", *(f"red/{n}" for n in range(3, 41, 4))]
        assert "Show all options (40)" in text(page) or "All options (40)" in text(page)
        page = voter.send(CANDIDATES, page="1", option=["red/1", "red/3"], go="all")
        assert len(candidates_on(page)) < 40
        pages = int(page.facts["pages"])
        page = voter.send(CANDIDATES, page=str(pages), go="next")
        assert page.name == "review"
        assert "1 · Ana Núñez 1 3 · Łucja Núñez 3" in text(page)


# ---- in the browser


def to_candidates(page: Page, booth: OpenBooth, size: int = 1) -> None:
    page.goto(booth.address)
    tap(page, f"button.size[value='{size}']")
    page.fill("#code", booth.cards.pop())
    tap(page, "footer .primary")
    tap(page, "main button[lang=en]")
    page.click("label.tile >> nth=0")
    tap(page, "footer .primary")
    for _ in range(9):
        if page.get_attribute("main", "data-page") == "candidates":
            return
        if page.locator("label.tile:has-text('Red')").count():
            page.click("label.tile:has-text('Red')")
        tap(page, "footer .primary")


@pytest.mark.browser
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_list_fits_every_screen_at_every_size(
    chromium: Browser, booth_with: Callable[[Definition], OpenBooth], size: int
) -> None:
    page = chromium.new_page()
    to_candidates(page, booth_with(long_lists(40)), size)
    assert page.get_attribute("main", "data-page") == "candidates"
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        assert not faults(page)
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("most", [1, 2])
def test_the_note_is_true_after_every_touch(
    chromium: Browser, booth_with: Callable[[Definition], OpenBooth], most: int
) -> None:
    """One too many is not taken, also where one may be chosen: a box, unlike the lists' round marks, can be emptied."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    to_candidates(page, booth_with(open_lists(Preferences(most))))
    assert page.inner_text("#note") == f"You have chosen 0 of {most}."
    for number in range(most):
        page.click(f"label.tile >> nth={number}")
        assert page.inner_text("#note") == f"You have chosen {number + 1} of {most}."
    page.click(f"label.tile >> nth={most}")
    assert page.inner_text("#note").startswith(f"You have already chosen {most}, the most allowed.")
    assert page.locator("input:checked").count() == most
    page.click("label.tile >> nth=0")
    assert page.inner_text("#note") == f"You have chosen {most - 1} of {most}."
    tap(page, "footer .primary")
    assert page.get_attribute("main", "data-page") == "review"
    page.close()
