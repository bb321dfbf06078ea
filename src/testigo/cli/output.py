"""How every command speaks: tables and progress bars for people, JSON for machines."""

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from testigo import waits
from testigo.errors import InvalidInput, TestigoError, printable
from testigo.words import Either, Message, at_place, current_language, languages, message, number, set_language


class _Lines(Console):
    """Prints each string as one line, with all that could fool a terminal spelled out: a path or a name from outside
    draws no line of its own. It knows no markup: `[red]` in a name is a name. Several lines are several strings, with
    `sep="\\n"`.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **how: Any) -> None:
        """As `Console.print`; whoever makes a `Text` or a table has seen to what stands in it."""
        super().print(*(printable(one) if isinstance(one, str) else one for one in objects), **how)


console = _Lines()
errors = _Lines(stderr=True)


COMPILING = message("cli", "progress.preparing-engine")
"""What to say where machine code may have to be made first."""


def choose_language(language: str) -> None:
    """What errors, findings and log lines are said in; raises `InvalidInput` for a language without a catalogue."""
    if language not in languages():
        raise InvalidInput("command.unknown-language", language=language[:20], known=Either(languages()))
    set_language(language)


class Bar(Protocol):
    """A progress bar as the command sees it."""

    def advance(self, steps: int = 1) -> None:
        """Some more steps are done."""

    def move_to(self, done: int, total: int) -> None:
        """So many of so many steps are done."""


class _RichBar:
    def __init__(self, progress: Progress, task: Any) -> None:
        self._progress = progress
        self._task = task

    def advance(self, steps: int = 1) -> None:
        self._progress.advance(self._task, steps)

    def move_to(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def progress(title: Message, total: int | None) -> Iterator[Bar]:
    """A progress bar on standard error, with the time left; nothing is drawn where standard error is not a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bars:
        yield _RichBar(bars, bars.add_task(str(title), total=total))


@contextmanager
def patience(sentence: Message, *, after: float = waits.SHOWN_AFTER) -> Iterator[None]:
    """Say `sentence` on standard error, once, if the block takes longer than `after` seconds.

    For work whose steps cannot be counted. Nothing is said where standard error is not a terminal.
    """
    timer = threading.Timer(after, lambda: errors.print(str(sentence), soft_wrap=True))
    timer.daemon = True
    if errors.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def labelled(what: Literal["error", "warning"], said: TestigoError) -> Text:
    """`Error: …` or `Warning: …` in colour, in the user's language."""
    label = str(message("cli", "error" if what == "error" else "warning"))
    text = Text(at_place(label, str(said), current_language()))
    text.stylize({"error": "bold red", "warning": "yellow"}[what], 0, len(label))
    return text


def confirmed(question: Message) -> bool:
    """Ask on standard error whether to do it: only one of the language's words for yes says so (`cli: answers-yes`).
    Where standard input is at its end, nobody said so.
    """
    yes, no = (str(message("cli", f"answers-{one}")).split() for one in ("yes", "no"))
    errors.print(f"{question} [{yes[0]}/{no[0].upper()}]: ", end="", soft_wrap=True)
    answer = sys.stdin.readline()
    if not answer:
        errors.print()
    return answer.strip().lower() in yes


def figure(value: int) -> str:
    """A figure as the user's language writes it: `1,510`, `1.510`."""
    return number(value, current_language())


def ask(question: Message, *, hidden: bool = False) -> str:
    """What somebody types after the question on standard error; not shown where it is `hidden`."""
    return str(typer.prompt(str(question), hide_input=hidden, err=True))


def ask_new_pin(question: Message) -> str:
    """A PIN typed twice and never shown: asked again until both are the same."""
    while True:
        pin = ask(question, hidden=True)
        if ask(message("cli", "pin-again"), hidden=True) == pin:
            return pin
        errors.print(str(message("cli", "pins-differ")))


def print_json(value: Any) -> None:
    """One JSON document on standard output, indented, keys in their own order."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def say(what: Message, *, indent: str = "") -> None:
    """A sentence on standard output, on one line."""
    console.print(f"{indent}{what}", soft_wrap=True)


def facts(rows: Sequence[tuple[str, object]]) -> None:
    """What has a name, a line each: the name (`fact.NAME` of the catalogues), and below one another what it is."""
    labels = [str(message("cli", f"fact.{name}")) for name, _ in rows]
    width = max(map(len, labels))
    for label, (_, value) in zip(labels, rows, strict=True):
        console.print(f"{label:<{width}}  {value}", soft_wrap=True)


def heads(*names: str) -> list[str]:
    """Heads of a table's columns, as the catalogues have them (`head.NAME`); "" for a column without one."""
    return [str(message("cli", f"head.{name}")) if name else "" for name in names]


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small table on standard output; columns after the first are aligned right."""
    drawn = Table(title=printable(title), title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        drawn.add_column(printable(column), justify="right" if position else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*["\n".join(printable(line) for line in str(cell).split("\n")) for cell in row])
    console.print(drawn)
