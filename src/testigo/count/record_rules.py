"""What a record says so far, read statement by statement in log order, each checked before it is believed.

`check` says whether a statement may follow; it changes nothing. `add` takes it in. The centre asks it before anything
is appended, and rebuilds it from the record's files whenever it starts, so that there is no second store to disagree
with.
"""

from typing import Self

from testigo import canonical
from testigo.count.body_rules import BodyRules
from testigo.count.conflict import Conflict
from testigo.count.key_rules import check_key_read
from testigo.count.kinds import KINDS, SHOWN, Kind, kind_of
from testigo.count.record_state import RecordedStatement, RecordState
from testigo.errors import InvalidInput
from testigo.keys import PublicKey, envelope_key_id
from testigo.record import SignedStatement, Statement, open_statement, peek


class RecordRules(RecordState):
    """What a record says so far, and which statement may follow."""

    def __init__(self, root: PublicKey) -> None:
        super().__init__(root)
        self._known: dict[str, PublicKey] = {}
        """Digest of each envelope that is in → the key that signed it, which may be replaced by now."""
        self._stated: set[tuple[str, str, int]] = set()

    def contains(self, envelope: bytes) -> bool:
        """Whether this very envelope is already in."""
        return canonical.digest(envelope) in self._known

    def fork(self) -> Self:
        """A copy that can take statements in without this one knowing: for "all of them or none"."""
        other = super().fork()
        other._known = dict(self._known)
        other._stated = set(self._stated)
        return other

    def skip(self, kind: str, subject: str) -> None:
        """Go on after a statement that the log holds here and that cannot be read: what follows on it is neither
        refused nor believed for want of it (`NeedsUnread`). A `kind` of "" may be any.

        Only for who checks a record; the centre appends nothing that it cannot read.
        """
        self.unread.add(kind, subject)
        if kind in KINDS:
            if not KINDS[kind].numbered:  # of which machine it is nobody knows
                self._stated.add((kind, subject, 1))
            if KINDS[kind].subject == "station":
                self.spoken.add(subject)

    def check(self, envelope: bytes, *, place: str = "") -> SignedStatement:
        """The statement, if it is signed by who may sign it and may follow what is already in.

        Raises `InvalidInput` (wrong shape, another election, unknown station), `InvalidSignature`, `IllegalStep`,
        `Conflict`, `NewerVersion`, or `NeedsUnread` after `skip`.
        """
        claimed = peek(envelope, place=place)
        kind = self._kind(claimed, envelope, place)
        self._check_subject(claimed, kind, place)
        signed = self._open(envelope, claimed, kind, place)
        BodyRules(self, place).check(signed, kind.read(signed.statement, place))
        self._check_once(signed.statement, kind, place)
        return signed

    def add(self, envelope: bytes, *, place: str = "", index: int | None = None) -> SignedStatement:
        """Check a statement and take it in; one that is already in is checked and changes nothing.

        `index`: its entry in the record, for a reader who had to pass over others; else the next one.
        """
        known = self._known.get(canonical.digest(envelope))
        if known is not None:
            return open_statement(envelope, known, place=place)
        signed = self.check(envelope, place=place)
        statement = signed.statement
        index, digest = len(self.entries) if index is None else index, canonical.digest(envelope)
        entry = RecordedStatement(index, statement.type, statement.subject, statement.issued, digest)
        self.entries.append(entry)
        self._known[digest] = signed.key
        self._stated.add((statement.type, statement.subject, KINDS[statement.type].number_of(statement)))
        self.take(signed, entry, place)
        return signed

    def _open(self, envelope: bytes, claimed: Statement, kind: Kind, place: str) -> SignedStatement:
        key_id = envelope_key_id(envelope, place=place)
        check_key_read(key_id, self.key_ring, self.unread, claimed.subject, place)
        role = kind.signer if kind.also is None or self.key_ring.role_of(key_id) != kind.also else kind.also
        number = kind.number_of(claimed) if role in ("booth", "check-in") else 1
        key = self.key_ring.key_for(role, key_id, claimed.subject, number, what=kind.label)
        return open_statement(envelope, key, place=place)

    def _kind(self, claimed: Statement, envelope: bytes, place: str) -> Kind:
        """The kind of a statement; one that only a later release can know must at least be signed by an admitted
        key.
        """
        if claimed.type not in KINDS:
            check_key_read(envelope_key_id(envelope, place=place), self.key_ring, self.unread, claimed.subject, place)
            open_statement(envelope, self.key_ring.any_key(envelope_key_id(envelope, place=place)), place=place)
        return kind_of(claimed.type, place)

    def _check_subject(self, claimed: Statement, kind: Kind, place: str) -> None:
        if claimed.type == "election-definition":
            if self._digest:
                raise Conflict("definition.already-there", place=place, hint="keep-the-first")
            return
        if not self.is_defined and not (self.parts.core and claimed.type == "station-list"):
            self.unread.check_read("station-list" if self.parts.core else "election-definition", "", place)
            raise self.parts.incomplete(place)
        subject = claimed.subject[:SHOWN]
        if claimed.election != self._digest:
            found, expected = f"{claimed.election[:16]}…", f"{self.election[:16]}…"
            raise InvalidInput(
                "statement.another-election", place=place, kind=kind.label, found=found, expected=expected
            )
        if kind.subject == "station" and claimed.subject not in self.station_ids:
            raise InvalidInput("statement.unknown-station", place=place, kind=kind.label, station=subject)
        # With a subject of its own, what may be said once could be said as often as there are words.
        if kind.subject == "election" and claimed.subject:
            raise InvalidInput("statement.not-of-whole-election", place=place, kind=kind.label, subject=subject)

    def _check_once(self, statement: Statement, kind: Kind, place: str) -> None:
        if kind.once and (statement.type, statement.subject, kind.number_of(statement)) in self._stated:
            if not statement.subject:
                raise Conflict("statement.second", place=place, hint="keep-the-first", kind=kind.label)
            station = statement.subject
            raise Conflict(
                "statement.second-of-station", place=place, hint="keep-the-first", kind=kind.label, station=station
            )
