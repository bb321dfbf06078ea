"""A preview of the booth: its real pages with nothing behind them, for whoever writes an election.

The first page says what it is and has a card of each ballot style. Every page bears the mark of a sample and a button
that leads back there; the printed vote is shown as a picture.
"""

from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from testigo.election import Definition, distinct_ballots
from testigo.screens import booth as booth_pages
from testigo.screens.booth import TheScreen
from testigo.station.booth.preview import PreviewBooth
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import anyone, own_screen
from testigo.web.pages import Answer, page, redirect
from testigo.web.sample import SampleMark
from testigo.words import languages, officers_language, say

FIRST_PAGE = "/preview"
_PAPER = "/preview/paper"
_MOST_SHOWN = 100
"""Ballot styles on the first page; any other is reached by its station."""

TheBooth = NamedDependency[PreviewBooth]


def app(definition: Definition, station_id: str = "") -> Litestar:
    """The preview of an election, or of one station of it; raises `InvalidInput` where there is no such station."""
    first = definition.station(station_id) if station_id else definition.stations[0]
    booth = PreviewBooth(definition, first.id, definition.styles_of_station(first.id)[0].id)
    routes = [first_page, begin, paper]
    return booth_pages.app(booth, sample=_PreviewMark.of_booth(booth, station_id), more=routes)


class _PreviewMark(SampleMark):
    """The mark of a sample, and what a preview has besides. `only`: the one station to show, "" for all."""

    first_page = FIRST_PAGE
    paper = _PAPER
    only = ""
    _booth: PreviewBooth

    @classmethod
    def of_booth(cls, booth: PreviewBooth, only: str) -> "_PreviewMark":
        mark = cls.of(booth.definition.languages)
        mark.only, mark._booth = only, booth
        return mark

    @property
    def card(self) -> str:
        """The code of the card that the booth takes."""
        return self._booth.card.printed

    def say(self, key: str, language: str) -> str:
        """A sentence of the preview on a page in that language; officers read it."""
        return say(
            language if language in languages() else officers_language(self._booth.definition.languages),
            f"preview.{key}",
        )


@get(FIRST_PAGE, guards=[anyone], sync_to_thread=False)
def first_page(request: Request, booth: TheBooth) -> Answer:
    """What this is, and a card of each ballot style. Query `station`: of that station alone."""
    mark: _PreviewMark = request.app.state.sample
    station = mark.only or request.query_params.get("station", "").strip()
    return _first_page(request, booth.definition, station)


@post(FIRST_PAGE, guards=[anyone], sync_to_thread=False)
def begin(request: Request, form: FormSent, booth: TheBooth, screen: TheScreen) -> Answer:
    """Take a card of a station and ballot style to the booth; who was in it leaves without a vote."""
    booth.put_card(form.text("station"), form.text("style"))
    screen.next_voter(request)
    return redirect("/")


@get(_PAPER, guards=[own_screen], sync_to_thread=False)
def paper(booth: TheBooth) -> Response[bytes]:
    """The picture of the printed sample."""
    if not booth.paper:
        raise NotFoundException
    return Response(booth.paper, media_type="image/png")


def _first_page(request: Request, definition: Definition, station: str) -> Answer:
    rows = distinct_ballots(definition, [station] if station else ())
    return page(
        request, "preview/first.html", language=officers_language(definition.languages), definition=definition,
        rows=rows[:_MOST_SHOWN], more=len(rows[_MOST_SHOWN:]), station=station,
        only=request.app.state.sample.only, several=len(definition.stations) > 1,
    )  # fmt: skip
