"""The pages of one contest: which options are on which, what is marked there, and where the voter goes from them."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from testigo.ballot import options_in
from testigo.election import Contest, Definition, Option, OptionState
from testigo.screens import paging
from testigo.screens.booth_stage import contests_of
from testigo.screens.option_search import LONGEST, OptionSearch
from testigo.station.booth.session import SessionView
from testigo.station.booth.voting import VotingBooth
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.pages import Answer, page

_FIND = "find"

Shown = TypeVar("Shown")
"""What has a tile: an option, or the mark of a candidate."""


@dataclass(frozen=True)
class Spot(Generic[Shown]):
    """Where in the ballot the voter is: page `here` (from 1) of `pages` of contest `number` (from 1).

    `find`: what the voter searches for, "" for nothing: then `pages` have only what is `found` (how many), and whatever
    is marked. `many`: whether there is more than one page without a search. `states`: who withdrew or died.
    """

    definition: Definition
    session: SessionView
    contests: tuple[str, ...]
    number: int
    pages: list[tuple[Shown, ...]]
    here: int
    find: str
    found: int
    many: bool
    states: tuple[OptionState, ...]

    @property
    def contest(self) -> Contest:
        """The contest."""
        return self.definition.contest(self.contests[self.number - 1])

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What is on this page."""
        return self.pages[self.here - 1]


class ContestSpot(Spot[Option]):
    """On the pages of a contest's options."""

    @property
    def marks(self) -> tuple[str, ...]:
        """What the voter has chosen so far in this contest."""
        return self.session.choices.get(self.contest.id, ())


def may_mark(booth: VotingBooth, session: SessionView, number: int) -> bool:
    """Whether there is such a contest, and the voter may still choose in it."""
    return session.stage in ("voting", "review") and 1 <= number <= len(contests_of(booth, session))


def spot_of(request: Request, booth: VotingBooth, session: SessionView, number: int, asked: str) -> ContestSpot:
    """The voter's spot. `asked`: the page's number as the browser sent it."""
    contests, size = contests_of(booth, session), browser_session.session(request).size
    contest = booth.definition.contest(contests[number - 1])
    find = searched(request, contest.id)
    found = search_of(booth, session, contest).found(find)
    marks = session.choices.get(contest.id, ())
    options = [option for option in contest.options if option.id in found or option.id in marks]
    blank_tile = contest.choose == 1
    pages = paging.in_pages(options, blank_tile=blank_tile, size=size)
    many = len(paging.in_pages(contest.options, blank_tile=blank_tile, size=size)) > 1
    here = paging.page_number(asked, len(pages))
    return ContestSpot(booth.definition, session, contests, number, pages, here, find, len(found), many, booth.states)


def show_spot(
    request: Request, spot: ContestSpot, marks: tuple[str, ...], *, note: str, status_code: int = 200
) -> Answer:
    """The page of a spot with these marks. `note`: "", `few` or `many`."""
    contest, size = spot.contest, browser_session.session(request).size
    others_seen = all(name in spot.session.choices or name == contest.id for name in spot.contests)
    return page(
        request, "booth/contest.html", status_code=status_code, spot=spot, contest=contest, definition=spot.definition,
        marks=options_in(marks), seen=contest.id in spot.session.choices, note=note, last=others_seen,
        columns=paging.columns(len(spot.pages[0]) + (contest.choose == 1), size),
        elsewhere=[option for option in contest.options if option.id in marks and option not in spot.shown],
    )  # fmt: skip


def after_contest(spot: ContestSpot, session: SessionView, wish: str, *, enough: bool) -> str:
    """Where the voter goes from a page of a contest. `wish`: next, back, review, language, find, look (only the text
    size), all (search no more), page-N.
    """
    address, last_page = f"/contest/{spot.number}?page=", len(spot.pages)
    if wish == "back" and spot.here == 1:
        return f"/contest/{spot.number - 1}" if spot.number > 1 else "/language"
    if wish == "back":
        return f"{address}{spot.here - 1}"
    if wish == "language":
        return f"/language?back=/contest/{spot.number}%3Fpage={spot.here}"
    if wish == "find":
        return f"/contest/{spot.number}/find"
    if wish.startswith("page-"):
        return f"{address}{paging.page_number(wish.removeprefix('page-'), last_page)}"
    if wish not in ("next", "review"):
        return f"{address}{spot.here}"
    if wish == "next" and spot.here < last_page and not enough:
        return f"{address}{spot.here + 1}"
    if session.unused[spot.contest.id] and not enough:
        return f"{address}{spot.here}&few=yes"
    if wish == "next" and spot.contest.preferences is not None and _has_candidates(spot.contest, session):
        return f"/contest/{spot.number}/candidates"
    all_seen = set(spot.contests) <= session.choices.keys()
    return "/review" if all_seen or wish == "review" else f"/contest/{spot.number + 1}"


def _has_candidates(contest: Contest, session: SessionView) -> bool:
    """Whether a list with candidates is chosen."""
    return any(contest.option(option).candidates for option in options_in(session.choices[contest.id]))


def search_of(booth: VotingBooth, session: SessionView, contest: Contest) -> OptionSearch:
    """The search among a contest's options, as the voter's language names them."""
    return OptionSearch.of_options(booth.definition, contest.options, session.language)


def searched(request: Request, contest_id: str) -> str:
    """What the voter searches for in a contest. It is in this browser session only: never in an address, never kept."""
    texts: dict[str, str] = browser_session.session(request).data.get(_FIND, {})
    return texts.get(contest_id, "")


def search_for(request: Request, contest_id: str, text: str) -> None:
    """Search for that in a contest, and in no other; "" shows all options again."""
    browser_session.session(request).data[_FIND] = {contest_id: text[:LONGEST]} if text else {}


def typed(form: FormSent) -> tuple[str, str]:
    """What the voter wishes on a page of search (another `language`, too), and the text searched for from now on: one
    more `letter`, one fewer (`erase`), or none (`all`).
    """
    wish, find = form.text("go", "letter"), form.text("find", "") + form.text("letter", "")
    return wish, {"all": "", "erase": find[:-1]}.get(wish, find)
