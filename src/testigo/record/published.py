"""Read a published record as a stranger would, and say of every file whether it is what the log says.

The story, in the order of the code. The checkpoint, signed with the key in `log.pub`, fixes how many entries there are
and their root hash. From the size follows which tiles and entry bundles must exist. The entries' leaf hashes must give
that root hash, and every tile must be exactly what follows from them. Each entry names a statement's file and its
digest, so the statements are accounted for too. The first statement is signed by the key in `root.pub`. Nothing else
may be in the folder. So each byte of each file is bound, and each finding names the file that is at fault.

What this does not look at is what statements mean and whether who signed them may: the room `witness` does.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from testigo import canonical, keys
from testigo.errors import InvalidInput, InvalidSignature, TestigoError, printable
from testigo.keys import PublicKey
from testigo.record import checkpoint, merkle, note, tiles
from testigo.record.checkpoint import Checkpoint
from testigo.record.entry import FILE_NAME, MAX_ENTRY_SIZE, MAX_STATEMENT_SIZE, STATEMENTS, Entry, decode_entry
from testigo.record.log import CHECKPOINT, LOG_KEY, ROOT_KEY, decode_key_file
from testigo.record.source import Source, open_source
from testigo.record.statement import PAYLOAD_TYPE

MAX_SIZE = 4_000_000
"""Entries beyond which a record is not read: a hundred statements from each of 40,000 machines."""

_KEY_LIMIT = 1024
_ATTEMPTS = 3


class Finding(msgspec.Struct, frozen=True):
    """One check and what it found. `place`: the file at fault, relative to the record; "" for all of it."""

    check: str
    ok: bool
    detail: str
    place: str = ""


@dataclass(frozen=True)
class PublishedRecord:
    """A record as it was read. Trust what it holds only as far as `findings` go.

    `envelopes`: path and bytes of each statement that is in the log unchanged, in log order; no signature on them was
    verified. `checkpoint`: the bytes of that file. `root_key`, `log_key`: None where the file holds no key. `leaves`:
    leaf hashes of all entries, None where entries and root hash do not fit.
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

    @property
    def ok(self) -> bool:
        """True if no check failed."""
        return all(finding.ok for finding in self.findings)

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
        believed.
        """
        name = "consistency"
        try:
            if self.log_key is None or self.leaves is None:
                raise InvalidInput("the record is damaged, so nothing can be compared with it")
            data = kept.encode() if isinstance(kept, str) else kept
            claimed, signed = checkpoint.parse(data, place="kept checkpoint")
            able = (signers(claimed.size) if signers else ()) or (self.log_key,)
            key = _signer(claimed.origin, signed, able) or able[-1]
            old = checkpoint.open_checkpoint(data, key, place="kept checkpoint")
            if old.origin != self.origin:
                raise InvalidInput(f"the kept checkpoint is of another log, {old.origin!r}")
            if old.size > self.size:
                raise InvalidSignature(f"the log had {old.size} entries and now has {self.size}: it was cut back")
            if merkle.root(self.leaves[: old.size]) != old.root_hash:
                raise InvalidSignature(f"the first {old.size} entries are not what they were: the log was rewritten")
        except (TestigoError, UnicodeEncodeError) as error:
            return Finding(name, False, str(error).removesuffix("."), CHECKPOINT)
        return Finding(name, True, f"the log of {old.size} entries is the beginning of this one of {self.size}")


def _signer(origin: str, signed: note.Note, able: Sequence[PublicKey]) -> PublicKey | None:
    """The one of these keys whose hash stands on the note; nothing is verified."""
    hashes = {signature.key_hash for signature in signed.signatures}
    return next((key for key in able if note.key_hash(origin, key) in hashes), None)


def read_record(
    path_or_address: str | Path,
    *,
    on_check: Callable[[Finding], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PublishedRecord:
    """Read and check the record in a folder or at an `http(s)` address. Never raises for a damaged record.

    `on_check` is told each finding at the end, `on_progress` how many of how many statements are read. A record that is
    published anew while it is read is read again. Over HTTP, files beside those of the log cannot be seen; the finding
    `files` says so.
    """
    source = open_source(path_or_address)
    try:
        for _ in range(_ATTEMPTS):
            record = _Reading(source, on_progress or (lambda done, total: None)).run()
            if record.ok or not _moved_on(source, record):
                break
    finally:
        source.close()
    for finding in record.findings:
        if on_check is not None:
            on_check(finding)
    return record


def _moved_on(source: Source, seen: PublishedRecord) -> bool:
    """Whether the log has published since, or goes on under another key."""
    with contextlib.suppress(TestigoError):
        if source.read(CHECKPOINT, note.MAX_SIZE) != seen.checkpoint:
            return True
        return decode_key_file(source.read(LOG_KEY, _KEY_LIMIT)) != seen.log_key
    return False


@dataclass
class _Reading:
    """One pass over a record: what was read, and the findings so far."""

    source: Source
    on_progress: Callable[[int, int], None]
    findings: list[Finding] = field(default_factory=list)
    expected: set[str] = field(default_factory=lambda: {CHECKPOINT, LOG_KEY, ROOT_KEY})
    entries: dict[int, bytes] = field(default_factory=dict)
    """Entries that are in the log, by index; one that is damaged is not here, and its statement's file has no name."""

    def run(self) -> PublishedRecord:
        """All checks in order; each goes as far as what the ones before it left to stand on."""
        root_key, log_key = self._key(ROOT_KEY), self._key(LOG_KEY)
        data, claim = self._checkpoint(log_key)
        if claim is None:
            self._finding("files", "cannot be accounted for without a checkpoint that can be read")
            return PublishedRecord(
                self.source.name,
                findings=tuple(self.findings),
                checkpoint=data,
                root_key=root_key,
                log_key=log_key,
            )
        contents = self._tiles(claim.size)
        leaves, sound = self._leaves(claim, contents)
        self._compare_tiles(claim.size, leaves, contents)
        envelopes = self._statements(claim.size)
        self._root_signs_first(root_key, envelopes)
        self._strangers(claim.size)
        return PublishedRecord(
            self.source.name,
            claim.origin,
            claim.size,
            claim.root_hash,
            tuple(envelopes.values()),
            tuple(self.findings),
            data,
            root_key,
            log_key,
            tuple(leaves) if sound else None,
        )

    def _finding(self, check: str, detail: str, place: str = "", *, ok: bool = False) -> None:
        self.findings.append(Finding(check, ok, printable(detail), printable(place)))

    def _failed(self, check: str) -> bool:
        return any(finding.check == check and not finding.ok for finding in self.findings)

    def _summary(self, check: str, detail: str) -> None:
        """One good finding for a check of which no part failed."""
        if not self._failed(check):
            self._finding(check, detail, ok=True)

    # Keys and checkpoint

    def _key(self, path: str) -> PublicKey | None:
        try:
            key = decode_key_file(self.source.read(path, _KEY_LIMIT), place=path)
        except TestigoError as error:
            self._finding("keys", error.problem, path)
            return None
        self._finding("keys", f"key {key.key_id}", path, ok=True)
        return key

    def _checkpoint(self, log_key: PublicKey | None) -> tuple[bytes, Checkpoint | None]:
        """The checkpoint's bytes and what it claims; None where nothing can be built on the claim."""
        data = b""
        try:
            data = self.source.read(CHECKPOINT, note.MAX_SIZE)
            claim, signed = checkpoint.parse(data, place=CHECKPOINT)
            if claim.size > MAX_SIZE:
                raise InvalidInput(f"claims {claim.size:,} entries, more than any election has")
        except TestigoError as error:
            self._finding("checkpoint", error.problem, CHECKPOINT)
            return data, None
        signature_ok = self._checkpoint_signature(claim, signed, log_key)
        if not self._plausible(claim.size, signature_ok):
            self._finding("checkpoint", f"claims {claim.size:,} entries, which are not there", CHECKPOINT)
            return data, None
        self._summary("checkpoint", f"{claim.origin}: {claim.size:,} entries, root hash {claim.root_hash.hex()}")
        return data, claim

    def _checkpoint_signature(self, claim: Checkpoint, signed: note.Note, log_key: PublicKey | None) -> bool:
        if log_key is None:
            self._finding("checkpoint", "its signature cannot be checked without the log's key", CHECKPOINT)
            return False
        if len(signed.signatures) != 1:
            self._finding("checkpoint", _too_many(claim, signed), CHECKPOINT)
        try:
            signed.verify(claim.origin, log_key)
        except InvalidSignature as error:
            self._finding("checkpoint", error.problem, CHECKPOINT)
            if signed.signatures[0].key_hash != note.key_hash(claim.origin, log_key):
                self._finding("keys", "not the key that the checkpoint is signed with", LOG_KEY)
            return False
        return True

    def _plausible(self, size: int, signature_ok: bool) -> bool:
        """A size is believed as far as there are files, over HTTP if it is signed: a false one must cost nothing."""
        with contextlib.suppress(TestigoError):
            present = self.source.strangers(self.expected)
            return signature_ok if present is None else size <= tiles.WIDTH * (len(present) + 1)
        return False

    # Tiles and entries

    def _tiles(self, size: int) -> dict[tiles.Tile, bytes]:
        """The bytes of every tile and bundle that could be read."""
        by_path = {tile.path: tile for tile in tiles.all_tiles(size)}
        self.expected.update(by_path)
        contents: dict[tiles.Tile, bytes] = {}
        for path, data in self.source.read_many(list(by_path), tiles.WIDTH * MAX_ENTRY_SIZE):
            if isinstance(data, bytes):
                contents[by_path[path]] = data
            else:
                self._finding("tiles", data.problem, path)
        return contents

    def _leaves(self, claim: Checkpoint, contents: dict[tiles.Tile, bytes]) -> tuple[list[bytes], bool]:
        """All leaf hashes, and whether they give the checkpoint's root hash; fills `entries`.

        Bundles and level 0 tiles say the same thing twice. Whichever gives the root hash tells what the other should
        be; where neither does, the checkpoint itself may be at fault, and the bundles are taken as they are.
        """
        from_tiles: dict[int, bytes] = {}
        for tile, data in contents.items():
            try:
                if tile.level < 0:
                    self.entries.update(enumerate(tiles.decode_bundle(data, tile.width), tile.start))
                elif tile.level == 0:
                    from_tiles.update(enumerate(tiles.split_hashes(data, tile.width), tile.start))
            except InvalidInput as error:
                self._finding("tiles", error.problem, tile.path)
        from_entries = {index: merkle.leaf_hash(entry) for index, entry in self.entries.items()}
        for found in (from_entries, from_tiles):
            leaves = [found.get(index, b"") for index in range(claim.size)]
            if all(leaves) and merkle.root(leaves) == claim.root_hash:
                self._keep_known(from_entries, leaves)
                return leaves, True
        self._finding("tiles", "neither entries nor tiles give the checkpoint's root hash", CHECKPOINT)
        leaves = [from_entries.get(index) or from_tiles.get(index, b"") for index in range(claim.size)]
        self._keep_known(from_entries, leaves)
        return leaves, False

    def _keep_known(self, hashes: dict[int, bytes], leaves: list[bytes]) -> None:
        """Drop entries that are not the ones hashed into the log, and say which bundles they stood in."""
        for index, hash_ in hashes.items():
            if hash_ != leaves[index]:
                del self.entries[index]
                self._finding("tiles", f"entry {index} is not the one in the log", _bundle_path(index, len(leaves)))

    def _compare_tiles(self, size: int, leaves: list[bytes], contents: dict[tiles.Tile, bytes]) -> None:
        """Every tile of hashes must be, byte for byte, what the leaf hashes make it."""
        if all(leaves):
            hashes = tiles.HashLevels()
            for leaf in leaves:
                hashes.append(leaf)
            for tile, data in contents.items():
                if tile.level >= 0 and data != hashes.content(tile):
                    self._finding("tiles", "not the hashes that follow from the log's entries", tile.path)
        self._summary("tiles", f"{len(contents):,} tiles and bundles, {size:,} entries give the root hash")

    # Statements

    def _statements(self, size: int) -> dict[int, tuple[str, bytes]]:
        """Path and bytes of each statement whose file is the one that the log names."""
        named: dict[str, tuple[int, Entry]] = {}
        for index, data in self.entries.items():
            try:
                entry = decode_entry(data)
                match = FILE_NAME.fullmatch(entry.path.removeprefix(f"{STATEMENTS}/"))
                if not entry.path.startswith(f"{STATEMENTS}/") or match is None or int(match[1]) != index:
                    raise InvalidInput(f"names {entry.path!r}, which is no file of statement {index}")
                named[entry.path] = (index, entry)
            except InvalidInput as error:
                self._finding("entries", f"entry {index}: {error.problem}", _bundle_path(index, size))
        self._summary("entries", f"{len(named):,} entries name a statement each")
        self.expected.update(named)
        envelopes: dict[int, tuple[str, bytes]] = {}
        for path, envelope in self.source.read_many(list(named), MAX_STATEMENT_SIZE):
            index, entry = named[path]
            problem = envelope.problem if isinstance(envelope, TestigoError) else _mismatch(index, entry, envelope)
            if problem:
                self._finding("statements", problem, path)
            elif isinstance(envelope, bytes):
                envelopes[index] = (path, envelope)
            self.on_progress(len(envelopes), len(named))
        self._summary("statements", f"{len(envelopes):,} statements are in the log, byte for byte")
        return envelopes

    def _root_signs_first(self, root_key: PublicKey | None, envelopes: dict[int, tuple[str, bytes]]) -> None:
        if root_key is None or 0 not in envelopes:
            return
        path, envelope = envelopes[0]
        try:
            keys.open_envelope(envelope, root_key, PAYLOAD_TYPE, place=path)
        except TestigoError as error:
            self._finding("keys", f"not the key that signed the first statement, {path} ({error.problem})", ROOT_KEY)

    def _strangers(self, size: int) -> None:
        """What is in the folder beside the record's files."""
        try:
            strangers = self.source.strangers(self.expected)
        except TestigoError as error:
            self._finding("files", error.problem)
            return
        if strangers is None:
            self._summary("files", f"{len(self.expected):,} files; over HTTP, files beside them cannot be seen")
            return
        for path, kind in strangers:
            match = FILE_NAME.fullmatch(Path(path).name) if Path(path).parent == Path(STATEMENTS) else None
            if match and int(match[1]) < size and int(match[1]) not in self.entries:
                self._finding("statements", "cannot be checked, because its entry in the log is damaged", path)
            else:
                self._finding("files", f"a {kind} that is no part of the record", path)
        self._summary("files", f"{len(self.expected):,} files, and none beside them")


def _mismatch(index: int, entry: Entry, envelope: bytes) -> str:
    """Why a statement's file is not the one that its entry names, or ""."""
    if canonical.digest(envelope) != entry.sha256:
        return f"changed: its digest is {canonical.digest(envelope)}, the log says {entry.sha256}"
    try:
        own = Entry.of(index, envelope)
    except InvalidInput as error:
        return error.problem
    return "" if own == entry else f"the log lists it as {entry.path} of type {entry.type!r}, which it is not"


def _too_many(claim: Checkpoint, signed: note.Note) -> str:
    """Why a checkpoint bears more than one signature."""
    if sum(signature.name == claim.origin for signature in signed.signatures) > 1:
        return "bears two signatures of the log: its key is being replaced, and the log's owner has to finish that"
    return "bears signatures beside the log's; keep those in another file"


def _bundle_path(index: int, size: int) -> str:
    number = index // tiles.WIDTH
    return tiles.Tile(-1, number, min(tiles.WIDTH, size - number * tiles.WIDTH)).path
