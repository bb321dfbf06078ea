"""Files in a record's folder beside those of the log: earlier partial tiles may be there, nothing else."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from testigo.errors import StorageError, TestigoError
from testigo.record import tiles
from testigo.record.entry import FILE_NAME, MAX_ENTRY_SIZE, STATEMENTS
from testigo.record.file_findings import FileFindings
from testigo.record.finding import Grade
from testigo.record.source import Source
from testigo.words import message


@dataclass(frozen=True)
class OtherFiles:
    """`expected`: paths of the log's own files. `entries`: those that could be read, by index. `size`: of the log."""

    source: Source
    notes: FileFindings
    expected: Set[str]
    entries: Mapping[int, bytes]
    size: int

    def check(self, leaves: list[bytes]) -> None:
        """Look at each; `leaves`: all leaf hashes, an empty one where a hash is not known."""
        try:
            found = self.source.unexpected_files(self.expected)
        except StorageError as error:
            detail = message("finding", "files.not-listed", problem=error.message)
            self.notes.write("files", Grade.UNCHECKED, detail)
            return
        if found is None:
            self.notes.summary("files", message("finding", "files.over-http", count=len(self.expected)))
            return
        earlier = 0
        hashes = tiles.HashLevels.of(leaves) if all(leaves) else None
        for path, kind in found:
            tile = tiles.earlier_tile(path, self.size)
            if tile is not None and kind == "file":
                earlier += 1
                self._check_earlier_tile(tile, hashes)
            else:
                self._tell_unexpected(path, kind)
        if earlier:
            detail = message("finding", "files.with-earlier-tiles", files=len(self.expected), count=earlier)
        else:
            detail = message("finding", "files.hold", count=len(self.expected))
        self.notes.summary("files", detail)

    def _tell_unexpected(self, path: str, kind: str) -> None:
        match = FILE_NAME.fullmatch(Path(path).name) if Path(path).parent == Path(STATEMENTS) else None
        index = int(match[1]) if match and kind == "file" else None
        if index is not None and index >= self.size:
            detail = message("finding", "files.not-in-log")
            self.notes.write("files", Grade.INCOMPLETE, detail, path)
        elif index is not None and index not in self.entries:
            grade = self.notes.without(tiles.holding(index, self.size).path)
            self.notes.write("statement-files", grade, message("finding", "statement-files.no-entry"), path)
        else:
            self.notes.fail("files", message("finding", f"files.unexpected-{kind}"), path)

    def _check_earlier_tile(self, tile: tiles.Tile, hashes: tiles.HashLevels | None) -> None:
        """A partial tile stays until the full one is there (C2SP tlog-tiles); its bytes follow from the entries."""
        try:
            data = self.source.read(tile.path, tiles.WIDTH * MAX_ENTRY_SIZE)
        except TestigoError as error:
            self.notes.trouble("files", error, tile.path)
            return
        span = range(tile.start, tile.stop)
        if hashes is None or (tile.level < 0 and not all(index in self.entries for index in span)):
            detail = message("finding", "tiles.earlier-not-computed")
            self.notes.write("tiles", Grade.UNCHECKED, detail, tile.path)
            return
        if tile.level < 0:
            content = tiles.encode_bundle([self.entries[index] for index in span])
        else:
            content = hashes.content(tile)
        if data != content:
            self.notes.fail("tiles", message("finding", "tiles.other-partial-tile"), tile.path)
