"""The booth: one voter, one screen, from the card to "your vote is in the box".

The station's room keeps the vote (`station.booth`, with its journal); these pages only show its session and pass
on what the voter touches. Where a page is asked for that is not the session's stage (back button, restart after a
power cut), the answer is the page of the stage. Nothing of a voter stays: answers are `no-store`, and each voter gets
a new cookie.
"""

import re
from collections.abc import Sequence

from litestar import Litestar, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from testigo.ballot import numbered, too_many
from testigo.ballot.reasons import MISPRINT, VOTER_SPOIL_REASONS
from testigo.errors import NotAllowed, TestigoError
from testigo.screens import TEMPLATES, paging
from testigo.screens.booth_search import find_options, search_options
from testigo.screens.booth_stage import TheBooth, contests_of, speak_as, to_stage
from testigo.screens.candidate_pages import find_candidates, mark_candidates, search_candidates, show_candidates
from testigo.screens.contest_pages import after_contest, may_mark, search_for, show_spot, spot_of
from testigo.screens.orders import answer_order
from testigo.screens.training_mark import training_mark
from testigo.station.booth.session import SessionView
from testigo.station.booth.voting import VotingBooth
from testigo.station.machine.screen_seen import LARGEST, ScreenSeen
from testigo.web import browser_session
from testigo.web.application import application, change_appearance
from testigo.web.browser_session import Request
from testigo.web.error_pages import heading_and_advice, status_of
from testigo.web.forms import FormSent, whole_number
from testigo.web.guards import Connection, machine, own_screen
from testigo.web.pages import Answer, page, redirect
from testigo.web.sample import SampleMark
from testigo.web.sessions import BrowserSessions
from testigo.web.source import THIS_MACHINE

_DAY = 24 * 3600.0
_THANKS_SECONDS = 12
_BACK = re.compile(
    r"/(?:(?:contest/[0-9]{1,4}|review)(?:\?page=[0-9]{1,4})?|contest/[0-9]{1,4}/(?:candidates/)?find|contest/[0-9]{1,4}/candidates(?:\?page=[0-9]{1,4})?|printed|spoil)"
)
"""Pages to come back to from the choice of a language."""


def app(
    booth: VotingBooth,
    *,
    screen_hosts: Sequence[str] = THIS_MACHINE,
    sample: SampleMark | None = None,
    more: Sequence[HTTPRouteHandler] = (),
) -> Litestar:
    """The booth's application. `screen_hosts`: addresses from which the voter's pages may be called; `sample`: marks
    every page as a sample; `more`: routes beside the booth's own.
    """
    name = f"testigo-booth-{booth.station_id}"
    routes = [
        welcome, note_screen, insert_card, choose_language, set_language, show_contest, mark_contest, find_options,
        search_options, show_candidates, mark_candidates, find_candidates, search_candidates, review,
        print_vote, is_it_right, answer_right, why_spoiled, spoil, thanks, obey,
    ]  # fmt: skip
    title = booth.definition.title
    return application(
        "booth",
        [*routes, *more],
        BrowserSessions(name, idle=_DAY, longest=_DAY),
        title=title,
        languages=booth.definition.languages,
        fonts=booth.definition.fonts,
        for_voters=True,
        templates=TEMPLATES,
        sample=sample or training_mark(booth.definition),
        after_stale_form=lambda: redirect("/") if booth.vote_recorded else None,
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
        self._started = True

    def recovery_untold(self) -> bool:
        """True once, where the machine was started after a vote was put into the box and before the next card: its
        voter may not have read yet that it is.
        """
        started, self._started = self._started, False
        return started and self._booth.vote_recorded

    def admit(self, connection: Connection) -> None:
        """Return if the connection is the booth's own screen; raises `NotAllowed`."""
        host = connection.client.host if connection.client else ""
        if host not in self._hosts:
            raise NotAllowed("screen.not-the-booths")
        self._started = self._started and self._booth.current() is None  # who votes since is told by the page of thanks
        found = browser_session.session_or_none(connection)
        if self._bound not in ("", found.key if found else "") and self._booth.current() is not None:
            raise NotAllowed("screen.of-another-vote")  # and nothing is kept of whoever is refused
        self._bound = browser_session.keep(connection).key

    def next_voter(self, connection: Connection) -> None:
        """A new cookie in the usual language, size and contrast: nothing of the last voter stays on the screen."""
        self._bound = browser_session.start_again(connection).key


TheScreen = NamedDependency[Screen]


@get("/", guards=[own_screen], sync_to_thread=False)
def welcome(request: Request, booth: TheBooth, screen: TheScreen) -> Answer:
    """Insert the card; or on to where the session stands."""
    session = booth.current()
    if session is not None:
        return to_stage(request, booth, session)
    if screen.recovery_untold():
        return _say_thanks(request, screen, "recovered")
    return page(
        request, "booth/welcome.html", state=booth.state, offered=request.app.state.languages, seen=booth.screen_seen,
        recorded=booth.vote_recorded,
    )  # fmt: skip


@post("/screen", guards=[own_screen], sync_to_thread=False)
def note_screen(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """What the browser tells of its screen, once and whenever it changes, before opening."""
    width, height = (_pixels(form.text(side)) for side in ("width", "height"))
    booth.screen_seen = ScreenSeen(width, height, form.text("fonts") == "yes")
    return redirect("/")


@post("/card", guards=[own_screen], sync_to_thread=False)
def insert_card(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """Begin a session with the card's code. Nobody has chosen a language yet, so a card that is not taken is explained
    in all of them, and the page takes the next card.
    """
    code = form.text("code")
    try:
        booth.accept_card(code)
    except TestigoError as error:
        if not error.code.startswith("card."):
            raise
        return _wrong_card(request, booth, error)
    return redirect("/language")


@get("/language", guards=[own_screen], sync_to_thread=False)
def choose_language(request: Request, booth: TheBooth) -> Answer:
    """Language, text size and contrast; at any time. Query `back`: the page to come back to."""
    session = booth.current()
    if session is None:
        return redirect("/")
    back = request.query_params.get("back", "")
    return page(
        request, "booth/language.html", offered=request.app.state.languages, back=back if _BACK.fullmatch(back) else ""
    )


@post("/language", guards=[own_screen], sync_to_thread=False)
def set_language(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """Take over language and look; on to the first contest, or back to where the voter was. A printed vote stays in its
    language: then only the screen's changes.
    """
    change_appearance(request, form)
    session, back = booth.current(), form.text("back", "")
    if session is None or session.stage not in ("printed", "depositing"):
        first = session is None or session.stage == "language"
        session = booth.choose_language(form.text("language"))
        browser_session.session(request).language = session.language
        back = "" if first else back
    return redirect(back) if _BACK.fullmatch(back) else to_stage(request, booth, session)


@get("/contest/{number:int}", guards=[own_screen], sync_to_thread=False)
def show_contest(request: Request, number: FromPath[int], booth: TheBooth) -> Answer:
    """One contest, or one page of it."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    speak_as(request, session)
    spot = spot_of(request, booth, session, number, request.query_params.get("page", "1"))
    return show_spot(request, spot, spot.marks, note="few" if "few" in request.query_params else "")


@post("/contest/{number:int}", guards=[own_screen], sync_to_thread=False)
def mark_contest(request: Request, number: FromPath[int], form: FormSent, booth: TheBooth) -> Answer:
    """Keep the marks of one page and go where the voter wants; too many, and nothing is kept, as the page says
    kindly.
    """
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    spot = spot_of(request, booth, session, number, form.text("page", "1"))
    marks = paging.merge(spot.contest, spot.shown, spot.marks, form.texts("option"))
    if too_many(spot.contest, marks):
        return show_spot(request, spot, marks, note="many", status_code=422)
    if marks != spot.marks or form.text("go", "") in ("next", "review"):
        session = booth.choose(spot.contest.id, marks)
    change_appearance(request, form)
    wish = form.text("go", "look")
    way = after_contest(spot, session, wish, enough="enough" in form)
    if wish == "all" or not way.startswith(("/language", f"/contest/{number}?", f"/contest/{number}/")):
        search_for(request, spot.contest.id, "")
    return redirect(way)


@get("/review", guards=[own_screen], sync_to_thread=False)
def review(request: Request, booth: TheBooth) -> Answer:
    """All choices before printing, each with a way back to change it."""
    session = booth.current()
    if session is None or session.stage not in ("voting", "review"):
        return to_stage(request, booth, session)
    if session.stage != "review":
        session = booth.review()
    speak_as(request, session)
    contests = [booth.definition.contest(contest) for contest in contests_of(booth, session)]
    pages = paging.of_review(
        [max(len(session.choices[contest.id]), 1) for contest in contests], browser_session.session(request).size
    )
    here = paging.page_number(request.query_params.get("page", "1"), len(pages))
    return page(
        request, "booth/review.html", definition=booth.definition, vote=session, contests=contests, numbered=numbered,
        rows=pages[here - 1], number=here, pages=len(pages), states=booth.states,
        without_effect=_without_effect(booth, session),
    )  # fmt: skip


@post("/print", guards=[own_screen], sync_to_thread=False)
def print_vote(request: Request, booth: TheBooth) -> Answer:
    """Print the paper vote."""
    session = booth.current()
    if session is None or session.stage != "review":
        return to_stage(request, booth, session)
    booth.print()
    return redirect("/printed")


@get("/printed", guards=[own_screen], sync_to_thread=False)
def is_it_right(request: Request, booth: TheBooth) -> Answer:
    """ "Is your printed vote right?" The paper is the vote, so the screen does not repeat it: the voter reads the
    paper.
    """
    session = booth.current()
    if session is None or session.stage not in ("printed", "depositing"):
        return to_stage(request, booth, session)
    speak_as(request, session)
    return page(request, "booth/printed.html", vote=session)


@post("/printed", guards=[own_screen], sync_to_thread=False)
def answer_right(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """Right: the vote is deposited. Not right: say why."""
    session = booth.current()
    if session is None and booth.vote_recorded:  # touched twice, or the answer to the first touch was lost
        return redirect("/thanks")
    if session is None or session.stage not in ("printed", "depositing"):
        return to_stage(request, booth, session)
    if form.text("right") == "yes":
        booth.confirm()
        return redirect("/thanks")
    return redirect("/spoil")


@get("/spoil", guards=[own_screen], sync_to_thread=False)
def why_spoiled(request: Request, booth: TheBooth) -> Answer:
    """Why the printed vote is not right; at the limit only what still can be: a misprint."""
    session = booth.current()
    if session is None or session.stage != "printed":
        return to_stage(request, booth, session)
    speak_as(request, session)
    return page(
        request, "booth/spoil.html", vote=session, reasons=VOTER_SPOIL_REASONS if session.spoils_left else (MISPRINT,)
    )


@post("/spoil", guards=[own_screen], sync_to_thread=False)
def spoil(request: Request, form: FormSent, booth: TheBooth) -> Answer:
    """The printed vote is void; choices are kept, to be changed and printed again."""
    session = booth.current()
    if session is None or session.stage != "printed":
        return to_stage(request, booth, session)
    booth.spoil(form.text("reason"))
    return redirect("/review")


@get("/thanks", guards=[own_screen], sync_to_thread=False)
def thanks(request: Request, booth: TheBooth, screen: TheScreen) -> Answer:
    """The vote is in the box. After some seconds the screen is ready for the next voter."""
    session = booth.current()
    if session is not None or not booth.vote_recorded:
        return to_stage(request, booth, session)
    return _say_thanks(request, screen, "thanks")


@post("/orders", guards=[machine], status_code=200)
async def obey(request: Request, booth: TheBooth) -> Answer:
    """The chair's signed order; answers this machine's signed report."""
    return answer_order(booth.order, await request.body())


def _without_effect(booth: VotingBooth, session: SessionView) -> list[dict[str, str]]:
    """The names of the chosen options whose votes have no effect."""
    return [
        booth.definition.contest(one.contest).option(one.option).name
        for one in booth.states
        if one.votes == "void" and one.option in session.choices.get(one.contest, ())
    ]


def _say_thanks(request: Request, screen: Screen, how: str) -> Answer:
    answer = page(request, "booth/thanks.html", how=how)
    answer.headers["refresh"] = f"{_THANKS_SECONDS}; url=/"
    screen.next_voter(request)
    return answer


def _pixels(text: str) -> int:
    return min(whole_number(text, 0), LARGEST)


def _wrong_card(request: Request, booth: VotingBooth, error: TestigoError) -> Answer:
    kind, offered = type(error).__name__, request.app.state.languages
    said = [(code, *heading_and_advice(error, kind, "booth", code)) for code in offered]
    spoken = [(code, heading, error.sentence(code), advice) for code, heading, advice in said]
    return page(
        request, "booth/wrong_card.html", status_code=status_of(error), error=error, kind=kind, spoken=spoken,
        offered=offered,
    )  # fmt: skip
