"""The booth: one voter, one screen, from the card to "your vote is in the box".

The station's room keeps the vote (`station.booth.Booth`, with its journal); these pages only show its session and pass
on what the voter touches. Where a page is asked for that is not the session's stage (back button, restart after a
power cut), the answer is the page of the stage. Nothing of a voter stays: answers are `no-store`, and each voter gets
a new cookie.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testigo.ballot.reasons import VOTER_SPOIL_REASONS
from testigo.election import Contest, Definition, Option
from testigo.errors import NotAllowed
from testigo.screens import TEMPLATES, paging
from testigo.screens.orders import answer_order
from testigo.station.session import SessionView
from testigo.station.voting import VotingBooth
from testigo.web import browser_session
from testigo.web.application import Answer, application, change_appearance, page, redirect
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import Connection, machine, own_screen
from testigo.web.sessions import BrowserSessions

TheBooth = NamedDependency[VotingBooth]
THIS_MACHINE = ("127.0.0.1", "::1")
_DAY = 24 * 3600.0
_THANKS_SECONDS = 12


def app(booth: VotingBooth, *, screen_hosts: Sequence[str] = THIS_MACHINE) -> Litestar:
    """The booth's application. `screen_hosts`: addresses from which the voter's pages may be called."""
    name = f"testigo-booth-{booth.station_id}"
    routes = [
        welcome, insert_card, choose_language, set_language, show_contest, mark_contest, review, print_vote,
        is_it_right, answer_right, why_spoiled, spoil, thanks, obey,
    ]  # fmt: skip
    title = booth.definition.title
    return application(
        "booth",
        routes,
        BrowserSessions(name, idle=_DAY, longest=_DAY),
        title=title,
        languages=booth.definition.languages,
        fonts=booth.definition.fonts,
        for_voters=True,
        templates=TEMPLATES,
        booth=booth,
        screen=Screen(booth, screen_hosts),
    )


class Screen:
    """The one browser that is this booth's touchscreen: on this machine, and bound by its session's cookie.

    The first to come after a start is bound. Another takes its place only while nobody votes (a browser that was
    restarted); during a voter's session every other browser is refused, so nobody looks in from the side.
    """

    def __init__(self, booth: VotingBooth, hosts: Sequence[str]) -> None:
        self._booth = booth
        self._hosts = frozenset(hosts)
        self._bound = ""
        self._recovered = booth.recovered

    def recovery_untold(self) -> bool:
        """True once, where this start finished the deposit of a voter who has not read yet that the vote is in the
        box.
        """
        untold, self._recovered = self._recovered, False
        return untold

    def admit(self, connection: Connection) -> None:
        """Return if the connection is the booth's own screen; raises `NotAllowed`."""
        host = connection.client.host if connection.client else ""
        if host not in self._hosts:
            raise NotAllowed("screen.not-the-booths")
        session = browser_session.session(connection)
        if self._bound not in ("", session.key) and self._booth.current() is not None:
            raise NotAllowed("screen.of-another-vote")
        self._bound = session.key

    def next_voter(self, connection: Connection) -> None:
        """A new cookie in the usual language, size and contrast: nothing of the last voter stays on the screen."""
        self._bound = browser_session.start_again(connection).key


TheScreen = NamedDependency[Screen]


@get("/", guards=[own_screen], sync_to_thread=False)
def welcome(request: Request, booth: TheBooth, screen: TheScreen) -> Answer:
    """Insert the card; or on to where the session stands."""
    session = booth.current()
    if session is not None:
        return _to_stage(request, booth, session)
    if screen.recovery_untold():
        return _say_thanks(request, screen, "recovered")
    return page(request, "booth/welcome.html", state=booth.state, offered=request.app.state.languages)


@post("/card", guards=[own_screen], sync_to_thread=False)
def insert_card(form: FormSent, booth: TheBooth) -> Answer:
    """Begin a session with the card's code."""
    booth.accept_card(form.text("code"))
    return redirect("/language")


@get("/language", guards=[own_screen], sync_to_thread=False)
def choose_language(request: Request, booth: TheBooth) -> Answer:
    """Language, text size and contrast."""
    session = booth.current()
    if session is None or session.stage in ("printed", "depositing"):
        return _to_stage(request, booth, session)
    return page(request, "booth/language.html", offered=request.app.state.languages)


@post("/language", guards=[own_screen], sync_to_thread=False)
def set_language(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """Take over language and look; on to the first contest, or back to the review."""
    change_appearance(request, form)
    session = booth.choose_language(form.text("language"))
    browser_session.session(request).language = session.language
    return _to_stage(request, booth, session)


@get("/contest/{number:int}", guards=[own_screen], sync_to_thread=False)
def show_contest(request: Request, number: FromPath[int], booth: TheBooth) -> Answer:
    """One contest, or one page of it."""
    session = booth.current()
    if session is None or not _may_mark(booth, session, number):
        return _to_stage(request, booth, session)
    _speak_as(request, session)
    spot = _spot(request, booth, session, number, request.query_params.get("page", "1"))
    return _contest_page(request, spot, spot.marks, note="few" if "few" in request.query_params else "")


@post("/contest/{number:int}", guards=[own_screen], sync_to_thread=False)
def mark_contest(request: Request, number: FromPath[int], form: FormSent, booth: TheBooth) -> Answer:
    """Keep the marks of one page and go where the voter wants; too many, and nothing is kept, as the page says
    kindly.
    """
    session = booth.current()
    if session is None or not _may_mark(booth, session, number):
        return _to_stage(request, booth, session)
    spot = _spot(request, booth, session, number, form.text("page", "1"))
    marks = paging.merge(spot.contest, spot.shown, spot.marks, form.texts("option"))
    if len(marks) > spot.contest.choose:
        return _contest_page(request, spot, marks, note="many", status_code=422)
    if marks != spot.marks or form.text("go", "") in ("next", "review"):
        session = booth.choose(spot.contest.id, marks)
    change_appearance(request, form)
    return redirect(_after_contest(spot, session, form.text("go", "look"), enough="enough" in form))


@get("/review", guards=[own_screen], sync_to_thread=False)
def review(request: Request, booth: TheBooth) -> Answer:
    """All choices before printing, each with a way back to change it."""
    session = booth.current()
    if session is None or session.stage not in ("voting", "review"):
        return _to_stage(request, booth, session)
    if session.stage != "review":
        session = booth.review()
    _speak_as(request, session)
    contests = [booth.definition.contest(contest) for contest in _contests(booth, session)]
    pages = paging.of_review(
        [max(len(session.choices[contest.id]), 1) for contest in contests], browser_session.session(request).size
    )
    here = _page_number(request.query_params.get("page", "1"), len(pages))
    return page(
        request, "booth/review.html", definition=booth.definition, vote=session, contests=contests,
        rows=pages[here - 1], number=here, pages=len(pages),
    )  # fmt: skip


@post("/print", guards=[own_screen], sync_to_thread=False)
def print_vote(request: Request, booth: TheBooth) -> Answer:
    """Print the paper vote."""
    session = booth.current()
    if session is None or session.stage != "review":
        return _to_stage(request, booth, session)
    booth.print()
    return redirect("/printed")


@get("/printed", guards=[own_screen], sync_to_thread=False)
def is_it_right(request: Request, booth: TheBooth) -> Answer:
    """ "Is your printed vote right?" The paper is the vote, so the screen does not repeat it: the voter reads the
    paper.
    """
    session = booth.current()
    if session is None or session.stage not in ("printed", "depositing"):
        return _to_stage(request, booth, session)
    _speak_as(request, session)
    return page(request, "booth/printed.html", vote=session)


@post("/printed", guards=[own_screen], sync_to_thread=False)
def answer_right(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """Right: the vote is deposited. Not right: say why."""
    session = booth.current()
    if session is None or session.stage not in ("printed", "depositing"):
        return _to_stage(request, booth, session)
    if form.text("right") == "yes":
        booth.confirm()
        return redirect("/thanks")
    return redirect("/spoil")


@get("/spoil", guards=[own_screen], sync_to_thread=False)
def why_spoiled(request: Request, booth: TheBooth) -> Answer:
    """Why the printed vote is not right."""
    session = booth.current()
    if session is None or session.stage != "printed":
        return _to_stage(request, booth, session)
    _speak_as(request, session)
    return page(request, "booth/spoil.html", vote=session, reasons=VOTER_SPOIL_REASONS)


@post("/spoil", guards=[own_screen], sync_to_thread=False)
def spoil(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """The printed vote is void; choices are kept, to be changed and printed again."""
    session = booth.current()
    if session is None or session.stage != "printed":
        return _to_stage(request, booth, session)
    booth.spoil(form.text("reason"))
    return redirect("/review")


@get("/thanks", guards=[own_screen], sync_to_thread=False)
def thanks(request: Request, booth: TheBooth, screen: TheScreen) -> Answer:
    """The vote is in the box. After some seconds the screen is ready for the next voter."""
    session = booth.current()
    if session is not None:
        return _to_stage(request, booth, session)
    return _say_thanks(request, screen, "thanks")


@post("/orders", guards=[machine], status_code=200)
async def obey(request: Request, booth: TheBooth) -> Answer:
    """The chair's signed order; answers this machine's signed report."""
    return answer_order(booth.order, await request.body())


def _say_thanks(request: Request, screen: Screen, how: str) -> Answer:
    answer = page(request, "booth/thanks.html", how=how)
    answer.headers["refresh"] = f"{_THANKS_SECONDS}; url=/"
    screen.next_voter(request)
    return answer


def _to_stage(request: Request, booth: VotingBooth, session: SessionView | None) -> Answer:
    """On to the page where the session stands; a voter who comes back after a restart goes on at the first open
    contest.
    """
    if session is None:
        return redirect("/")
    _speak_as(request, session)
    contests = _contests(booth, session)
    open_contests = [number for number, contest in enumerate(contests, 1) if contest not in session.choices]
    pages = {
        "language": "/language",
        "voting": f"/contest/{open_contests[0]}" if open_contests else "/review",
        "review": "/review",
        "printed": "/printed",
        "depositing": "/printed",
    }
    return redirect(pages[session.stage])


@dataclass(frozen=True)
class _Spot:
    """Where in the ballot the voter is: page `here` (from 1) of `pages` of contest `number` (from 1)."""

    definition: Definition
    session: SessionView
    contests: tuple[str, ...]
    number: int
    pages: list[tuple[Option, ...]]
    here: int

    @property
    def contest(self) -> Contest:
        return self.definition.contest(self.contests[self.number - 1])

    @property
    def shown(self) -> tuple[Option, ...]:
        """The options on this page."""
        return self.pages[self.here - 1]

    @property
    def marks(self) -> tuple[str, ...]:
        """What the voter has chosen so far in this contest."""
        return self.session.choices.get(self.contest.id, ())


def _may_mark(booth: VotingBooth, session: SessionView, number: int) -> bool:
    return session.stage in ("voting", "review") and 1 <= number <= len(_contests(booth, session))


def _spot(request: Request, booth: VotingBooth, session: SessionView, number: int, asked: str) -> _Spot:
    contests = _contests(booth, session)
    pages = paging.of_contest(booth.definition.contest(contests[number - 1]), browser_session.session(request).size)
    return _Spot(booth.definition, session, contests, number, pages, _page_number(asked, len(pages)))


def _page_number(asked: str, pages: int) -> int:
    return min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 5 else 1


def _contest_page(
    request: Request, spot: _Spot, marks: tuple[str, ...], *, note: str, status_code: int = 200
) -> Answer:
    contest = spot.contest
    others_seen = all(name in spot.session.choices or name == contest.id for name in spot.contests)
    return page(
        request, "booth/contest.html", status_code=status_code, spot=spot, contest=contest, definition=spot.definition,
        marks=marks, seen=contest.id in spot.session.choices, note=note, last=others_seen,
        columns=paging.columns(contest, browser_session.session(request).size),
        elsewhere=[option for option in contest.options if option.id in marks and option not in spot.shown],
    )  # fmt: skip


def _after_contest(spot: _Spot, session: SessionView, wish: str, *, enough: bool) -> str:
    """Where the voter goes from a page of a contest. `wish`: next, back, review, look (only the text size), page-N."""
    address, last_page = f"/contest/{spot.number}?page=", len(spot.pages)
    if wish == "back" and spot.here == 1:
        return f"/contest/{spot.number - 1}" if spot.number > 1 else "/language"
    if wish == "back":
        return f"{address}{spot.here - 1}"
    if wish.startswith("page-"):
        return f"{address}{_page_number(wish.removeprefix('page-'), last_page)}"
    if wish not in ("next", "review"):
        return f"{address}{spot.here}"
    if wish == "next" and spot.here < last_page and not enough:
        return f"{address}{spot.here + 1}"
    if session.unused[spot.contest.id] and not enough:
        return f"{address}{spot.here}&few=yes"
    all_seen = set(spot.contests) <= session.choices.keys()
    return "/review" if all_seen or wish == "review" else f"/contest/{spot.number + 1}"


def _contests(booth: VotingBooth, session: SessionView | None) -> tuple[str, ...]:
    """The contests of the session's ballot style, in order."""
    if session is None:
        return ()
    return booth.definition.style_of(booth.station_id, session.style).contests


def _speak_as(request: Request, session: SessionView) -> None:
    """After a restart the browser's session is new: take the language from the vote under way."""
    if session.stage != "language":
        browser_session.session(request).language = session.language
