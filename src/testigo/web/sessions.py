"""Who is at the screen: sessions kept in this process's memory, named by a random cookie.

The cookie carries 256 random bits and nothing else; it is `HttpOnly` and `SameSite=Strict`. A session dies when it is
idle too long, when it is too old, when its person leaves, and when the process ends: then the person enters the PIN
again. Every form carries the session's own random token, so that no other page can send it (`web.read_form`).
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SIZES = (1, 2, 3, 4)
"""The four text sizes, as `data-size` in the style sheet."""

CONTRASTS = (1, 2, 3, 4)
"""As `data-contrast` in the style sheet: the usual one, light on black, black on white, a soft one without glare."""

MOST_SESSIONS = 500
"""Past this, the session longest idle is dropped: a flood of visitors must not eat the machine's memory."""


@dataclass
class BrowserSession:
    """One browser at one role. `person`: who has entered a PIN, "" for nobody. `data`: what a role keeps between two
    pages.
    """

    key: str
    started: float
    seen: float
    person: str = ""
    language: str = ""
    size: int = 1
    contrast: int = 1
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    data: dict[str, Any] = field(default_factory=dict)

    def owns(self, token: str) -> bool:
        """Whether a form's token is this session's (compared in constant time)."""
        return hmac.compare_digest(token.encode(), self.token.encode())


class BrowserSessions:
    """All sessions of one process. `idle` and `longest` in seconds."""

    def __init__(
        self, cookie: str, *, idle: float, longest: float = 14 * 3600, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cookie = cookie
        self._idle = idle
        self._longest = longest
        self._clock = clock
        self._sessions: dict[str, BrowserSession] = {}

    def find(self, key: str | None) -> BrowserSession | None:
        """The living session of that cookie value, marked as seen now; None for a dead or an invented one."""
        session = self._sessions.get(key or "")
        if session is None:
            return None
        now = self._clock()
        if now - session.seen > self._idle or now - session.started > self._longest:
            self.end(session)
            return None
        session.seen = now
        return session

    def start(self) -> BrowserSession:
        """A new session of nobody."""
        now = self._clock()
        if len(self._sessions) >= MOST_SESSIONS:
            self.end(min(self._sessions.values(), key=lambda session: (session.person != "", session.seen)))
        session = BrowserSession(secrets.token_urlsafe(32), started=now, seen=now)
        self._sessions[session.key] = session
        return session

    def renew(self, old: BrowserSession, *, person: str = "") -> BrowserSession:
        """A new session in place of `old` that keeps only how its pages look: nobody who knew the old cookie gets
        in."""
        self.end(old)
        session = self.start()
        session.person = person
        session.language, session.size, session.contrast = old.language, old.size, old.contrast
        return session

    def end(self, session: BrowserSession) -> None:
        """Forget a session; its cookie opens nothing any more."""
        self._sessions.pop(session.key, None)
