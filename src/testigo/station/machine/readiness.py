"""Is a station ready to be opened: what the chair's page of readiness says of each machine.

Every machine looks at itself when the chair orders `readiness`, before opening, and answers with lines; nothing is kept
and nothing is changed. The chair adds what only it can compare: the machines' clocks, and the day. A line says what was
found, how it came out, and what to do.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from testigo.canonical import why_refused
from testigo.election import CHAIR, StationMachine
from testigo.errors import InvalidInput, TestigoError
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.lineup import Lineup
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.self_test import disk
from testigo.words import Message, from_line, message, to_line

Outcome = Literal["ok", "warning", "failed"]

CLOCKS_APART: Final = 60
"""Seconds by which two machines' clocks may differ: an order and its report take a few."""


class ReadinessLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing on one machine. `name`: what was looked at. `found`, `todo`: sentences of the sections `found_in` and
    `todo_in`, as lines (`words.to_line`); "" where there is nothing to do.
    """

    name: str
    outcome: Outcome
    found: str
    found_in: Literal["hardware", "error"] = "hardware"
    todo: str = ""
    todo_in: Literal["hardware", "hint"] = "hardware"

    def found_words(self, language: str) -> str:
        """What was found, in that language."""
        return from_line(self.found_in, self.found).text(language)

    def todo_words(self, language: str) -> str:
        """What to do, in that language; "" for nothing."""
        known = from_line(self.todo_in, self.todo) if self.todo else None
        return known.text(language) if known is not None and known.known else ""


class MachineReadiness(msgspec.Struct, frozen=True):
    """One machine's lines."""

    machine: StationMachine
    lines: tuple[ReadinessLine, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst of its lines."""
        outcomes = {line.outcome for line in self.lines}
        return "failed" if "failed" in outcomes else "warning" if "warning" in outcomes else "ok"


def of_station(
    folder: MachineFolder, sender: OrderSender, lineup: Lineup, pages: "ReadinessLine", *, print_slip: bool
) -> tuple[MachineReadiness, ...]:
    """The chair's machine, whose `folder` it is, with the line of its printer of pages, and what the others answer.
    `print_slip`: whether the booths print.
    """
    return (
        MachineReadiness(CHAIR, (*_chair_lines(folder), pages)),
        *(MachineReadiness(machine, _lines_of(machine, folder, sender, print_slip)) for machine in lineup.entry_first),
    )


def _chair_lines(folder: MachineFolder) -> tuple[ReadinessLine, ...]:
    today, date = datetime.now().astimezone().date().isoformat(), folder.definition.date
    if today == date:
        day = line("day", "ok", message("hardware", "day.right", today=today))
    else:
        day = line("day", "warning", message("hardware", "day.other", today=today, date=date))
    return day, tried("disk", lambda: disk(folder.path))


def _lines_of(
    machine: StationMachine, folder: MachineFolder, sender: OrderSender, print_slip: bool
) -> tuple[ReadinessLine, ...]:
    try:
        report = sender.give(machine, "readiness", print=print_slip)
        return clock_line(sender.clock_offsets[machine]), *_lines_in(report.data, folder.place)
    except TestigoError as error:
        return (failed("answer", error),)


def clock_line(ahead: int) -> ReadinessLine:
    """Another machine's clock, so many seconds `ahead` of the chair's."""
    apart = abs(ahead)
    near = apart <= CLOCKS_APART
    found = message("hardware", "clock.same" if near else "clock.differs", count=apart)
    return line("clock", "ok" if near else "failed", found)


def _lines_in(data: dict[str, Any], place: Message) -> tuple[ReadinessLine, ...]:
    """The lines in a machine's report; raises `InvalidInput` where there are none."""
    try:
        return msgspec.convert(data.get("lines"), tuple[ReadinessLine, ...], strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("report.malformed", place=place, why=why_refused(error)) from None


def tried(name: str, check: Callable[[], Message]) -> ReadinessLine:
    """What a check found, or its error."""
    try:
        return ReadinessLine(name, "ok", to_line(check()))
    except TestigoError as error:
        return failed(name, error)


def failed(name: str, error: TestigoError) -> ReadinessLine:
    """An error, with its hint as what to do."""
    return ReadinessLine(name, "failed", to_line(error.message), "error", to_line(error.hint_message), "hint")


def line(name: str, outcome: Outcome, found: Message) -> ReadinessLine:
    """What was found, a sentence of the section `hardware`; what to do is `todo.` and its key with a hyphen."""
    about = found.key.replace(".", "-")
    todo = "" if outcome == "ok" else to_line(message("hardware", f"todo.{about}", **found.values))
    return ReadinessLine(name, outcome, to_line(found), todo=todo)
