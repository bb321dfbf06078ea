"""The log's own hand: append statements, publish them, and survive a power cut at any instant.

The order of writing is what makes it safe. `append` keeps the statement's file, flushed, before it returns the index.
`publish` then writes entry bundles and tiles, then the checkpoint, and last removes the partial tiles of those that are
full now. Every file is replaced whole or not at all (`storage.write`), and full tiles never change, so the published
checkpoint is at every instant one whose tiles are all there.

What a cut leaves behind is repaired by the next `open`: statements that were kept but not yet published are taken up
again under the same index (a statement's index is in its file's name, so the log cannot fork), and tiles without a
checkpoint are removed. The folder is therefore determined by the statements and the key, but for the partial tiles of
earlier checkpoints, which stay until the full tile is there.

The log goes on under another key by `rekey`: the checkpoint is signed with both keys, then `log.pub` names the new one,
then the old signature goes. So the checkpoint verifies under `log.pub` at every instant, and what a cut leaves behind,
two signatures, is repaired by the next `open` with the key that `log.pub` names. Where the old key is lost,
`open_without_key` goes on under the new one alone.

Several processes may hold a `Log` of one folder: each operation locks the folder, and reads it again if another wrote.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from testigo import canonical, keys, locks, storage
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.keys import PublicKey, SigningKey
from testigo.record import checkpoint, merkle, tiles
from testigo.record.checkpoint import Checkpoint
from testigo.record.entry import FILE_NAME, MAX_STATEMENT_SIZE, STATEMENTS, Entry, decode_entry

CHECKPOINT = "checkpoint"
LOG_KEY = "log.pub"
ROOT_KEY = "root.pub"
TILES = "tile"


def encode_key_file(key: PublicKey) -> bytes:
    """The content of `log.pub` and `root.pub`: 64 hexadecimal digits and a line end."""
    return f"{key.hex}\n".encode()


def decode_key_file(data: bytes, *, place: str = "") -> PublicKey:
    """The key in a `.pub` file; raises `InvalidInput` for any spelling but that of `encode_key_file`."""
    text = data.decode("ascii", errors="replace")
    if len(data) != 65 or not text.endswith("\n"):
        raise InvalidInput("key-file.malformed", place=place)
    return PublicKey.from_hex(text[:-1])


def require_no_record(folder: Path) -> None:
    """Raise `InvalidInput` for the folder of a public record and those in it: a file more there would be a failed
    check."""
    inner = storage.resolved(folder)
    for one in (inner, *inner.parents):
        if (one / CHECKPOINT).is_file():
            raise InvalidInput("folder.of-record", place=folder)


class Log:
    """An append-only log in `folder`. Made by `create` or `open`."""

    def __init__(self, folder: Path, key: SigningKey) -> None:
        self.folder = folder
        self.origin = ""
        self._key = key
        self._key_was_lost = False
        """Whether `log.pub` still names another key, which is lost."""
        self._generation: int | None = None
        self._published: int
        self._entries: list[bytes]
        self._index_of: dict[str, int]
        self._hashes: tiles.HashLevels
        self._frontier: merkle.Frontier
        self._forget()

    @classmethod
    def create(cls, folder: Path, origin: str, key: SigningKey, *, root_key: PublicKey | None = None) -> "Log":
        """Start an empty log, published at size 0.

        `origin`: the log's name for ever, like `example.org/elections/2026` (no white space, no `+`). `root_key`:
        written to `root.pub`; whoever leaves it out puts that file there before anything is appended. Raises
        `IllegalStep` where a record is already there.
        """
        first = Checkpoint(origin, 0, merkle.EMPTY_ROOT).sign(key)
        if (folder / CHECKPOINT).exists() or next((folder / STATEMENTS).glob("*"), None):
            raise IllegalStep("record.already-there", place=folder)
        storage.make_folder(folder / STATEMENTS)
        storage.write(folder / LOG_KEY, encode_key_file(key.public))
        if root_key is not None:
            storage.write(folder / ROOT_KEY, encode_key_file(root_key))
        storage.write(folder / CHECKPOINT, first)
        return cls.open(folder, key)

    @classmethod
    def open(cls, folder: Path, key: SigningKey) -> "Log":
        """Go on with a log, repairing what a power cut left behind.

        Raises `StorageError` where there is none or it cannot be read, `InvalidSignature` where `key` is not the one in
        `log.pub`, `InvalidInput` where the record is damaged.
        """
        log = cls(folder, key)
        with log._locked():
            return log

    @classmethod
    def open_without_key(cls, folder: Path, key: SigningKey) -> "Log":
        """Go on under `key` where the one in `log.pub` is lost. The folder changes by the next `publish`, which must
        cover the statement that announces `key`, and which `key` alone signs; so a cut in between leaves a checkpoint
        that does not verify under `log.pub`, until this is called again.

        Raises as `open`, but for the key in `log.pub`.
        """
        log = cls(folder, key)
        log._key_was_lost = True
        with log._locked():
            return log

    @property
    def key(self) -> PublicKey:
        """The key that signs the checkpoints."""
        return self._key.public

    @property
    def size(self) -> int:
        """How many statements were appended, published or not."""
        return self._frontier.size

    @property
    def published_size(self) -> int:
        """How many statements the published checkpoint covers."""
        return self._published

    def append(self, envelope: bytes) -> int:
        """Keep a statement and return its index; the same envelope twice counts once, under its first index.

        On disk when this returns, in the public log after `publish`. Raises `InvalidInput` for what is not a statement,
        `InvalidSignature` where the first statement is not signed by the key in `root.pub`.
        """
        with self._locked():
            known = self._index_of.get(canonical.digest(envelope))
            if known is not None:
                return known
            index = self.size
            entry = Entry.of(index, envelope)
            if len(envelope) > MAX_STATEMENT_SIZE:
                raise InvalidInput("statement.too-large", limit=MAX_STATEMENT_SIZE)
            if index == 0:
                self._check_first(envelope)
            with self._changing():
                storage.write(self.folder / entry.path, envelope)
                self._take(entry.encode(), entry.sha256)
            return index

    def envelopes(self) -> Iterator[bytes]:
        """Every statement that was appended, published or not; raises `InvalidInput` where a file is another one."""
        for entry in map(decode_entry, self._entries):
            file = self.folder / entry.path
            envelope = storage.read(file, limit=MAX_STATEMENT_SIZE)
            if canonical.digest(envelope) != entry.sha256:
                raise InvalidInput("record.statement-not-kept", place=file, hint="restore-the-record")
            yield envelope

    def next_checkpoint(self) -> bytes:
        """The signed checkpoint of every statement that was appended: what `publish` writes, byte by byte."""
        with self._locked():
            return Checkpoint(self.origin, self.size, self._frontier.root()).sign(self._key)

    def contains(self, earlier: Checkpoint) -> bool:
        """Whether this log, with what was appended and not yet published, begins with the log of that checkpoint."""
        with self._locked():
            if earlier.origin != self.origin or earlier.size > self.size:
                return False
            first = merkle.Frontier()
            for encoded in self._entries[: earlier.size]:
                first.append(merkle.leaf_hash(encoded))
            return first.root() == earlier.root_hash

    def publish(self) -> Checkpoint:
        """Put every appended statement under a new signed checkpoint. Publishing twice changes nothing."""
        with self._locked():
            return self._publish()

    def rekey(self, key: SigningKey) -> None:
        """Go on under another key, which a statement has announced; a second call with that key changes nothing.

        Every appended statement is published first, under the old key: so who knows only that one can tell that the
        announcement is in the log. A `Log` of this folder in another process then refuses to go on with the old key.
        """
        with self._locked():
            current = self._publish()
            if key.public == self._key.public:
                return
            with self._changing():
                storage.write(self.folder / CHECKPOINT, current.sign(self._key, key))
                storage.write(self.folder / LOG_KEY, encode_key_file(key.public))
                storage.write(self.folder / CHECKPOINT, current.sign(key))
            self._key = key

    # Writing

    def _publish(self) -> Checkpoint:
        current = Checkpoint(self.origin, self.size, self._frontier.root())
        if self.size == self._published:
            return current
        with self._changing():
            self._write_tiles()
            storage.write(self.folder / CHECKPOINT, current.sign(self._key))
            self._name_key()
            before, self._published = self._published, self.size
            self._remove_superseded(before)
        return current

    def _name_key(self) -> None:
        """Name our key in the place of one that was lost."""
        if self._key_was_lost:
            storage.write(self.folder / LOG_KEY, encode_key_file(self.key))
            self._key_was_lost = False

    def _take(self, encoded: bytes, digest: str) -> None:
        self._index_of[digest] = self.size
        leaf = merkle.leaf_hash(encoded)
        self._entries.append(encoded)
        self._hashes.append(leaf)
        self._frontier.append(leaf)

    def _check_first(self, envelope: bytes) -> None:
        """The first statement must be the root's, because that is what binds `root.pub` to the log."""
        file = self.folder / ROOT_KEY
        root = decode_key_file(storage.read(file, limit=1024), place=str(file))
        if keys.envelope_key_id(envelope) != root.key_id:
            raise InvalidSignature("record.first-not-of-root", place=file)

    def _write_tiles(self) -> None:
        """All tiles and bundles that are new since the published checkpoint."""
        for level in range(-1, tiles.level_count(self.size)):
            first = (self._published >> 8 * max(level, 0)) // tiles.WIDTH
            for tile in tiles.tiles_of_level(level, self.size, first=first):
                file = self.folder / tile.path
                storage.make_folder(file.parent)
                storage.write(file, self._content(tile))

    def _content(self, tile: tiles.Tile) -> bytes:
        if tile.level < 0:
            return tiles.encode_bundle(self._entries[tile.start : tile.stop])
        return self._hashes.content(tile)

    def _remove_superseded(self, before: int) -> None:
        """Remove the partial tiles of each tile that was partial in the log of `before` entries and is full now. Until
        then they stay (C2SP tlog-tiles), for who still has an earlier checkpoint.
        """
        for level in range(-1, tiles.level_count(before)):
            full = tiles.Tile(level, (before >> 8 * max(level, 0)) // tiles.WIDTH, tiles.WIDTH)
            if full.stop <= self.size >> 8 * max(level, 0):
                for file in sorted((self.folder / full.path).with_suffix(".p").glob("*")):
                    _remove_file(file)

    # Reading what is there

    def _forget(self) -> None:
        self._published = 0
        self._entries = []
        self._index_of = {}
        self._hashes = tiles.HashLevels()
        self._frontier = merkle.Frontier()

    def _load(self) -> None:
        """Read the published log, check it against its checkpoint, tidy up, and take up unpublished statements."""
        self._forget()
        key_file = self.folder / LOG_KEY
        named = decode_key_file(storage.read(key_file, limit=1024), place=str(key_file))
        self._key_was_lost &= named != self.key
        if named != self.key and not self._key_was_lost:
            raise InvalidSignature("log.another-key", place=key_file)
        file = self.folder / CHECKPOINT
        signed = storage.read(file, limit=64 * 1024)
        if self._key_was_lost and checkpoint.is_signed(signed, self.key, place=str(file)):  # a `publish` was cut
            self._name_key()
        published = checkpoint.open_checkpoint(signed, named if self._key_was_lost else self.key, place=str(file))
        self.origin = published.origin
        for bundle in tiles.tiles_of_level(-1, published.size):
            self._load_bundle(bundle)
        if self._frontier.root() != published.root_hash:
            raise InvalidInput("record.entries-do-not-fit", place=self.folder, hint="restore-the-record")
        self._published = published.size
        if not self._key_was_lost and signed != published.sign(self._key):  # a `rekey` was cut
            storage.write(file, published.sign(self._key))
        self._tidy()
        self._take_up_pending()
        self._generation = self._read_generation()

    def _load_bundle(self, bundle: tiles.Tile) -> None:
        file = self.folder / bundle.path
        data = storage.read(file, limit=bundle.width * (tiles.MAX_ENTRY_SIZE + 2))
        for encoded in tiles.decode_bundle(data, bundle.width, place=str(file)):
            self._take(encoded, decode_entry(encoded, place=str(file)).sha256)

    def _tidy(self) -> None:
        """Remove what an interrupted `append` or `publish` left: temporary files, tiles of no checkpoint."""
        for folder in (self.folder, self.folder / STATEMENTS):
            with storage.explained(folder):
                leftovers = [file for file in folder.iterdir() if file.name[:1] == "." and file.suffix == ".tmp"]
            for file in leftovers:
                _remove_file(file)
        keep = {self.folder / tile.path for tile in tiles.all_tiles(self._published)}
        for parent, _, names in os.walk(self.folder / TILES, topdown=False):
            for file in (Path(parent, name) for name in names):
                tile = tiles.parse_path(file.relative_to(self.folder).as_posix())
                if file not in keep and not (tile and tiles.is_earlier_partial(tile, self._published)):
                    _remove_file(file)
            with contextlib.suppress(OSError):  # not empty: it holds tiles that stay
                Path(parent).rmdir()

    def _take_up_pending(self) -> None:
        """Statements kept by `append` after the last `publish`, in the order of the index in their names."""
        pending: dict[int, Path] = {}
        with storage.explained(self.folder / STATEMENTS):
            for file in (self.folder / STATEMENTS).iterdir():
                match = FILE_NAME.fullmatch(file.name)
                if match and int(match[1]) >= self._published:
                    pending[int(match[1])] = file
        for index in sorted(pending):
            file = pending[index]
            envelope = storage.read(file, limit=MAX_STATEMENT_SIZE)
            entry = Entry.of(index, envelope, place=str(file))
            if index != self.size or self.folder / entry.path != file:
                raise InvalidInput("record.statement-not-kept", place=file, hint="restore-the-record")
            self._take(entry.encode(), entry.sha256)

    # One writer at a time

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder's lock; inside, memory and folder agree."""
        with locks.waiting(self.folder):
            if self._generation is None or self._generation != self._read_generation():
                self._load()
            yield

    def _read_generation(self) -> int:
        with storage.explained(self.folder):
            return (self.folder / STATEMENTS).stat().st_mtime_ns

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Around whatever changes the folder; if that fails half way, the next operation reads the folder again.

        The statements' folder then gets a modification time of its own, by which other processes see that we wrote. The
        kernel's own stamp is too coarse for this: two writers within one clock tick would share it.
        """
        before, self._generation = self._read_generation(), None
        yield
        with storage.explained(self.folder):
            now = max(time.time_ns(), before + 1)
            os.utime(self.folder / STATEMENTS, ns=(now, now))
        self._generation = self._read_generation()


def _remove_file(file: Path) -> None:
    """Remove a file, and its folder where that leaves it empty (`.p` folders of partial tiles)."""
    with storage.explained(file):
        file.unlink(missing_ok=True)
    if file.parent.suffix == ".p":
        with contextlib.suppress(OSError):  # another partial tile is still in it
            file.parent.rmdir()
