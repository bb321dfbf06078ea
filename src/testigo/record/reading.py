"""Read a published record, and say of every file whether it is what the log says.

In the order of the code. The checkpoint, signed with the key in `log.pub`, fixes how many entries there are and their
root hash. From the size follows which tiles and entry bundles must exist. The entries' leaf hashes must give that root
hash, and every tile must be exactly what follows from them. Each entry names a statement's file and its digest, so the
statements are accounted for too. The first statement is signed by the key in `root.pub`. Nothing else may be in the
folder. So each byte of each file is bound, and each finding names the file that is at fault.

A file that is missing makes the record *incomplete*, one that disk or network will not give is *unchecked*; one that is
not what the log says is a *failure*. What cannot be computed without a file gets the grade of that file, unless what is
left is enough to show that something is wrong.

What this does not look at is what statements mean and whether who signed them may: the room `witness` does.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from testigo import canonical, keys
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import PublicKey
from testigo.record import checkpoint, merkle, note, tiles
from testigo.record.checkpoint import Checkpoint
from testigo.record.entry import FILE_NAME, MAX_ENTRY_SIZE, MAX_STATEMENT_SIZE, STATEMENTS, Entry, decode_entry
from testigo.record.file_findings import FileFindings
from testigo.record.finding import Finding, Grade
from testigo.record.log import CHECKPOINT, LOG_KEY, ROOT_KEY, decode_key_file
from testigo.record.other_files import OtherFiles
from testigo.record.published import Absent, PublishedRecord
from testigo.record.source import Source, open_source
from testigo.record.statement import PAYLOAD_TYPE
from testigo.words import first_of, message

MAX_SIZE = 4_000_000
"""Entries beyond which a record is not read: a hundred statements from each of 40,000 machines."""

_KEY_LIMIT = 1024
_ATTEMPTS = 3
_NAMED = 3
"""Cosignatures that are named."""
_SHOWN = 200
"""Characters that an error quotes of a path."""


def read_record(
    path_or_address: str | Path,
    *,
    on_check: Callable[[Finding], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PublishedRecord:
    """Read and check the record in a folder or at an `http(s)` address. Never raises for a damaged record.

    `on_check` is told each finding at the end, `on_progress` how many of how many statements are read. A record that is
    published again while it is read is read again. Over HTTP, files beside those of the log cannot be seen; the finding
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
    """One pass over a record: what was read, and what was found so far."""

    source: Source
    on_progress: Callable[[int, int], None]
    notes: FileFindings = field(default_factory=FileFindings)
    expected: set[str] = field(default_factory=lambda: {CHECKPOINT, LOG_KEY, ROOT_KEY})
    entries: dict[int, bytes] = field(default_factory=dict)
    """Entries that are in the log, by index; one that is damaged is not here, and its statement's file has no name."""

    def run(self) -> PublishedRecord:
        """All checks in order; each goes as far as what the ones before it left to stand on."""
        root_key, log_key = self._key(ROOT_KEY), self._key(LOG_KEY)
        data, claim = self._checkpoint(log_key)
        if claim is None:
            self._say_what_cannot_be_read(root_key, log_key)
            return PublishedRecord(
                self.source.name,
                findings=tuple(self.notes.findings),
                checkpoint=data,
                root_key=root_key,
                log_key=log_key,
            )
        contents = self._tiles(claim.size)
        leaves, sound = self._leaves(claim, contents)
        self._compare_tiles(claim.size, leaves, contents)
        named = self._named(claim.size)
        envelopes = self._statements(named)
        self._root_signs_first(root_key, envelopes)
        OtherFiles(self.source, self.notes, self.expected, self.entries, claim.size).check(leaves)
        return PublishedRecord(
            self.source.name,
            claim.origin,
            claim.size,
            claim.root_hash,
            tuple(envelopes.values()),
            tuple(self.notes.findings),
            data,
            root_key,
            log_key,
            tuple(leaves) if sound else None,
            tuple(self._absent(claim.size, named, envelopes)),
        )

    # Keys and checkpoint

    def _key(self, path: str) -> PublicKey | None:
        try:
            key = decode_key_file(self.source.read(path, _KEY_LIMIT), place=path)
        except TestigoError as error:
            self.notes.trouble("keys", error, path)
            return None
        self.notes.write("keys", Grade.OK, message("finding", "keys.key", id=key.key_id), path)
        return key

    def _checkpoint(self, log_key: PublicKey | None) -> tuple[bytes, Checkpoint | None]:
        """The checkpoint's bytes and what it claims; None where nothing can be built on the claim."""
        data = b""
        try:
            data = self.source.read(CHECKPOINT, note.MAX_SIZE)
            claim, signed = checkpoint.parse(data, place=CHECKPOINT)
        except TestigoError as error:
            self.notes.trouble("checkpoint", error, CHECKPOINT)
            return data, None
        signature_ok = self._checkpoint_signature(claim, signed, log_key)
        if claim.size > MAX_SIZE:
            detail = message("finding", "checkpoint.too-many-entries", size=claim.size, most=MAX_SIZE)
            self.notes.write("checkpoint", Grade.UNCHECKED, detail, CHECKPOINT)
            return data, None
        if not self._plausible(claim.size, signature_ok):
            detail = message("finding", "checkpoint.entries-not-here", count=claim.size)
            self.notes.write("checkpoint", Grade.INCOMPLETE, detail, CHECKPOINT)
            return data, None
        root_hash = claim.root_hash.hex()
        detail = message("finding", "checkpoint.signed", origin=claim.origin, count=claim.size, root_hash=root_hash)
        self.notes.summary("checkpoint", detail)
        return data, claim

    def _checkpoint_signature(self, claim: Checkpoint, signed: note.Note, log_key: PublicKey | None) -> bool:
        if log_key is None:
            detail = message("finding", "checkpoint.no-log-key")
            self.notes.write("checkpoint", self.notes.without(LOG_KEY), detail, CHECKPOINT)
            return False
        try:
            signed.verify(claim.origin, log_key)
        except InvalidSignature as error:
            self.notes.fail("checkpoint", error.message, CHECKPOINT)
            own = {one.key_hash for one in signed.signatures if one.name == claim.origin}
            if own and note.key_hash(claim.origin, log_key) not in own:
                self.notes.fail("keys", message("finding", "keys.not-of-checkpoint"), LOG_KEY)
            return False
        self._tell_cosignatures(claim, signed, log_key)
        return True

    def _tell_cosignatures(self, claim: Checkpoint, signed: note.Note, log_key: PublicKey) -> None:
        """Signatures of keys that the record does not hold: ignored, as C2SP signed-note prescribes, and shown."""
        own = (claim.origin, note.key_hash(claim.origin, log_key))
        others = [one.name for one in signed.signatures if (one.name, one.key_hash) != own]
        if others:
            names = first_of(others, _NAMED)
            detail = message("finding", "cosignatures.beside", count=len(others), names=names)
            self.notes.write("cosignatures", Grade.NOTE, detail, CHECKPOINT)

    def _plausible(self, size: int, signature_ok: bool) -> bool:
        """A size is believed as far as there are files, or where those cannot be seen, if it is signed: a false one
        must cost nothing.
        """
        with contextlib.suppress(TestigoError):
            present = self.source.unexpected_files(self.expected)
            return signature_ok if present is None else size <= tiles.WIDTH * (len(present) + 1)
        return signature_ok

    def _say_what_cannot_be_read(self, root_key: PublicKey | None, log_key: PublicKey | None) -> None:
        """Without a checkpoint no file can be accounted for. Where neither it nor a key is here, no record is: a wrong
        address, a page of another server, an empty folder.
        """
        if CHECKPOINT in self.notes.troubles and root_key is None and log_key is None:
            reason = next(finding.detail for finding in self.notes.findings if finding.place == CHECKPOINT)
            self.notes.findings.clear()
            answered = self.notes.troubles[CHECKPOINT] is not Grade.UNCHECKED
            detail = message("finding", "no-record.none" if answered else "no-record.no-checkpoint", reason=reason)
            self.notes.write("no-record", Grade.UNCHECKED, detail, CHECKPOINT)
        else:
            self.notes.write("files", Grade.UNCHECKED, message("finding", "files.no-checkpoint"))

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
                self.notes.trouble("tiles", data, path)
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
                self.notes.trouble("tiles", error, tile.path)
        from_entries = {index: merkle.leaf_hash(entry) for index, entry in self.entries.items()}
        for found in (from_entries, from_tiles, from_tiles | from_entries):
            leaves = [found.get(index, b"") for index in range(claim.size)]
            if all(leaves) and merkle.root(leaves) == claim.root_hash:
                self._keep_known(from_entries, leaves)
                return leaves, True
        self._tell_unsound(from_entries, from_tiles, claim.size)
        leaves = [from_entries.get(index) or from_tiles.get(index, b"") for index in range(claim.size)]
        self._keep_known(from_entries, leaves)
        return leaves, False

    def _tell_unsound(self, from_entries: dict[int, bytes], from_tiles: dict[int, bytes], size: int) -> None:
        """The root hash does not follow: because something is wrong, or because something is not here."""
        for index in sorted(from_entries.keys() & from_tiles.keys()):
            if from_entries[index] != from_tiles[index]:
                detail = message("finding", "tiles.other-hash", index=str(index))
                self.notes.fail("tiles", detail, tiles.holding(index, size).path)
        lost = [index for index in range(size) if index not in from_entries and index not in from_tiles]
        if not lost:
            self.notes.fail("tiles", message("finding", "tiles.other-root-hash"), CHECKPOINT)
            return
        files = {tiles.holding(index, size, level).path for index in lost for level in (-1, 0)}
        detail = message("finding", "tiles.entries-lost", lost=len(lost), size=size)
        self.notes.write("tiles", self.notes.without(*files), detail, CHECKPOINT)

    def _keep_known(self, hashes: dict[int, bytes], leaves: list[bytes]) -> None:
        """Drop entries that are not the ones hashed into the log, and say which bundles they stood in."""
        for index, hash_ in hashes.items():
            if hash_ != leaves[index]:
                del self.entries[index]
                detail = message("finding", "tiles.other-entry", index=str(index))
                self.notes.fail("tiles", detail, tiles.holding(index, len(leaves)).path)

    def _compare_tiles(self, size: int, leaves: list[bytes], contents: dict[tiles.Tile, bytes]) -> None:
        """Every tile of hashes must be, byte for byte, what the leaf hashes make it."""
        if all(leaves):
            hashes = tiles.HashLevels.of(leaves)
            for tile, data in contents.items():
                if tile.level >= 0 and data != hashes.content(tile):
                    self.notes.fail("tiles", message("finding", "tiles.other-hashes"), tile.path)
        self.notes.summary("tiles", message("finding", "tiles.hold", tiles=len(contents), count=size))

    # Statements

    def _named(self, size: int) -> dict[str, tuple[int, Entry]]:
        """Index and entry of each statement that the log names, by its path."""
        named: dict[str, tuple[int, Entry]] = {}
        for index, data in self.entries.items():
            try:
                entry = decode_entry(data)
                match = FILE_NAME.fullmatch(entry.path.removeprefix(f"{STATEMENTS}/"))
                if not entry.path.startswith(f"{STATEMENTS}/") or match is None or int(match[1]) != index:
                    raise InvalidInput("log-entry.names-another-file", path=entry.path[:_SHOWN], index=str(index))
                named[entry.path] = (index, entry)
            except InvalidInput as error:
                detail = message("finding", "entries.wrong", index=str(index), problem=error.message)
                self.notes.fail("entries", detail, tiles.holding(index, size).path)
        if len(self.entries) == size:
            self.notes.summary("entries", message("finding", "entries.hold", count=len(named)))
        self.expected.update(named)
        return named

    def _statements(self, named: dict[str, tuple[int, Entry]]) -> dict[int, tuple[str, bytes]]:
        """Path and bytes of each statement whose file is the one that the log names."""
        envelopes: dict[int, tuple[str, bytes]] = {}
        for path, envelope in self.source.read_many(list(named), MAX_STATEMENT_SIZE):
            index, entry = named[path]
            if isinstance(envelope, TestigoError):
                self.notes.trouble("statement-files", envelope, path)
            elif problem := _mismatch(index, entry, envelope):
                self.notes.trouble("statement-files", problem, path)
            else:
                envelopes[index] = (path, envelope)
            self.on_progress(len(envelopes), len(named))
        self.notes.summary("statement-files", message("finding", "statement-files.hold", count=len(envelopes)))
        return envelopes

    def _absent(
        self, size: int, named: dict[str, tuple[int, Entry]], envelopes: dict[int, tuple[str, bytes]]
    ) -> Iterator[Absent]:
        """The log's entries whose statement was not read."""
        entries = dict(named.values())
        for index in range(size):
            entry = entries.get(index)
            if index in envelopes:
                continue
            if entry is not None:
                grade = self.notes.troubles[entry.path]
                yield Absent(index, entry.path, entry.type, entry.subject_in_path(), grade)
            else:
                grade = self.notes.troubles.get(tiles.holding(index, size).path, Grade.FAILURE)
                yield Absent(index, "", "", "", grade)

    def _root_signs_first(self, root_key: PublicKey | None, envelopes: dict[int, tuple[str, bytes]]) -> None:
        if root_key is None or 0 not in envelopes:
            return
        path, envelope = envelopes[0]
        try:
            keys.open_envelope(envelope, root_key, PAYLOAD_TYPE, place=path)
        except TestigoError as error:
            detail = message("finding", "keys.not-of-first-statement", file=path, problem=error.message)
            self.notes.fail("keys", detail, ROOT_KEY)


def _mismatch(index: int, entry: Entry, envelope: bytes) -> InvalidInput | None:
    """Why a statement's file is not the one that its entry names, if it is not."""
    digest = canonical.digest(envelope)
    if digest != entry.sha256:
        return InvalidInput("statement-file.changed", found=digest, expected=entry.sha256)
    try:
        own = Entry.of(index, envelope)
    except InvalidInput as error:
        return error
    if own == entry:
        return None
    return InvalidInput("statement-file.listed-otherwise", path=entry.path[:_SHOWN], type=entry.type[:_SHOWN])
