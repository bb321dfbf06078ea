"""Votes on the booth's own pages by what they show: the test before opening.

It touches the tile that says an option's name, whatever stands behind that tile, and reads the page before printing: a
page that shows one option and means another is found by the comparison (`ballot.test_deck`).
"""

from collections.abc import Sequence
from html.parser import HTMLParser

from testigo.ballot import DeckBallot, ScreenRow, numbered, options_in, preferences_in
from testigo.election import Contest, is_preference
from testigo.errors import InvalidInput
from testigo.screens import booth
from testigo.station.booth.voting import VotingBooth
from testigo.web.client import Client, SeenPage
from testigo.web.in_process import InProcess

ADDRESS = "http://booth.test"
"""Of the pages, which are on no network."""

_MOST_PAGES = 1000
_VOID_ELEMENTS = frozenset({"input", "br", "meta", "link", "img", "hr"})


class PageVoter:
    """The voter of every test ballot of one booth."""

    def __init__(self, deck_booth: VotingBooth) -> None:
        self._booth = deck_booth
        self._screen = Client(ADDRESS, transport=InProcess(booth.app(deck_booth)))

    def vote(self, ballot: DeckBallot) -> tuple[ScreenRow, ...]:
        """As `station.booth.voting.DeckScreen` has it."""
        screen = self._screen
        _expect(screen.get("/"), "language")
        page = screen.send("/language", language=ballot.language)
        for _ in range(_MOST_PAGES):
            if page.name not in ("contest", "candidates"):
                break
            page = self._mark(screen, page, ballot)
        rows = self._review(screen, page)
        _expect(screen.send("/print"), "printed")
        _expect(screen.send("/printed", right="yes"), "thanks")
        return rows

    def close(self) -> None:
        """Give the pages back."""
        self._screen.close()

    def _mark(self, screen: Client, page: SeenPage, ballot: DeckBallot) -> SeenPage:
        """Touch the tiles of one page of a contest, and go on."""
        contest = self._booth.definition.contest(page.facts["contest"])
        chosen = _on_page(page, ballot.ballot.choices.get(contest.id, ()))
        tiles = _Tiles(page.content.decode()).tiles
        touched = [value for value, name in tiles if value and name in self._names(contest, chosen, ballot.language)]
        # Of several tiles with one name, of parties apart, a voter touches that of the party.
        touched = [value for value in touched if value in chosen] or touched
        number, last = page.facts["pagenumber"], page.facts["pages"]
        # A list without anything sends no field, as a form does in which nothing is touched.
        marks = touched if chosen or page.name == "candidates" else [""]
        enough = ["yes"] if number == last else []
        return screen.send(page.path, page=number, go="next", option=marks, enough=enough)

    def _names(self, contest: Contest, chosen: Sequence[str], language: str) -> set[str]:
        words = self._booth.definition.words
        return {
            _one_line(numbered(contest, one) if is_preference(one) else words(contest.option(one).name, language))
            for one in chosen
        }

    def _review(self, screen: Client, page: SeenPage) -> tuple[ScreenRow, ...]:
        """What the pages before printing say."""
        _expect(page, "review")
        rows = _Review(page.content.decode()).rows
        for number in range(2, int(page.facts["pages"]) + 1):
            rows += _Review(screen.get(f"/review?page={number}").content.decode()).rows
        return tuple(rows)


def _on_page(page: SeenPage, chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the choices in a contest are made on this page: its options, or the candidates of a list."""
    return preferences_in(chosen) if page.name == "candidates" else options_in(chosen)


def _expect(page: SeenPage, name: str) -> None:
    if page.name != name or not page.ok:
        raise InvalidInput("page.not-expected", place=page.path, shown=page.name, expected=name, error=page.code or "–")


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Texts(HTMLParser):
    """Reads what stands inside elements with certain classes."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        if tag not in _VOID_ELEMENTS:
            self._open.append((tag, classes))
        self.opened(tag, classes, given)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.said(_one_line(data))

    def inside(self, name: str) -> bool:
        """Whether an element of that name or class is open."""
        return any(name == tag or name in classes for tag, classes in self._open)

    def opened(self, tag: str, classes: frozenset[str], given: dict[str, str]) -> None:
        """An element begins."""

    def said(self, text: str) -> None:
        """A text, in one line."""


class _Tiles(_Texts):
    """The tiles of a contest's page: what each sends, and the name on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tiles: list[tuple[str, str]] = []
        self.feed(html)

    def opened(self, tag: str, classes: frozenset[str], given: dict[str, str]) -> None:
        if tag == "input" and given.get("name") == "option":
            self.tiles.append((given.get("value", ""), ""))

    def said(self, text: str) -> None:
        if self.tiles and self.inside("tile") and self.inside("name"):
            value, name = self.tiles[-1]
            self.tiles[-1] = (value, f"{name} {text}".strip())


class _Review(_Texts):
    """The rows of a page before printing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[ScreenRow] = []
        self.feed(html)

    def opened(self, tag: str, classes: frozenset[str], given: dict[str, str]) -> None:
        if "row" in classes:
            self.rows.append(ScreenRow("", ()))
        if "choice" in classes and "few" not in classes:
            self.rows[-1] = ScreenRow(self.rows[-1].title, (*self.rows[-1].choices, ""))

    def said(self, text: str) -> None:
        if not self.inside("row"):
            return
        row = self.rows[-1]
        if self.inside("h2"):
            self.rows[-1] = ScreenRow(f"{row.title} {text}".strip(), row.choices)
        elif self.inside("choice") and not self.inside("few"):
            self.rows[-1] = ScreenRow(row.title, (*row.choices[:-1], f"{row.choices[-1]} {text}".strip()))
