"""A published record as it was read: what it holds, what is missing, and what the checks of its files found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import PublicKey
from testigo.record import checkpoint, merkle, note
from testigo.record.finding import Finding, Grade
from testigo.record.log import CHECKPOINT
from testigo.words import Message, message


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
            raise InvalidInput("record.entry-not-sound", place=self.name, index=str(index))
        return merkle.inclusion_proof(self.leaves, index)

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """Proof that the log of `old_size` entries begins this one; see `merkle`. Raises `InvalidInput`."""
        if self.leaves is None or not 0 <= old_size <= len(self.leaves):
            raise InvalidInput("record.first-entries-not-sound", place=self.name, count=old_size)
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
        return Finding.of("kept-checkpoint", grade, detail, CHECKPOINT)

    def _compare_with(
        self, kept: bytes | str, signers: Callable[[int], Sequence[PublicKey]] | None
    ) -> tuple[Grade, Message]:
        if self.log_key is None or self.leaves is None:
            return Grade.UNCHECKED, message("finding", "kept-checkpoint.root-hash-not-certain")
        try:
            data = _as_published(kept.encode(errors="surrogatepass") if isinstance(kept, str) else kept)
            claimed, signed = checkpoint.parse(data)
            able = (signers(claimed.size) if signers else ()) or (self.log_key,)
            key = _signer(claimed.origin, signed, able) or able[-1]
            old = checkpoint.open_checkpoint(data, key)
        except (InvalidInput, InvalidSignature) as error:
            return Grade.UNCHECKED, message("finding", "kept-checkpoint.not-of-this-log", problem=error.message)
        if old.origin != self.origin:
            return Grade.UNCHECKED, message("finding", "kept-checkpoint.of-another-log", origin=old.origin)
        if old.size > self.size:
            detail = message("finding", "kept-checkpoint.longer", old=old.size, new=self.size)
            return Grade.INCOMPLETE, detail
        if merkle.root(self.leaves[: old.size]) != old.root_hash:
            return Grade.FAILURE, message("finding", "kept-checkpoint.rewritten", count=old.size)
        return Grade.OK, message("finding", "kept-checkpoint.continued", old=old.size, new=self.size)


def _as_published(kept: bytes) -> bytes:
    """A kept checkpoint with the line ends that it was published with: mail programs and editors write others, put a
    byte order mark before them, or leave blank lines at the end. What is signed is the text.
    """
    lines = kept.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return lines.rstrip(b"\n") + b"\n"


def _signer(origin: str, signed: note.Note, able: Sequence[PublicKey]) -> PublicKey | None:
    """The one of these keys whose hash stands on the note; nothing is verified."""
    hashes = {signature.key_hash for signature in signed.signatures}
    return next((key for key in able if note.key_hash(origin, key) in hashes), None)
