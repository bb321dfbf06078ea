"""A browser without a script, used by people who press what they see: for rehearsals and tests of whole days.

with Browser("http://127.0.0.1:8083") as voter:
    voter.get("/")
    page = voter.send("/card", code="ABCDE-FGHJK")

It sends a form only if the page seen last has it, with values that the page offers, and opens an address only where
that page names it. So whoever uses it gets no further than a person would: a page without a way on ends there.
"""

from collections.abc import Mapping, Sequence

from testigo.errors import StorageError
from testigo.web.client import Client, SeenPage
from testigo.web.offered import NotOffered, Offered

_START = "/"


class Browser(Client):
    """One person's browser. `get` and `send` raise `StorageError` for what the page seen last does not offer."""

    _shown: Offered | None = None
    _here = ""

    def get(self, path: str) -> SeenPage:
        """Open the first page, the start page, the same page again, or what a link or picture of this page names."""
        if self._shown is not None and path not in {_START, self._here, *self._shown.links}:
            raise self._not_offered(path)
        return self._look(super().get(path), path)

    def send(
        self, path: str, *, files: Mapping[str, bytes | Sequence[bytes]] | None = None, **fields: str | list[str]
    ) -> SeenPage:
        """Fill in and send one of this page's forms; what `fields` does not name is sent as it stands there.

        A button is named by its field: `go="next"`. Otherwise as `Client.send`.
        """
        if self._shown is None:
            self.get(_START)
        given = {name.replace("_", "-"): [one] if isinstance(one, str) else one for name, one in fields.items()}
        chosen = {name: 1 if isinstance(one, bytes) else len(one) for name, one in (files or {}).items()}
        data: dict[str, list[str]] = {}
        for name, value in self._filled(path, given, chosen):
            data.setdefault(name, []).append(value)
        self._visit = ""  # a form that is about a visit has it among its fields
        return self._look(super().send(path, files=files, **data), "")

    def _filled(self, path: str, given: Mapping[str, Sequence[str]], files: Mapping[str, int]) -> list[tuple[str, str]]:
        """Of the first form that is sent there and lets itself be filled in so."""
        why = ""
        for form in self._shown.forms if self._shown is not None else ():
            if (form.action, form.method) != (path, "post"):
                continue
            try:
                return form.filled(given, files)
            except NotOffered as refused:
                why = str(refused)
        raise self._not_offered(path, why)

    def _look(self, page: SeenPage, path: str) -> SeenPage:
        """A file that is saved leaves the page before on the screen."""
        if page.is_page:
            self._shown, self._here = Offered(page.content.decode()), path or page.path
        return page

    def _not_offered(self, path: str, field: str = "") -> StorageError:
        asked = f"{path} ({field})" if field else path
        return StorageError("page.does-not-offer", place=self._here or _START, asked=asked)
