"""The results page and the public record, read-only, for everybody. Any web server can do the same: they are plain
files.

Only plain files strictly inside the two folders are served; a link that leads out of them is not.
"""

import mimetypes
import re
from pathlib import Path

from litestar import Litestar, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File

from testigo import storage
from testigo.errors import StorageError
from testigo.web.application import application
from testigo.web.guards import anyone
from testigo.web.pages import Answer
from testigo.web.sessions import BrowserSessions
from testigo.words import languages, say

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The results page opens from a disk too, so it carries its style and script inside itself."""

_LANGUAGE = re.compile(rb'<html lang="([A-Za-z0-9-]{1,20})"')
_HEAD = 200
"""Bytes of the results page that say its language."""


def app(results: Path, record: Path) -> Litestar:
    """`results`: the folder of the static page; `record`: the public record, under `/record/`."""
    sessions = BrowserSessions("testigo-results", idle=600)
    return application(
        "results",
        [index, public_file, result_file],
        sessions,
        title={code: say(code, "results.role") for code in languages()},
        languages=_language(results / "index.html"),
        public=True,
        results=storage.resolved(results),
        record=storage.resolved(record),
    )


@get("/", guards=[anyone], sync_to_thread=False)
def index(results: NamedDependency[Path]) -> Answer:
    """The results page."""
    return _serve(results, "index.html")


@get("/record/{path:path}", guards=[anyone], sync_to_thread=False)
def public_file(path: FromPath[Path], record: NamedDependency[Path]) -> Answer:
    """One file of the public record."""
    return _serve(record, str(path))


@get("/{path:path}", guards=[anyone], sync_to_thread=False)
def result_file(path: FromPath[Path], results: NamedDependency[Path]) -> Answer:
    """One file of the results page."""
    return _serve(results, str(path))


def _language(page: Path) -> list[str]:
    """That of the results page, for pages that say what is wrong; empty where there is no page yet."""
    try:
        with storage.open_plain(page) as file:
            found = _LANGUAGE.search(file.read(_HEAD))
    except StorageError:
        return []
    return [found[1].decode()] if found else []


def _serve(folder: Path, name: str) -> Answer:
    try:
        file = (folder / name.lstrip("/")).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise NotFoundException from None
    if not file.is_relative_to(folder) or not file.is_file():
        raise NotFoundException
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"content-security-policy": _PAGE_POLICY, "cache-control": "no-cache"}
    return File(file, media_type=media_type, headers=headers, content_disposition_type="inline")
