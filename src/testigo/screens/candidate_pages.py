"""The pages of a chosen list's candidates, in a contest with preference votes: they follow the page of the lists.

Only candidates of the chosen list are shown; who goes back and chooses another list has no preferences any more. A list
may be left without any.
"""

from dataclasses import dataclass

from litestar import get, post
from litestar.params import FromPath

from testigo.ballot import numbered, options_in, preferences_in
from testigo.election import Contest, Option, candidate_of
from testigo.screens import paging
from testigo.screens.booth_stage import TheBooth, contests_of, speak_as, to_stage
from testigo.screens.contest_pages import Spot, may_mark, search_for, searched, typed
from testigo.screens.option_search import OptionSearch
from testigo.station.booth.session import SessionView
from testigo.station.booth.voting import VotingBooth
from testigo.web import browser_session
from testigo.web.application import change_appearance
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import own_screen
from testigo.web.pages import Answer, page, redirect


@dataclass(frozen=True)
class ListSpot(Spot[str]):
    """On the pages of the candidates of list `option`, of whom `most` may be chosen."""

    option: Option
    most: int

    @property
    def marks(self) -> tuple[str, ...]:
        """The candidates whom the voter has chosen so far."""
        return preferences_in(self.session.choices[self.contest.id])

    @property
    def last(self) -> bool:
        """Whether the voter has been at all contests of the ballot."""
        return set(self.contests) <= self.session.choices.keys()

    def candidate(self, mark: str) -> str:
        """A candidate's name alone."""
        return candidate_of(self.contest, mark)

    def name(self, mark: str) -> str:
        """How a candidate stands on paper: number on the list, and name."""
        return numbered(self.contest, mark)


@get("/contest/{number:int}/candidates", guards=[own_screen], sync_to_thread=False)
def show_candidates(request: Request, number: FromPath[int], booth: TheBooth) -> Answer:
    """The candidates of the chosen list, or one page of them; else the page of the lists."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    speak_as(request, session)
    spot = _spot_of(request, booth, session, number, request.query_params.get("page", "1"))
    return redirect(f"/contest/{number}") if spot is None else _show(request, spot, spot.marks, note="")


@post("/contest/{number:int}/candidates", guards=[own_screen], sync_to_thread=False)
def mark_candidates(request: Request, number: FromPath[int], form: FormSent, booth: TheBooth) -> Answer:
    """Keep the preferences of one page and go where the voter wants; too many, and nothing is kept."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    spot = _spot_of(request, booth, session, number, form.text("page", "1"))
    if spot is None:
        return redirect(f"/contest/{number}")
    kept = [name for name in spot.marks if name not in spot.shown]
    marks = tuple(dict.fromkeys([*kept, *form.texts("option")]))
    if len(marks) > spot.most:
        return _show(request, spot, marks, note="many", status_code=422)
    session = booth.choose(spot.contest.id, (spot.option.id, *marks))
    change_appearance(request, form)
    wish = form.text("go", "look")
    way = _after(spot, session, wish)
    if wish == "all" or not way.startswith(("/language", f"/contest/{number}/candidates")):
        search_for(request, _key(spot.contest, spot.option), "")
    return redirect(way)


@get("/contest/{number:int}/candidates/find", guards=[own_screen], sync_to_thread=False)
def find_candidates(request: Request, number: FromPath[int], booth: TheBooth) -> Answer:
    """What is searched for so far among the candidates, how many that finds, and the letters that may come next."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    speak_as(request, session)
    spot = _spot_of(request, booth, session, number, "1")
    if spot is None:
        return redirect(f"/contest/{number}")
    search = _search(spot.contest, spot.option)
    return page(
        request, "booth/find.html", contest=spot.contest, address=f"/contest/{number}/candidates", find=spot.find,
        heading=spot.definition.words(spot.option.name, session.language), total=len(spot.option.candidates),
        found=len(search.found(spot.find)), letters=search.letters(spot.find),
    )  # fmt: skip


@post("/contest/{number:int}/candidates/find", guards=[own_screen], sync_to_thread=False)
def search_candidates(request: Request, number: FromPath[int], form: FormSent, booth: TheBooth) -> Answer:
    """One more `letter`, or one fewer; then the list with only what was found, or with all candidates again."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    change_appearance(request, form)
    spot = _spot_of(request, booth, session, number, "1")
    if spot is None:
        return redirect(f"/contest/{number}")
    wish, find = typed(form)
    search_for(request, _key(spot.contest, spot.option), find)
    if wish == "language":
        return redirect(f"/language?back=/contest/{number}/candidates/find")
    to_list = wish == "all" or (wish == "show" and _search(spot.contest, spot.option).found(find))
    return redirect(f"/contest/{number}/candidates{'' if to_list else '/find'}")


def _spot_of(request: Request, booth: VotingBooth, session: SessionView, number: int, asked: str) -> ListSpot | None:
    """The voter's spot; None where no list is chosen, or no candidates can be. `asked`: the page's number as sent."""
    contests, size = contests_of(booth, session), browser_session.session(request).size
    contest = booth.definition.contest(contests[number - 1])
    chosen = session.choices.get(contest.id, ())
    options = [contest.option(option) for option in options_in(chosen)]
    if contest.preferences is None or not options or not options[0].candidates:
        return None
    (option,) = options
    find = searched(request, _key(contest, option))
    found = _search(contest, option).found(find)
    names = [name for name in option.preferences if name in found or name in chosen]
    pages = paging.in_pages(names, blank_tile=False, size=size)
    many = len(paging.in_pages(option.preferences, blank_tile=False, size=size)) > 1
    here, most = paging.page_number(asked, len(pages)), contest.preferences.most
    return ListSpot(
        booth.definition, session, contests, number, pages, here, find, len(found), many, booth.states, option, most
    )


def _show(request: Request, spot: ListSpot, marks: tuple[str, ...], *, note: str, status_code: int = 200) -> Answer:
    """The page of a spot with these marks. `note`: "" or `many`."""
    size = browser_session.session(request).size
    return page(
        request, "booth/candidates.html", status_code=status_code, spot=spot, contest=spot.contest,
        definition=spot.definition, marks=marks, note=note, columns=paging.columns(len(spot.pages[0]), size),
        elsewhere=[name for name in spot.option.preferences if name in marks and name not in spot.shown],
    )  # fmt: skip


def _after(spot: ListSpot, session: SessionView, wish: str) -> str:
    """Where the voter goes from a page of candidates. `wish`: as in `contest_pages.after_contest`."""
    list_, here, last_page = f"/contest/{spot.number}/candidates", spot.here, len(spot.pages)
    if wish == "back" and here == 1:
        return f"/contest/{spot.number}"
    if wish == "language":
        return f"/language?back={list_}%3Fpage={here}"
    if wish == "find":
        return f"{list_}/find"
    if wish == "next" and here == last_page:
        all_seen = set(spot.contests) <= session.choices.keys()
        return "/review" if all_seen else f"/contest/{spot.number + 1}"
    turned = {"back": here - 1, "next": here + 1}.get(wish, here)
    if wish.startswith("page-"):
        turned = paging.page_number(wish.removeprefix("page-"), last_page)
    return f"{list_}?page={turned}"


def _search(contest: Contest, option: Option) -> OptionSearch:
    names = {name: [numbered(contest, name)] for name in option.preferences}
    return OptionSearch(names)


def _key(contest: Contest, option: Option) -> str:
    """By which a search on this list is kept; no contest is called so."""
    return f"{contest.id}/{option.id}"
