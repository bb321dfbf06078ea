"""The applications of all roles, without anything behind them."""

from collections.abc import Callable
from pathlib import Path

from litestar import Litestar

from served_station import DEFINITION
from testigo.election.editing.draft import Draft
from testigo.screens import audit_desk, booth, chair, checkin, editor, enrolment, inbox, preview, results


class Stub:
    """Enough of a room's object for its application to be built; no request is made."""

    class definition:  # noqa: N801
        id = "villa"
        languages = ("es",)
        fonts = ()
        title = {"es": "Elección"}  # noqa: RUF012

    station_id = "s1"

    @property
    def auditor(self) -> object:
        return self

    @property
    def rules(self) -> object:
        return self

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
    "audit": lambda: audit_desk.app(Stub(), "k"),  # type: ignore[arg-type]
    "editor": lambda: editor.app(Draft(Path("no-such-file.yaml"), lambda definition: None), "k"),
}
