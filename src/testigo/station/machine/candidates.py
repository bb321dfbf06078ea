"""Candidates who withdrew or died, as the root signed it: what chair and booth keep of it, in `option-status.json`.

The chair takes the statements in and hands all of them to the booth; both check them against the root's key by
themselves. The booth shows them; votes are marked and counted as always, and what a status does to them is the count's.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from testigo.canonical import why_refused
from testigo.election import OptionState, OptionStatus, StatusLog
from testigo.errors import IllegalStep, InvalidInput
from testigo.record import open_statement
from testigo.station.machine.folder import MachineFolder
from testigo.stored import StoredFormat
from testigo.words import message

KIND = "option-status"

_IN_ONE_ORDER = 50
"""Statements of the longest names and reasons are some 4 kB each in an order, which a machine takes up to 256 kB."""


class KeptStatuses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The statements in order, in their envelopes, as text."""

    statements: tuple[str, ...]


STATUSES_FORMAT = StoredFormat("option-status.json", KeptStatuses)


class Candidates:
    """The statuses that one machine knows. Raises what `take` raises where the kept ones are not the root's."""

    def __init__(self, folder: MachineFolder) -> None:
        self._folder = folder
        self._file = folder.path / STATUSES_FORMAT.name
        self._envelopes: tuple[str, ...] = ()
        self._log = StatusLog()
        if self._file.exists():
            self._envelopes, self._log = self._with(STATUSES_FORMAT.read(self._file).statements)

    @property
    def envelopes(self) -> tuple[str, ...]:
        """The statements in order."""
        return self._envelopes

    @property
    def states(self) -> tuple[OptionState, ...]:
        """Who is out."""
        return self._log.states(self._folder.definition)

    def take(self, envelopes: Iterable[str]) -> int:
        """Take statements in, in any order, together with those that are here; returns how many are new.

        Raises `InvalidInput`, `InvalidSignature` or `IllegalStep` (one is missing between them, or another one of its
        number is here), and then nothing is changed.
        """
        all_, log = self._with((*self._envelopes, *envelopes))
        new = len(all_) - len(self._envelopes)
        if new:
            STATUSES_FORMAT.write(self._file, KeptStatuses(all_))
            self._envelopes, self._log = all_, log
        return new

    def _with(self, envelopes: Sequence[str]) -> tuple[tuple[str, ...], StatusLog]:
        read = [(self._read(envelope), envelope) for envelope in dict.fromkeys(envelopes)]
        read.sort(key=lambda one: one[0].number)
        log = StatusLog()
        for status, _ in read:
            if status.number < log.next_number:
                raise IllegalStep("option-status.two-of-number", place=self._folder.place, number=str(status.number))
            log.check(self._folder.definition, status)
            log.add(status)
        return tuple(envelope for _, envelope in read), log

    def _read(self, envelope: str) -> OptionStatus:
        place = message("place", "option-status")
        statement = open_statement(envelope.encode(), self._folder.root, place=place).statement
        if statement.type != KIND:
            raise InvalidInput("option-status.another-kind", place=place, kind=statement.type[:60])
        if statement.election != self._folder.settings.election:
            raise InvalidInput("option-status.of-another-election", place=place)
        try:
            return msgspec.convert(statement.body, OptionStatus, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("option-status.malformed", place=place, why=why_refused(error)) from None


def in_orders(envelopes: Sequence[str]) -> Iterator[list[str]]:
    """The statements in order, in pieces that fit into one order each; one piece where there is none."""
    for start in range(0, max(len(envelopes), 1), _IN_ONE_ORDER):
        yield list(envelopes[start : start + _IN_ONE_ORDER])


def ordered(data: dict[str, Any], folder: MachineFolder) -> tuple[str, ...]:
    """The statements in the chair's order; raises `InvalidInput`."""
    statements = data.get("statements")
    if not isinstance(statements, list) or not all(isinstance(one, str) for one in statements):
        raise InvalidInput("order.malformed", place=folder.place, why="statements")
    return tuple(statements)


def texts(envelopes: Sequence[bytes]) -> list[str]:
    """The files of statements as text; raises `InvalidInput` for what is none."""
    try:
        return [envelope.decode() for envelope in envelopes]
    except UnicodeDecodeError:
        raise InvalidInput("option-status.not-a-statement", hint="option-status.another-kind") from None
