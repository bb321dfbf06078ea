"""What all roles share: one way to build an application (its pages: `pages`, its errors: `error_pages`).

Nearly all requests of one process run one after another (handlers are plain functions, called on the event loop): a
desk has one person in front of it. What waits for other machines runs in a thread; the objects of a station guard
themselves with the lock of their folder.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get, post
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler, Scope
from litestar.types import Message as ServerMessage

from testigo.errors import TestigoError
from testigo.paper import FONTS
from testigo.paper.font import Font
from testigo.web import browser_session, guards
from testigo.web.browser_session import Request
from testigo.web.error_pages import error_page, is_machine, show_defect, show_refusal
from testigo.web.forms import Form, FormSent, read_form
from testigo.web.own_fonts import OwnFonts
from testigo.web.own_name import require_own_name
from testigo.web.pages import Answer, redirect
from testigo.web.patience import in_time
from testigo.web.sample import SampleMark
from testigo.web.sessions import CONTRASTS, SIZES, BrowserSessions
from testigo.words import offered, offered_to_voters, officers_language

Text = dict[str, str]
"""Words by language code."""

SMALL_BODY = 256 * 1024
"""Most bytes of a request that uploads nothing."""

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
"""On every answer of every role, errors included; a handler may set its own value for one."""

_OWN_FILES = Path(__file__).with_name("static")
_STATIC = {
    "style.css": ("text/css; charset=utf-8", _OWN_FILES / "style.css"),
    "page.js": ("text/javascript; charset=utf-8", _OWN_FILES / "page.js"),
    "double-entry.js": ("text/javascript; charset=utf-8", _OWN_FILES / "double-entry.js"),
    "icon.svg": ("image/svg+xml", _OWN_FILES / "icon.svg"),
    "text.ttf": ("font/ttf", FONTS / "DejaVuSansCondensed.ttf"),
    "bold.ttf": ("font/ttf", FONTS / "DejaVuSansCondensed-Bold.ttf"),
}
"""The paper's own font is the screen's: pages look the same on every machine, and what fits on one fits on all."""


def application(
    role: str,
    handlers: Sequence[ControllerRouterHandler],
    sessions: BrowserSessions,
    *,
    title: Text,
    languages: Sequence[str] = (),
    fonts: Sequence[Font] = (),
    for_voters: bool = False,
    templates: str = "",
    sample: SampleMark | None = None,
    public: bool = False,
    after_stale_form: Callable[[], Answer | None] = lambda: None,
    **parts: Any,
) -> Litestar:
    """One role's application. `title`: what stands in the page's head line; `languages`, `fonts`: those of its
    election; `for_voters`: whether voters use its pages, not officers (`words.offered`); `templates`: the package whose
    folder `templates` holds the role's own pages; `sample`: marks every page as a sample; `public`: whether it may be
    called by any name, as behind another web server (`own_name`); `after_stale_form`: what is shown in place of the
    error that a form was of another visit, which changes nothing; `parts`: what handlers find by name.

    Raises `LookupError` if a route does not say who may call it.
    """
    app = Litestar(
        [static_file, health, set_appearance, *handlers],
        guards=[] if public else [require_own_name],
        before_request=_check_form,
        before_send=[_finish_headers],
        middleware=[in_time],
        dependencies={
            "form": Provide(_form, sync_to_thread=False),
            **{name: _given(part) for name, part in parts.items()},
        },
        exception_handlers={TestigoError: error_page, HTTPException: show_refusal, Exception: show_defect},
        openapi_config=None,
        request_max_body_size=SMALL_BODY,
        state=State(
            {
                "role": role,
                "title": title,
                "sessions": sessions,
                "templates": templates,
                "languages": offered_to_voters(languages) if for_voters else offered(languages),
                "officers_language": officers_language(languages),
                "own_fonts": OwnFonts.of(fonts),
                "sample": sample,
                "after_stale_form": after_stale_form,
                **parts,
            }
        ),
        on_app_init=[_keep_quiet],
    )
    _refuse_unguarded(app)
    return app


@get("/static/{name:str}", guards=[guards.anyone], sync_to_thread=False)
def static_file(request: Request, name: FromPath[str]) -> Answer:
    """Style sheet, script, icon and fonts, from fixed lists; the only answers a browser may keep."""
    own: OwnFonts = request.app.state.own_fonts
    if name in own.files:
        media_type, content = own.files[name]
    elif name in _STATIC:
        media_type, content = _STATIC[name][0], _content(_STATIC[name][1])
    else:
        raise NotFoundException
    return Response(content, media_type=media_type, headers={"cache-control": "private, max-age=3600"})


@get("/health", guards=[guards.machine], sync_to_thread=False)
def health(request: Request) -> Answer:
    """That the process is up, and which role it has."""
    return Response({"role": request.app.state.role, "title": request.app.state.title})


@post("/look", guards=[guards.anyone], sync_to_thread=False)
def set_appearance(request: Request, form: FormSent) -> Answer:
    """Language, text size and contrast of this visit; then back to the page the visitor came from."""
    change_appearance(request, form)
    back = form.text("back", "/")
    return redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


def change_appearance(request: Request, form: Form) -> None:
    """Take over the fields `language`, `size` and `contrast` as far as they are sent and sensible."""
    session = browser_session.session(request)
    if form.text("language", "") in request.app.state.languages:
        session.language = form.text("language")
    if form.text("size", "") in {str(size) for size in SIZES}:
        session.size = int(form.text("size"))
    if form.text("contrast", "") in {str(contrast) for contrast in CONTRASTS}:
        session.contrast = int(form.text("contrast"))


def _form(request: Request) -> Form:
    form: Form = request.scope["state"]["testigo_form"]
    return form


async def _check_form(request: Request) -> None:
    """Before every POST from a person: its form is read and its token checked, so that no handler can forget to."""
    if request.method == "POST" and not is_machine(request):
        request.scope["state"]["testigo_form"] = await read_form(request)


async def _finish_headers(message: ServerMessage, scope: Scope) -> None:
    if message["type"] != "http.response.start":
        return
    headers = {name.lower() for name, _ in message["headers"]}
    own = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in headers]
    cookie = browser_session.cookie(scope)
    if cookie:
        own.append((b"set-cookie", cookie.encode()))
    if scope.get("scheme") == "https":
        own.append((b"strict-transport-security", b"max-age=31536000"))
    message["headers"] = [*message["headers"], *own]


def _refuse_unguarded(app: Litestar) -> None:
    for route, handler in every_handler(app):
        if len([guard for guard in handler.guards or () if guard in guards.GUARDS]) != 1:
            raise LookupError(f"{sorted(handler.http_methods)} {route} does not say who may call it")


def every_handler(app: Litestar) -> list[tuple[str, HTTPRouteHandler]]:
    """Every route of an application with its handler, for the check of guards and the table in `docs/screens.md`."""
    return [
        (route.path, handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}
    ]


def _given(part: Any) -> Provide:
    return Provide(lambda: part, sync_to_thread=False)


def _keep_quiet(config: AppConfig) -> AppConfig:
    config.logging_config = None
    return config


@cache
def _content(file: Path) -> bytes:
    return file.read_bytes()
