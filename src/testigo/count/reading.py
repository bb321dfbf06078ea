"""The rules of a record that is published, read from its files."""

from pathlib import Path

from testigo.count.record_rules import RecordRules
from testigo.errors import InvalidInput, StorageError
from testigo.keys import PublicKey
from testigo.record import Grade, PublishedRecord, read_record
from testigo.record.log import LOG_KEY
from testigo.words import message


def read_rules(public: Path | str | PublishedRecord, root: PublicKey | None = None) -> RecordRules:
    """The rules of a published record (folder, address, or as it was read), which must be whole.

    `root`: the election's root key as published elsewhere; without it, the record's own `root.pub`. Raises
    `InvalidInput` with the first thing found wrong (`testigo verify` lists them all), `StorageError` where it is only
    that the record, or something in it, could not be read.
    """
    record = public if isinstance(public, PublishedRecord) else read_record(public)
    root = root or record.root_key
    wrong = [finding for finding in record.findings if not finding.holds]
    if wrong or root is None:
        place = f"{record.name}/{wrong[0].place}" if wrong else record.name
        if wrong and wrong[0].grade is Grade.UNCHECKED:
            raise StorageError("record.not-read", place=place, why=wrong[0].detail)
        check = message("verify", f"check.{wrong[0].code}")
        raise InvalidInput("record.does-not-hold", place=place, check=check)
    rules = RecordRules(root)
    for path, envelope in record.envelopes:
        rules.add(envelope, place=path)
    if record.log_key not in rules.key_ring.log_keys(record.size):
        raise InvalidInput("record.log-key-not-admitted", place=f"{record.name}/{LOG_KEY}")
    return rules
