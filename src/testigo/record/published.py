"""A published record as it was read: what it holds, what is missing, and what the checks of its files found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testigo.errors import InvalidInput, InvalidSignature, TestigoError, printable
from testigo.keys import PublicKey
from testigo.record import checkpoint, merkle, note
from testigo.record.finding import Finding, Grade
from testigo.record.log import CHECKPOINT


@dataclass(frozen=True)
class Absent:
    """A statement that the log accounts for and that was not read. `grade`: why, as the finding about its file says.

    `path`, `type` and `subject` (as in the file's name) are those of its log entry; all "" where that was not read.
    """

    index: int
    path: str
    type: str
    subject: str
    grade: Grade


@dataclass(frozen=True)
class PublishedRecord:
    """A record as it was read. Trust what it holds only as far as `findings` go.

    `envelopes`: path and bytes of each statement that is in the log unchanged, in log order; no signature on them was
    verified. `absent`: every other entry of the log. `checkpoint`: the bytes of that file. `root_key`, `log_key`: None
    where the file holds no key. `leaves`: leaf hashes of all entries, None where entries and root hash do not fit.
    """

    name: str
    origin: str = ""
    size: int = 0
    root_hash: bytes = b""
    envelopes: tuple[tuple[str, bytes], ...] = ()
    findings: tuple[Finding, ...] = ()
    checkpoint: bytes = b""
    root_key: PublicKey | None = None
    log_key: PublicKey | None = None
    leaves: tuple[bytes, ...] | None = None
    absent: tuple[Absent, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every check was made and holds."""
        return all(finding.holds for finding in self.findings)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Proof that entry `index` is in this log; see `merkle`. Raises `InvalidInput` where there is none to give."""
        if self.leaves is None or not 0 <= index < len(self.leaves):
            raise InvalidInput(f"the record has no sound entry {index}", place=self.name)
        return merkle.inclusion_proof(self.leaves, index)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """Proof that the log of `old_size` entries begins this one; see `merkle`. Raises `InvalidInput`."""
        if self.leaves is None or not 0 <= old_size <= len(self.leaves):
            raise InvalidInput(f"the record has no sound {old_size} first entries", place=self.name)
        return merkle.consistency_proof(self.leaves, old_size)

    def check_consistency(
        self, kept: bytes | str, signers: Callable[[int], Sequence[PublicKey]] | None = None
    ) -> Finding:
        """Is this record a continuation of the one whose checkpoint a witness kept? `kept`: that file's content.

        `signers`: the keys that sign a log of so many entries (`election.KeyRing.log_keys`); without it, the one in
        `log.pub`. The tree of the first entries is computed again from the entries themselves, so no proof has to be
        believed. A kept checkpoint that is not one of this log says nothing about it. One that is longer does not
        either: this may be an older copy, or a log that was cut back.
        """
        grade, detail = self._compare_with(kept, signers)
        return Finding("kept-checkpoint", grade, CHECKPOINT, printable(detail))

    def _compare_with(
        self, kept: bytes | str, signers: Callable[[int], Sequence[PublicKey]] | None
    ) -> tuple[Grade, str]:
        if self.log_key is None or self.leaves is None:
            return Grade.UNCHECKED, "the root hash of this record is not certain, so nothing can be compared with it"
        try:
            data = kept.encode() if isinstance(kept, str) else kept
            claimed, signed = checkpoint.parse(data, place="kept checkpoint")
            able = (signers(claimed.size) if signers else ()) or (self.log_key,)
            key = _signer(claimed.origin, signed, able) or able[-1]
            old = checkpoint.open_checkpoint(data, key, place="kept checkpoint")
        except (InvalidInput, InvalidSignature, UnicodeEncodeError) as error:
            problem = error.problem if isinstance(error, TestigoError) else "not Unicode"
            return Grade.UNCHECKED, f"the kept file is not a checkpoint of this log: {problem}"
        if old.origin != self.origin:
            return Grade.UNCHECKED, f"the kept checkpoint is of another log, {old.origin!r}"
        if old.size > self.size:
            detail = (
                f"the log had {old.size} entries, here are {self.size}: this copy is older, or the log was cut back"
            )
            return Grade.INCOMPLETE, detail
        if merkle.root(self.leaves[: old.size]) != old.root_hash:
            return Grade.FAILURE, f"the first {old.size} entries are not what they were: the log was rewritten"
        return Grade.OK, f"the log of {old.size} entries is the beginning of this one of {self.size}"


def _signer(origin: str, signed: note.Note, able: Sequence[PublicKey]) -> PublicKey | None:
    """The one of these keys whose hash stands on the note; nothing is verified."""
    hashes = {signature.key_hash for signature in signed.signatures}
    return next((key for key in able if note.key_hash(origin, key) in hashes), None)
