"""The session of one request: found by its cookie, or a new client's, and sent back as a cookie."""

from typing import Any

from litestar import Request as LitestarRequest
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Scope

from testigo.web.sessions import BrowserSession, BrowserSessions

Request = LitestarRequest[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

_FOUND = "testigo_session"
_CAME_WITH = "testigo_cookie"


def session_or_none(connection: Connection) -> BrowserSession | None:
    """The session or client of this request's cookie, if there is one."""
    state = connection.scope["state"]
    if _FOUND not in state:
        sessions = _sessions(connection)
        state[_CAME_WITH] = connection.cookies.get(sessions.cookie)
        state[_FOUND] = sessions.find(state[_CAME_WITH])
    found: BrowserSession | None = state[_FOUND]
    return found


def session(connection: Connection) -> BrowserSession:
    """The session or client of this request's cookie, or a new client."""
    found = session_or_none(connection)
    return found if found is not None else _put(connection, _sessions(connection).client())


def keep(connection: Connection) -> BrowserSession:
    """The session of this request's cookie, or a new one that is kept: for a booth's own screen."""
    found = session_or_none(connection)
    return found if found is not None and found.kept else _put(connection, _sessions(connection).start())


def renew(connection: Connection, *, person: str = "") -> BrowserSession:
    """Exchange the session for a new one (at PIN entry, and when a person leaves)."""
    return _put(connection, _sessions(connection).renew(session(connection), person=person))


def start_again(connection: Connection) -> BrowserSession:
    """Forget the session with all it held and looked like, and begin a new one (between two voters)."""
    sessions = _sessions(connection)
    old = session_or_none(connection)
    if old is not None:
        sessions.end(old)
    return _put(connection, sessions.start())


def leave(connection: Connection) -> None:
    """End the session: whoever comes next must enter a PIN."""
    renew(connection)


def cookie(scope: Scope) -> str | None:
    """The `Set-Cookie` header this answer must carry: where it is not the cookie that the request came with."""
    state = scope.get("state", {})
    found: BrowserSession | None = state.get(_FOUND)
    if found is None:
        return None
    sessions: BrowserSessions = scope["litestar_app"].state.sessions
    value = sessions.cookie_of(found)
    if value == state.get(_CAME_WITH):
        return None
    secure = scope["scheme"] == "https"
    made = Cookie(key=sessions.cookie, value=value, httponly=True, samesite="strict", secure=secure)
    return made.to_header(header="")


def _put(connection: Connection, new: BrowserSession) -> BrowserSession:
    connection.scope["state"][_FOUND] = new
    return new


def _sessions(connection: Connection) -> BrowserSessions:
    sessions: BrowserSessions = connection.app.state.sessions
    return sessions
