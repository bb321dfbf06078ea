"""What passes between the check-in desks of one station: signed, numbered, and sealed, because it names a voter.

A message names the election, the station, both desks and a number that only ever grows; who receives it keeps the
number in its day together with what was done, so none is obeyed twice, also after a restart. The answer names the
message by its digest. All desks of a station have the same opening key: they have the same poll book.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

from testigo import canonical, keys, waits
from testigo.canonical import why_refused
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError
from testigo.keys import OpeningKey
from testigo.replay import NUMBERS_FORMAT, Numbers
from testigo.station.check_in.claims import Answer, Asked
from testigo.station.check_in.tries import Tries
from testigo.station.machine.folder import MachineFolder
from testigo.words import Message, message

MESSAGE_TYPE: Final = "application/vnd.testigo.desk-message+json"
ANSWER_TYPE: Final = "application/vnd.testigo.desk-answer+json"

_Content = TypeVar("_Content", bound=msgspec.Struct)


class DeskMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From desk number `by` to desk number `to`. `answers`: of an answer, the digest of the message; "" of a message.
    `number`: grows with every message of a desk. `sealed`: an `Asked` or `Answered`, as JSON."""

    election: str
    station: str
    by: int
    to: int
    number: int
    answers: str
    sealed: str


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the home desk said. `desk`, `hour`: which one has the voter, and since which hour, where it was not granted.
    `tries`: where it was, what happened on that document so far; `since`: with which claim (`Lent.since`)."""

    said: Answer
    desk: int = 0
    hour: str = ""
    tries: Tries = Tries()
    since: int = 0


class OtherDesk(Protocol):
    """A desk's way to another."""

    def tell(self, envelope: bytes, within: float) -> bytes:
        """Hand over a message; the answer's envelope. Raises a `TestigoError` where it cannot be reached or refuses, or
        does not answer within so many seconds."""


class DeskLink:
    """One desk's end of its ways to the others. `ways`: by number of the desk."""

    def __init__(self, folder: MachineFolder, opening: OpeningKey, ways: Mapping[int, OtherDesk]) -> None:
        self._folder = folder
        self._opening = opening
        self._ways = dict(ways)
        self._numbers = Numbers(folder.path / NUMBERS_FORMAT.name)
        self._purpose = f"testigo/desks/{folder.settings.election}/{folder.station_id}"

    @property
    def own(self) -> int:
        """This desk's number."""
        return self._folder.machine.number

    def message(self, to: int, asked: Asked) -> bytes:
        """What is said to the home desk of a document, with the next number: of two messages the one that was made
        first is refused if it arrives last."""
        return self._signed(MESSAGE_TYPE, to, self._numbers.next(), "", asked)

    def send(self, to: int, envelope: bytes, within: float = waits.ANSWER) -> Answered:
        """Hand a message over; its answer. Raises `TestigoError` where there is none."""
        way = self._ways.get(to)
        if way is None:
            raise StorageError("machine.does-not-answer", place=self._place(to), why="not connected")
        reply = self._opened(way.tell(envelope, within), ANSWER_TYPE, to)
        if reply.answers != canonical.digest(envelope):
            raise InvalidSignature("desk-message.answers-another", place=self._place(to))
        return self._unsealed(reply, Answered)

    def read(self, envelope: bytes, received: Mapping[str, int]) -> tuple[DeskMessage, Asked]:
        """A message of another desk that may be obeyed. `received`: the highest number of each desk so far.

        Raises `InvalidInput` or `InvalidSignature`, `IllegalStep` for a number that was heard before.
        """
        by = self._claimed_desk(envelope)
        said = self._opened(envelope, MESSAGE_TYPE, by)
        if said.number <= received.get(str(by), 0):
            raise IllegalStep("desk-message.old", place=self._place(by))
        asked = self._unsealed(said, Asked)
        if asked.desk != by:
            raise InvalidSignature("desk-message.of-another", place=self._place(by))
        return said, asked

    def answer(self, envelope: bytes, said: DeskMessage, answered: Answered) -> bytes:
        """The signed answer to a message."""
        return self._signed(ANSWER_TYPE, said.by, said.number, canonical.digest(envelope), answered)

    def _signed(self, type_: str, to: int, number: int, answers: str, content: msgspec.Struct) -> bytes:
        folder = self._folder
        plain = msgspec.json.encode(content)
        sealed = base64.b64encode(self._opening.public.seal(plain, purpose=self._purpose)).decode()
        said = DeskMessage(folder.settings.election, folder.station_id, self.own, to, number, answers, sealed)
        return keys.sign_envelope(type_, said, folder.key)

    def _opened(self, envelope: bytes, type_: str, by: int) -> DeskMessage:
        folder, place = self._folder, self._place(by)
        opened = keys.open_envelope(envelope, folder.key_of(StationMachine("check-in", by)), type_, place=place)
        said = _converted(opened.payload, DeskMessage, place)
        meant = (folder.settings.election, folder.station_id, by, self.own)
        if (said.election, said.station, said.by, said.to) != meant:
            raise InvalidSignature("desk-message.of-another", place=place)
        return said

    def _claimed_desk(self, envelope: bytes) -> int:
        """Whose message it says it is: only to find the key that it must bear."""
        claimed = _converted(keys.unverified_payload(envelope, MESSAGE_TYPE), DeskMessage, self._place(0))
        if not 1 <= claimed.by <= self._folder.machines.desk_count or claimed.by == self.own:
            raise InvalidSignature("desk-message.of-another", place=self._place(0))
        return claimed.by

    def _unsealed(self, said: DeskMessage, kind: type[_Content]) -> _Content:
        place = self._place(said.by)
        plain = self._opening.open(keys.decode_base64(said.sealed, place=place), purpose=self._purpose, place=place)
        try:
            return msgspec.json.decode(plain, type=kind, strict=True)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput("desk-message.malformed", place=place, why=why_refused(error)) from None

    def _place(self, by: int) -> Message:
        return message("place", "desk-message", number=by)


def _converted(payload: Any, kind: type[_Content], place: Message) -> _Content:
    try:
        return msgspec.convert(payload, kind, strict=True)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInput("desk-message.malformed", place=place, why=why_refused(error)) from None
