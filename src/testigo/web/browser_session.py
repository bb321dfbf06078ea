"""The session of one request: found by its cookie, started when a page needs one, sent back as a cookie."""

from typing import Any

from litestar import Request as LitestarRequest
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Scope

from testigo.web.sessions import BrowserSession, BrowserSessions

Request = LitestarRequest[Any, Any, Any]
Connection = ASGIConnection[Any, Any, Any, Any]

_FOUND = "testigo_session"
_NEW = "testigo_new_session"


def session_or_none(connection: Connection) -> BrowserSession | None:
    """The session this request came with, if it lives."""
    state = connection.scope["state"]
    if _FOUND not in state:
        sessions = _sessions(connection)
        state[_FOUND] = sessions.find(connection.cookies.get(sessions.cookie))
    found: BrowserSession | None = state[_FOUND]
    return found


def session(connection: Connection) -> BrowserSession:
    """The session this request came with, or a new one of nobody."""
    found = session_or_none(connection)
    return found if found is not None else _put(connection, _sessions(connection).start())


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
    """The `Set-Cookie` header this answer must carry, if its request started a session."""
    state = scope.get("state", {})
    new: BrowserSession | None = state.get(_NEW)
    if new is None:
        return None
    sessions: BrowserSessions = scope["litestar_app"].state.sessions
    secure = scope["scheme"] == "https"
    made = Cookie(key=sessions.cookie, value=new.key, httponly=True, samesite="strict", secure=secure)
    return made.to_header(header="")


def _put(connection: Connection, new: BrowserSession) -> BrowserSession:
    state = connection.scope["state"]
    state[_FOUND] = state[_NEW] = new
    return new


def _sessions(connection: Connection) -> BrowserSessions:
    sessions: BrowserSessions = connection.app.state.sessions
    return sessions
