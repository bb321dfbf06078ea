"""The applications of all roles, without anything behind them."""

from collections.abc import Callable
from pathlib import Path

from litestar import Litestar

from served_station import DEFINITION
from testigo.election.editing.draft import Draft
from testigo.screens import booth, chair, checkin, editor, enrolment, inbox, preview, results


class Stub:
    """Enough of a room's object for its application to be built; no request is made."""

    class definition:  # noqa: N801
        id = "villa"
        languages = ("es",)
        fonts = ()
        title = {"es": "Elección"}  # noqa: RUF012

    station_id = "s1"
    vote_recorded = False

    def current(self) -> object:
        return self


APPS: dict[str, Callable[[], Litestar]] = {
    "booth": lambda: booth.app(Stub()),  # type: ignore[arg-type]
    "check-in": lambda: checkin.app(Stub()),  # type: ignore[arg-type]
    "chair": lambda: chair.app(Stub()),  # type: ignore[arg-type]
    "enrolment": lambda: enrolment.app(Stub(), Stub()),  # type: ignore[arg-type]
    "centre": lambda: inbox.app(Stub()),  # type: ignore[arg-type]
    "preview": lambda: preview.app(DEFINITION),
    "results": lambda: results.app(Path("a"), Path("b")),
    "editor": lambda: editor.app(Draft(Path("no-such-file.yaml"), lambda definition: None), "k"),
}
