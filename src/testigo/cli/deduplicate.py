"""`testigo register deduplicate`: who is enrolled twice, looked for in the whole register."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from testigo.cli.output import console, errors, print_json, table
from testigo.cli.register_options import KEY, REGISTER, Address, AsJson, ElectionFile, KeyFile, open_register
from testigo.errors import InvalidInput, TestigoError
from testigo.words import Message, current_language, message, value_text

if TYPE_CHECKING:
    from testigo.register import Register
    from testigo.register.deduplication import Summary
    from testigo.register.workers import Certificates, Workers

WORK = Path("deduplication.work")
LISTED = 20
"""Likely duplicates that a dry run shows on the screen; `--json` has all."""


def deduplicate(
    election: ElectionFile,
    work: Annotated[
        Path, typer.Option("--work", help="Folder for the run, your own alone; holds fingerprints in the clear.")
    ] = WORK,
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="Processes of this machine; 0: as many as it has cores.")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="Use the dask cluster of tls://HOST:PORT; all see --work at one path.")
    ] = "",
    tls_ca: Annotated[Path | None, typer.Option("--tls-ca", help="PEM: who signs the cluster's certificates.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="PEM: this command's certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="PEM: the certificate's private key.")] = None,
    false_cases: Annotated[
        float,
        typer.Option("--false-cases", min=0.0, help="Cases that chance may make in the whole run; 0: as at the desk."),
    ] = 0.0,
    block: Annotated[
        int, typer.Option("--block", min=1, max=32_768, help="Persons a task: what a cut can lose of each worker.")
    ] = 256,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Open no cases, list what is found; a run without it opens them.")
    ] = False,
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Compare everybody enrolled with everybody, and open a case for each likely duplicate that has none.

    Whatever ends it (Ctrl-C, a power cut, a dead worker), the same command goes on where it ended.

    Example: testigo register deduplicate --election election.yaml --false-cases 100
    """
    from testigo.register import deduplication
    from testigo.register.workers import require_few

    parameters = msgspec.structs.replace(deduplication.STANDARD, block=block, false_cases=false_cases)
    certificates = _certificates(tls_ca, tls_cert, tls_key)
    require_few(workers)
    with open_register(register, election, key) as opened:
        with _told(work), _Bars() as bars:
            summary = deduplication.deduplicate(
                opened,
                work,
                lambda: _workers(workers, scheduler, certificates),
                bars,
                parameters=parameters,
                dry_run=dry_run,
            )
        if as_json:
            print_json(_with_documents(opened, summary))
            return
        if dry_run:
            _list(opened, summary)
    _print(summary, work, dry_run)


def _certificates(authority: Path | None, own: Path | None, private_key: Path | None) -> "Certificates | None":
    """All three or none; raises `InvalidInput` otherwise."""
    from testigo.register.workers import Certificates

    if authority and own and private_key:
        return Certificates(authority, own, private_key)
    if authority or own or private_key:
        raise InvalidInput("certificates.incomplete")
    return None


@contextlib.contextmanager
def _workers(count: int, scheduler: str, certificates: "Certificates | None") -> "Iterator[Workers]":
    from testigo.register.workers import Workers

    with Workers.cluster(scheduler, certificates) if scheduler else Workers.local(count or None) as workers:
        yield workers


@contextlib.contextmanager
def _told(work: Path) -> Iterator[None]:
    """Whoever stops the run hears how it goes on."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print(str(message("cli", "deduplicate.stopped", folder=work)))
        raise typer.Exit(130) from None


class _Bars:
    """A progress bar a stage, on standard error; nothing is drawn where that is no terminal."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=errors, disable=not errors.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, name: Message, total: int, done: int = 0) -> None:
        self._task = self._progress.add_task(str(name), total=total, completed=done, rate="")

    def advance(self, steps: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, steps)
            speed = next(task.speed for task in self._progress.tasks if task.id == self._task)
            rate = str(message("cli", "deduplicate.rate", number=round(speed))) if speed else ""
            self._progress.update(self._task, rate=rate)

    def note(self, what: Message | TestigoError) -> None:
        errors.print(str(what))


def _with_documents(register: "Register", summary: "Summary") -> dict[str, object]:
    """The summary with the document numbers of those found beside their enrolments."""
    names = register.documents({enrolment for pair in summary.found for enrolment in (pair.earlier, pair.later)})
    found = [
        msgspec.structs.asdict(pair) | {"earlier_document": names[pair.earlier], "later_document": names[pair.later]}
        for pair in summary.found
    ]
    whole: dict[str, object] = msgspec.to_builtins(summary) | {"found": found}
    return whole


def _list(register: "Register", summary: "Summary") -> None:
    shown = summary.found[:LISTED]
    names = register.documents({enrolment for pair in shown for enrolment in (pair.earlier, pair.later)})
    rows = (
        (names[pair.earlier], names[pair.later], value_text(round(pair.score, 1), current_language())) for pair in shown
    )
    columns = [str(message("screens", f"case.{column}")) for column in ("earlier", "later", "score")]
    table(str(message("screens", "enrolment.cases")), columns, rows)
    if len(summary.found) > LISTED:
        console.print(str(message("cli", "deduplicate.and-more", count=len(summary.found) - LISTED)))


def _print(summary: "Summary", work: Path, dry_run: bool) -> None:
    done = message(
        "cli",
        "deduplicate.done",
        persons=message("term", "person", count=summary.persons),
        fingers=message("term", "finger", count=summary.prints),
        count=summary.pairs,
        seconds=round(summary.seconds),
    )
    console.print(str(done))
    found, least, chance = len(summary.found), round(summary.least_score, 1), float(f"{summary.false_cases:.2g}")
    console.print(str(message("cli", "deduplicate.found", count=found, least=least, chance=chance)))
    if dry_run:
        console.print(str(message("cli", "deduplicate.none-opened", folder=work)))
    else:
        console.print(str(message("cli", "deduplicate.opened", count=len(summary.opened))))
