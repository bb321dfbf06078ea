"""A centre's folder that was moved, or restored from a copy, goes on where its public record is.

The record is public, so any mirror gives back what a copy lacks: keys come from the copy, statements from the mirror.
"""

from pathlib import Path

from testigo import locks, storage
from testigo.centre.centre import Centre, log_of
from testigo.centre.newest import NewestCheckpoint
from testigo.count import read_rules
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.record import Log, PublishedRecord, merkle, open_checkpoint, read_record
from testigo.record.log import ROOT_KEY, decode_key_file


def restore_centre(folder: Path, record: str, *, kept: Path | None = None) -> tuple[Centre, int]:
    """The centre of a restored folder, with all that `record` has, and how many statements came from there.

    `record`: folder or address of the newest public record there is; `kept`: as of `Centre.create`. Raises
    `InvalidInput` where that record does not hold, `InvalidSignature` where it is of another election or signed by
    another key of the log than the one here, `IllegalStep` where the two contradict each other or a newer checkpoint is
    kept here; then nothing is published.
    """
    log, newest, published = log_of(folder), NewestCheckpoint(folder, kept), read_record(record)
    root = folder / "public" / ROOT_KEY
    read_rules(published, decode_key_file(storage.read(root, limit=1024), place=str(root)))
    if published.log_key != log.key:
        raise InvalidSignature("record.by-another-log-key", place=folder)
    with locks.waiting(folder):
        _check_one_beginning(log, published, folder)
        missing = [envelope for _, envelope in published.envelopes[log.size :]]
        for envelope in missing:
            log.append(envelope)
        newest.start(log)
        log.publish()
    return Centre.open(folder), len(missing)


def _check_one_beginning(log: Log, published: PublishedRecord, folder: Path) -> None:
    """Return if the longer of the two begins with the shorter."""
    if published.leaves is None:
        raise InvalidInput("record.other-root-hash", place=published.name)
    here = open_checkpoint(log.next_checkpoint(), log.key)
    if here.size <= published.size:
        same = here.root_hash == merkle.root(published.leaves[: here.size])
    else:
        same = log.contains(open_checkpoint(published.checkpoint, log.key))
    if not same or here.origin != published.origin:
        raise IllegalStep("record.contradicts-the-published", place=folder)
