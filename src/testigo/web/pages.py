"""How a page is made: a template, in the visitor's language, with what every page shows."""

from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from litestar import Response
from litestar.response import Redirect

from testigo.errors import TestigoError
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.sessions import CONTRASTS, SIZES
from testigo.words import (
    Message,
    clock,
    colon,
    comma,
    day,
    direction,
    instant,
    language_name,
    number,
    or_itself,
    say,
    words,
    zone,
)

Page = Response[str]
Answer = Response[Any]


def page(request: Request, template: str, *, status_code: int = 200, language: str = "", **facts: Any) -> Page:
    """A template as an answer. The template sees the session, `t` (words of its language) and `facts`. `language`: of
    this page, where it is not the visitor's.
    """
    session = browser_session.session(request)
    language = language or language_of(request)
    text = (
        _templates(request.app.state.templates)
        .get_template(template)
        .render(
            session=session,
            t=words(language),
            language=language,
            languages=request.app.state.languages,
            own_fonts=request.app.state.own_fonts,
            sample=request.app.state.sample,
            sizes=SIZES,
            contrasts=CONTRASTS,
            role=request.app.state.role,
            title=request.app.state.title,
            back_to=_own_address(request),
            **facts,
        )
    )
    return Response(text, media_type="text/html", status_code=status_code)


def _own_address(request: Request) -> str:
    """Path and query. `request.url` would read the Host header too, and fail where that is no host."""
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def redirect(path: str) -> Answer:
    """Send the browser on after a form, so that reloading never sends the form twice."""
    return Redirect(path, status_code=303)


def language_of(request: Request) -> str:
    """The language this visitor chose, else the election's first: not the browser's, which on an office machine says
    nothing of its user.
    """
    return browser_session.session(request).language or str(request.app.state.languages[0])


def _words_of(text: dict[str, str], language: str) -> str:
    """A text of the definition in the visitor's language, else in its first."""
    return text.get(language) or next(iter(text.values()), "")


def _in_language(text: Message | TestigoError | str, language: str) -> str:
    """What a room gives to be said: a message or an error in the visitor's language, text as it is."""
    return text if isinstance(text, str) else text.text(language)


@cache
def _templates(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in ("testigo.web", package) if name]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": clock,
        "day": day,
        "instant": instant,
        "number": number,
        "in_language": _in_language,
    }
    environment.globals |= {
        "colon": colon, "comma": comma,
        "say": say, "or_itself": or_itself, "language_name": language_name, "words_of": _words_of, "zone": zone,
        "direction": direction,
    }  # fmt: skip
    return environment
