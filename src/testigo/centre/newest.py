"""The newest checkpoint that a centre published, kept outside the centre's folder.

A folder that is put back to an earlier moment knows nothing of what was published since. It would publish other
statements under numbers that are taken, and whoever kept a checkpoint would find that the log was rewritten. So each
checkpoint is kept in a second place before it is published, and a log that does not continue the kept one is refused.

    FOLDER/kept-checkpoint.json   where that place is: `{"format": 1, "path": …}`, relative to the folder, or absolute
    FOLDER.checkpoint             the place, unless another was chosen; the same bytes as `public/checkpoint`

The order is: append, keep, publish. Statements that were appended are on disk, so what a power cut leaves is never
behind the kept checkpoint. What this cannot notice: that both places were put back together.
"""

from pathlib import Path

import msgspec

from testigo import storage
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.record import Log, checkpoint
from testigo.stored import StoredFormat

SETTINGS = "kept-checkpoint.json"
_LIMIT = 64 * 1024


class _Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str


SETTINGS_FORMAT = StoredFormat(SETTINGS, _Settings)


class NewestCheckpoint:
    """The second place of one centre's folder. `file`: where the checkpoint is kept."""

    def __init__(self, folder: Path, kept: Path | None = None) -> None:
        """`kept`: another place from now on (`start`). Raises `InvalidInput` where the folder's setting cannot be read,
        or the place is in the folder, with which it would be put back.
        """
        self._folder = folder
        self._settings = folder / SETTINGS
        self._path = str(kept.absolute()) if kept else self._read_path() or f"../{folder.absolute().name}.checkpoint"
        self.file = folder.absolute() / self._path
        if storage.resolved(self.file).is_relative_to(storage.resolved(folder)):
            raise InvalidInput("checkpoint.inside-folder", place=self.file)

    def require_free(self) -> None:
        """Raise `StorageError` where a checkpoint is kept there already."""
        if self.file.exists():
            raise StorageError("checkpoint.kept-already", place=self.file)

    def advance(self, log: Log) -> None:
        """Keep the checkpoint that `log` is going to publish.

        A folder of release 0.1 has no setting: its place is made. Raises `IllegalStep` where the log does not continue
        the kept one, or where what was kept is not there; then nothing is changed.
        """
        kept = self._read_kept()
        if kept is None and self._settings.exists():
            raise IllegalStep("checkpoint.not-there", place=self.file)
        if kept is None or kept != log.next_checkpoint():
            self.start(log)

    def start(self, log: Log) -> None:
        """Keep what `log` is going to publish, also where nothing was kept yet; raises as `advance` where it does not
        continue what was.
        """
        kept = self._read_kept()
        if kept is not None:
            self._check_continues(log, kept)
        with storage.making_folder(self.file.parent):
            storage.write(self.file, log.next_checkpoint())
        if not self._settings.exists() or self._read_path() != self._path:
            SETTINGS_FORMAT.write(self._settings, _Settings(self._path))

    def _check_continues(self, log: Log, kept: bytes) -> None:
        earlier, _ = checkpoint.parse(kept, place=str(self.file))
        if log.contains(earlier):
            return
        if earlier.origin == log.origin and earlier.size > log.size:
            raise IllegalStep("record.old-copy", place=self._folder, count=log.size, published=earlier.size)
        raise IllegalStep("record.not-the-published", place=self._folder, file=self.file.name)

    def _read_kept(self) -> bytes | None:
        try:
            return storage.read(self.file, limit=_LIMIT)
        except StorageError:
            if self.file.exists():
                raise
            return None

    def _read_path(self) -> str:
        return SETTINGS_FORMAT.read(self._settings, limit=_LIMIT).path if self._settings.exists() else ""
