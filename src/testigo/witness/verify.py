"""The whole check, in its order; the package's docstring explains it."""

from collections.abc import Callable
from pathlib import Path

from testigo.errors import TestigoError
from testigo.keys import PublicKey, envelope_key_id
from testigo.record import Finding, Grade, PublishedRecord, read_record
from testigo.witness import audited, audits, reading, rulings, stations, times, totals
from testigo.witness.finding_log import FindingLog
from testigo.witness.report import VerificationReport
from testigo.words import message


def verify(
    record: str | Path,
    root_key: PublicKey | None = None,
    *,
    kept_checkpoint: bytes | None = None,
    on_finding: Callable[[Finding], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> VerificationReport:
    """Check a published record, a folder or an `http(s)` address, from its files alone.

    `root_key`: the election's root key as published elsewhere; without it the record's own `root.pub` is used, which
    proves that the record is of one piece but not whose it is. `kept_checkpoint`: the content of a `checkpoint` file
    that a witness kept earlier: the record must be a continuation of that one. Never raises for a damaged record:
    whatever is wrong is a finding. `on_progress` is told how many of how many statements are read.
    """
    findings = FindingLog(on_finding)
    try:
        progress = {"on_progress": on_progress} if on_progress else {}
        published = read_record(record, on_check=findings.add, **progress)
    except TestigoError as error:
        findings.refuse("no-record", Grade.UNCHECKED, error, "")
        return VerificationReport(str(record), "", root_key is not None, 0, "", tuple(findings.findings))
    usable = _check_root_key(findings, published, root_key) if published.origin else None
    contents = reading.read_statements(findings, published, usable) if usable is not None else None
    if kept_checkpoint is not None:
        signers = contents.key_ring.log_keys if contents else None
        findings.add(published.check_consistency(kept_checkpoint, signers))
    if contents is not None and contents.definition is not None:
        times.check(findings, contents)
        stations.check(findings, contents)
        rulings.check(findings, contents)
        totals.check(findings, contents)
        audits.check(findings, contents)
        audited.check(findings, contents)
    root = root_key or published.root_key
    return VerificationReport(
        record=str(record),
        root_key_id=root.key_id if root else "",
        root_key_given=root_key is not None,
        entries=published.size,
        root_hash=published.root_hash.hex(),
        findings=tuple(findings.findings),
    )


def _check_root_key(findings: FindingLog, published: PublishedRecord, given: PublicKey | None) -> PublicKey | None:
    """The key to check statements with, None where there is none. A whole record of another root is another record, not
    one that was changed.
    """
    own, code, place = published.root_key, "root-key", "root.pub"
    if given is None:
        if own is None:
            findings.write(code, Grade.UNCHECKED, message("finding", "root-key.none"), place)
        else:
            findings.write(code, Grade.NOTE, message("finding", "root-key.own", id=own.key_id), place)
        return own
    first = published.envelopes[0][1] if published.envelopes else None
    if own == given:
        findings.ok(code, message("finding", "root-key.given", id=given.key_id), place)
    elif first is None or envelope_key_id(first) != given.key_id:
        if own:
            detail = message("finding", "root-key.of-another-record", id=own.key_id)
        else:
            detail = message("finding", "root-key.not-read")
        findings.write(code, Grade.UNCHECKED, detail, place)
        return None
    elif own is not None:
        findings.fail(code, message("finding", "root-key.not-of-first-statement"), place)
    return given
