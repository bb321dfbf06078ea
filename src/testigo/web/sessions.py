"""Who is at the screen, named by a random cookie, which is `HttpOnly` and `SameSite=Strict`.

A *client* is nobody yet: this process keeps nothing of one. All that a client's cookie says, 256 random bits and how
pages are to look, bears this process's own mark, and a form's token is computed from it. So whoever asks for pages, or
is refused them, uses up nothing that anybody else needs.

A *session* is kept in memory: of a person who has entered a PIN, or of a booth's own screen. It dies when it is idle
too long, when it is too old, when its person leaves, and when the process ends: then the person enters the PIN again.
Nobody can push another person's session out: each has `MOST_OF_PERSON`, and more of them end that person's own.

Every form carries the random token of its session or client, so that no other page can send it (`web.forms.read_form`).
"""

import base64
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

MOST_OF_PERSON = 20
"""Past this, the session of the same person that is longest idle is dropped."""

LONGEST_COOKIE = 200
"""Characters of a cookie that is looked at; ours have some 110."""


@dataclass
class BrowserSession:
    """One browser at one role. `kept`: whether this process keeps it; False for a client. `person`: who has entered a
    PIN, "" for nobody. `data`: what a role keeps between two pages; of a client, of this request only.
    """

    key: str
    token: str
    started: float = 0.0
    seen: float = 0.0
    kept: bool = False
    person: str = ""
    language: str = ""
    size: int = 1
    contrast: int = 1
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
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[str, BrowserSession] = {}

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._sessions)

    def find(self, cookie: str | None) -> BrowserSession | None:
        """The living session of that cookie, marked as seen now, or the client whose cookie this process made; None
        for a dead or an invented one.
        """
        session = self._sessions.get(cookie or "")
        if session is None:
            return self._client_of(cookie or "")
        now = self._clock()
        if self._is_over(session, now):
            self.end(session)
            return None
        session.seen = now
        return session

    def client(self) -> BrowserSession:
        """A new client, of whom nothing is kept."""
        return self._client(secrets.token_urlsafe(32))

    def start(self, person: str = "") -> BrowserSession:
        """A new session of a person, or of the own screen (`person` "")."""
        now = self._clock()
        for dead in [session for session in self._sessions.values() if self._is_over(session, now)]:
            self.end(dead)
        own = [session for session in self._sessions.values() if session.person == person]
        if len(own) >= MOST_OF_PERSON:
            self.end(min(own, key=lambda session: session.seen))
        token, key = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
        session = BrowserSession(key, token, started=now, seen=now, kept=True, person=person)
        self._sessions[session.key] = session
        return session

    def renew(self, old: BrowserSession, *, person: str = "") -> BrowserSession:
        """A new session in place of `old`, of nobody a client, that keeps only how its pages look: nobody who knew the
        old cookie gets in."""
        self.end(old)
        session = self.start(person) if person else self.client()
        session.language, session.size, session.contrast = old.language, old.size, old.contrast
        return session

    def end(self, session: BrowserSession) -> None:
        """Forget a session; its cookie opens nothing any more."""
        self._sessions.pop(session.key, None)

    def cookie_of(self, session: BrowserSession) -> str:
        """The value of its cookie; of a client with how the pages look."""
        if session.kept:
            return session.key
        said = f"{session.key}.{session.language}.{session.size}.{session.contrast}"
        return f"{said}.{self._mark('cookie', said)}"

    def _is_over(self, session: BrowserSession, now: float) -> bool:
        return now - session.seen > self._idle or now - session.started > self._longest

    def _client_of(self, cookie: str) -> BrowserSession | None:
        said, _, mark = cookie.rpartition(".")
        if len(cookie) > LONGEST_COOKIE or not hmac.compare_digest(mark.encode(), self._mark("cookie", said).encode()):
            return None
        key, language, size, contrast = said.split(".")
        client = self._client(key)
        client.language, client.size, client.contrast = language, int(size), int(contrast)
        return client

    def _client(self, key: str) -> BrowserSession:
        return BrowserSession(key, self._mark("token", key))

    def _mark(self, purpose: str, text: str) -> str:
        digest = hmac.digest(self._secret, f"{purpose} {text}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
