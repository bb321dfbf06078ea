"""A client without a browser: calls the pages of one role as a browser would, for the rehearsal and for tests.

with Client("http://127.0.0.1:8083") as voter:
    voter.get("/")
    page = voter.send("/card", code="ABCDE-FGHJK")      # token, cookie and redirect are taken care of
    page.name, page.facts, page.code
"""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx

from testigo import waits
from testigo.errors import StorageError
from testigo.web.trust import trusted

_HIDDEN = re.compile(r'name="(token|visit)" value="([^"]+)"')
"""What a browser sends back with every form of a page."""


class SeenPage(HTMLParser):
    """One page as seen. `status`: HTTP; `path`: where redirects ended; `name`: its `data-page`; `facts`: its other
    `data-…`.

    `code`: on a page that shows an error, the error's code, else "". `is_page`: whether it is a page, and not a file.
    """

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.path = answer.url.path
        self.content = answer.content
        self.facts: dict[str, str] = {}
        self.name = self.code = ""
        self.is_page = answer.headers.get("content-type", "").startswith("text/html")
        if self.is_page:
            self.feed(answer.text)

    @property
    def ok(self) -> bool:
        """Whether the page is not an error page."""
        return self.status < 400

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the facts of `<main>`."""
        data = {name[5:]: value or "" for name, value in attrs if name.startswith("data-")}
        if tag == "main":
            self.name = data.pop("page", "")
            self.code = data.pop("code", "")
            self.facts = data


class Client:
    """One browser's worth of cookies at one address."""

    def __init__(
        self, address: str, *, timeout: float = waits.ANSWER, transport: httpx.BaseTransport | None = None
    ) -> None:
        """`transport`: another way to the pages than the network (`web.in_process`)."""
        self._client = httpx.Client(
            base_url=address,
            timeout=timeout,
            follow_redirects=True,
            trust_env=False,
            verify=trusted(),
            transport=transport,
            # A connection that is kept may be closed by the server just as a form is sent on it.
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._token = self._visit = ""

    def get(self, path: str) -> SeenPage:
        """Open a page. Raises `StorageError` where no whole answer comes."""
        return self._see(self._ask("GET", path))

    def send(
        self, path: str, *, files: Mapping[str, bytes | Sequence[bytes]] | None = None, **fields: str | list[str]
    ) -> SeenPage:
        """Send a form with what the page seen last hides in its forms; a hyphen in a field's name is written `_`.

        Raises `StorageError` where no whole answer comes: whether the form was taken is then not known.
        """
        if not self._token:
            self.get("/")
        hidden = {"token": self._token, **({"visit": self._visit} if self._visit else {})}
        data = {**hidden, **{name.replace("_", "-"): value for name, value in fields.items()}}
        uploads = [
            (name, (name, content, "application/octet-stream"))
            for name, contents in (files or {}).items()
            for content in ((contents,) if isinstance(contents, bytes) else contents)
        ]
        return self._see(self._ask("POST", path, data=data, files=uploads or None))

    def fetch(self, path: str) -> tuple[str, bytes]:
        """A file that pages name: its media type and content. Raises `StorageError` where no whole answer comes."""
        answer = self._ask("GET", path)
        return answer.headers.get("content-type", ""), answer.content

    def close(self) -> None:
        """Leave."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **sent)
        except httpx.HTTPError as error:
            address = str(self._client.base_url)
            raise StorageError("page.does-not-answer", place=address, why=type(error).__name__) from error

    def _see(self, answer: httpx.Response) -> SeenPage:
        if answer.headers.get("content-type", "").startswith("text/html"):
            hidden = dict(_HIDDEN.findall(answer.text))
            self._token, self._visit = hidden.get("token", self._token), hidden.get("visit", self._visit)
        return SeenPage(answer)
