"""Who may use a screen of an officer's own machine: browsers let in by the address that its command prints."""

import hashlib
import hmac
from dataclasses import dataclass

from litestar import get
from litestar.params import FromPath

from testigo.errors import NotAllowed
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.guards import Connection, anyone
from testigo.web.pages import Answer, redirect
from testigo.web.sessions import BrowserSessions

_WORKING_DAY = 14 * 3600.0


@dataclass
class Admission:
    """Who may use the screen: browsers of this machine that opened the address with the key."""

    key: str

    def enter(self, connection: Connection, key: str) -> None:
        """Let the browser in; raises `NotAllowed` for another key."""
        if not hmac.compare_digest(key.encode(), self.key.encode()):
            raise NotAllowed("editor.other-key")
        browser_session.renew(connection, person="editor")

    def admit(self, connection: Connection) -> None:
        """Return if the browser was let in; raises `NotAllowed`."""
        session = browser_session.session_or_none(connection)
        if session is None or not session.person:
            raise NotAllowed("editor.without-key")


def sessions_of(screen: str, key: str) -> BrowserSessions:
    """The sessions of one screen. Browsers keep cookies by host, whatever the port: two screens at once must not take
    each other's."""
    return BrowserSessions(f"testigo-{screen}-{hashlib.sha256(key.encode()).hexdigest()[:8]}", idle=_WORKING_DAY)


@get("/enter/{key:str}", guards=[anyone], sync_to_thread=False)
def enter(request: Request, key: FromPath[str]) -> Answer:
    """The address that the command prints: in with the key, and on."""
    request.app.state.screen.enter(request, key)
    return redirect("/")
