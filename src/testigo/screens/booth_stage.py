"""Where a voter's session stands, and the page that belongs to it."""

from litestar.di import NamedDependency

from testigo.station.booth.session import SessionView
from testigo.station.booth.voting import VotingBooth
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.pages import Answer, redirect

TheBooth = NamedDependency[VotingBooth]


def contests_of(booth: VotingBooth, session: SessionView | None) -> tuple[str, ...]:
    """The contests of the session's ballot style, in order."""
    if session is None:
        return ()
    return booth.definition.style_of(booth.station_id, session.style).contests


def to_stage(request: Request, booth: VotingBooth, session: SessionView | None) -> Answer:
    """On to the page where the session stands; a voter who comes back after a restart goes on at the first open
    contest.
    """
    if session is None:
        return redirect("/")
    speak_as(request, session)
    contests = contests_of(booth, session)
    open_contests = [number for number, contest in enumerate(contests, 1) if contest not in session.choices]
    pages = {
        "language": "/language",
        "voting": f"/contest/{open_contests[0]}" if open_contests else "/review",
        "review": "/review",
        "printed": "/printed",
        "depositing": "/printed",
    }
    return redirect(pages[session.stage])


def speak_as(request: Request, session: SessionView) -> None:
    """After a restart the browser's session is new: take the language from the vote under way.

    Once the vote is printed its language is that of the paper, and the voter may have chosen another for the screen.
    """
    browser = browser_session.session(request)
    if session.stage != "language" and not (browser.language and session.stage in ("printed", "depositing")):
        browser.language = session.language
