"""The event log of one machine: one signed line an event, each naming the one before; written to disk before it counts.

A line is canonical JSON `{"entry": {data, event, previous, sequence, time}, "signature": hex}`. `previous` is the
SHA-256 of the line before it; the first line's is the *origin*, the SHA-256 of what the log is about (election,
station, role), so that a line of another log, or a log of another machine, does not fit. Signatures are Ed25519 over
`testigo event log 1`, a line feed, and the canonical entry.

What a reader can find: any line edited, dropped from the middle, moved, or brought in from another log. What a reader
of the log alone cannot find is a tail cut off whole; that is what *heads* are for, the digest of the last line at some
moment. Others keep heads: the chair of a polling place that of every report, the tally sheet those of all machines.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from testigo import canonical, storage
from testigo.errors import InvalidInput, InvalidSignature, Place, StorageError
from testigo.keys import PublicKey, SigningKey
from testigo.words import Message, message

_DOMAIN = b"testigo event log 1\n"
_PLACE = message("place", "event-log")
LOG_LIMIT = 512 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
"""Bytes that a power cut may leave of a line; ours have some hundreds."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry. `sequence`: from 0. `time`: UTC, `YYYY-MM-DDTHH:MM:SSZ`. `data`: plain JSON values, never a ballot's
    content and never one voter's doings (`station.machine.batches`)."""

    sequence: int
    time: str
    event: str
    data: dict[str, Any]
    previous: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry: Event
    signature: str


def log_origin(election: str, station: str, machine: str) -> str:
    """What the first line of a machine's log names as the line before it: 64 hexadecimal digits."""
    return canonical.digest(canonical.encode({"election": election, "station": station, "role": machine}))


def verify_event_log(
    data: bytes, public: PublicKey, origin: str, *, head: str | None = None, place: Place = _PLACE
) -> tuple[Event, ...]:
    """The entries of a whole log, if every line is `public`'s and in its place.

    `head`: the digest of a line as it is known from elsewhere, once the last one; a log whose tail was cut off does not
    have it. Lines may follow it, because a log goes on (`lines_after` counts them). Raises `InvalidInput` or
    `InvalidSignature` with the line's number. A torn last line is an error here: only the machine itself, at its
    start, may cut one off.
    """
    if data and not data.endswith(b"\n"):
        raise InvalidInput("event-log.last-line-torn", place=place)
    previous, events, heads = origin, [], {origin}
    for number, line in enumerate(data.split(b"\n")[:-1]):
        where = message("place", "event-log-line", log=place, number=number + 1)
        events.append(_verify_line(line, public, number, previous, where))
        previous = hashlib.sha256(line).hexdigest()
        heads.add(previous)
    if head is not None and head not in heads:
        raise InvalidInput("event-log.without-head", place=place)
    return tuple(events)


def whole_lines(data: bytes, *, begun: bool = True, place: Place = _PLACE) -> bytes:
    """A log without the last line, where that is torn or being written just now.

    Raises `InvalidInput` where what is left out cannot be a line, and where a log that was `begun` has none: its first
    is written when the machine is installed.
    """
    whole = data[: data.rfind(b"\n") + 1]
    if (begun and not whole) or len(data) - len(whole) > LONGEST_LINE:
        raise InvalidInput("event-log.not-one", place=place)
    return whole


def lines_after(events: Sequence[Event], head: str) -> int:
    """How many entries of a verified log follow the line with the digest `head`."""
    return next((len(events) - event.sequence for event in events if event.previous == head), 0)


def _verify_line(line: bytes, public: PublicKey, number: int, previous: str, where: Message) -> Event:
    try:
        read = msgspec.convert(canonical.decode(line, place=where), _Line, strict=True)
        signature = bytes.fromhex(read.signature)
    except (msgspec.ValidationError, ValueError, RecursionError):
        raise InvalidInput("event-log.line-malformed", place=where) from None
    if read.entry.sequence != number or read.entry.previous != previous:
        raise InvalidSignature("event-log.line-does-not-follow", place=where)
    public.verify(signature, _DOMAIN + canonical.encode(read.entry), place=where)
    return read.entry


def quarter_hour(time: str) -> str:
    """The beginning of the quarter of an hour in which a UTC time is."""
    moment = datetime.fromisoformat(time)
    return f"{moment.replace(minute=moment.minute // 15 * 15):%Y-%m-%dT%H:%M:00Z}"


class EventLog:
    """A machine's own log, open for writing. One writer at a time (the machine's folder holds a lock)."""

    def __init__(self, file: Path, key: SigningKey, origin: str, *, begun: bool = False) -> None:
        """Open or begin the log in `file`. A last line torn by a power cut is cut off and noted as event
        `log-repaired`. `begun`: it was begun long ago, so that a file without a whole line, or none, is not it.

        Raises `InvalidInput` or `InvalidSignature` where anything else was changed, `StorageError` where the disk
        refuses.
        """
        self.file = file
        self._key = key
        self._broken = False
        with storage.explained(file):
            self._handle = os.open(file, os.O_RDWR | (0 if begun else os.O_CREAT) | os.O_CLOEXEC, 0o600)
        try:
            self._begin(origin, begun)
        except BaseException:
            self.close()
            raise

    def _begin(self, origin: str, begun: bool) -> None:
        data = storage.read(self.file, limit=LOG_LIMIT)
        whole = whole_lines(data, begun=begun, place=self.file)
        self._entries = list(verify_event_log(whole, self._key.public, origin, place=self.file))
        lines = whole.split(b"\n")[:-1]
        self._head = hashlib.sha256(lines[-1]).hexdigest() if lines else origin
        self._length = len(whole)
        if len(data) > len(whole):
            self._cut_back()
            self.append("log-repaired", torn_bytes=len(data) - len(whole))

    @property
    def head(self) -> str:
        """SHA-256 of the last line (of the origin while there is none)."""
        return self._head

    def head_at(self, entries: int) -> str:
        """The head when the log had so many entries; "" for a number that it never had."""
        if entries == len(self._entries):
            return self._head
        return self._entries[entries].previous if 0 <= entries < len(self._entries) else ""

    def entries(self) -> tuple[Event, ...]:
        """Every entry so far, oldest first."""
        return tuple(self._entries)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, event: str, **data: Any) -> Event:
        """Write one event, flushed to the disk before the return. Raises `StorageError`, and then it did not happen."""
        return self._append(canonical.utc_now(), event, data)

    def append_coarse(self, event: str, **data: Any) -> Event:
        """`append`, with the beginning of the current quarter of an hour for its time: for what could otherwise tell
        when one voter was where."""
        return self._append(quarter_hour(canonical.utc_now()), event, data)

    def _append(self, time: str, event: str, data: dict[str, Any]) -> Event:
        entry = Event(len(self._entries), time, event, data, self._head)
        signature = self._key.sign(_DOMAIN + canonical.encode(entry)).hex()
        line = canonical.encode(_Line(entry, signature))
        if self._broken:
            raise StorageError("event-log.write-failed-before", place=self.file)
        try:
            with storage.explained(self.file):
                self._write(line + b"\n")
        except StorageError:
            self._cut_back()
            raise
        self._entries.append(entry)
        self._head = hashlib.sha256(line).hexdigest()
        self._length += len(line) + 1
        return entry

    def close(self) -> None:
        """Give the file back; the log can be opened again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _write(self, data: bytes) -> None:
        written = 0
        while written < len(data):
            written += os.pwrite(self._handle, data[written:], self._length + written)
        storage.flush(self._handle)

    def _cut_back(self) -> None:
        """Take half a line off again; if even that fails, nothing more is written until the log is opened anew."""
        try:
            os.ftruncate(self._handle, self._length)
            storage.flush(self._handle)
        except OSError:
            self._broken = True
