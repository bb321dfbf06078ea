"""The whole check, in its order; the package's docstring tells the story."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from testigo.errors import InvalidInput
from testigo.keys import PublicKey
from testigo.record import Finding, read_record
from testigo.witness import audits, reading, stations, totals
from testigo.witness.notebook import Notebook


@dataclass(frozen=True)
class Report:
    """What a check of a record found. `root_key_id`: under whose authority; "" where the record has no root key."""

    record: str
    root_key_id: str
    root_key_given: bool
    entries: int
    root_hash: str
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return bool(self.findings) and all(finding.ok for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The checks that do not hold."""
        return tuple(finding for finding in self.findings if not finding.ok)


def verify(
    record: str | Path,
    root_key: PublicKey | None = None,
    *,
    kept_checkpoint: bytes | None = None,
    on_finding: Callable[[Finding], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Check a published record, a folder or an `http(s)` address, from its files alone.

    `root_key`: the election's root key as published elsewhere; without it the record's own `root.pub` is used, which
    proves that the record is of one piece but not whose it is. `kept_checkpoint`: the content of a `checkpoint` file
    that a witness kept earlier: the record must be a continuation of that one. Never raises for a damaged record:
    whatever is wrong is a finding. `on_progress` is told how many of how many statements are read.
    """
    notebook = Notebook(on_finding)
    try:
        published = read_record(
            record,
            on_check=lambda finding: _note(notebook, finding),
            **({"on_progress": on_progress} if on_progress else {}),
        )
    except InvalidInput as error:
        notebook.write("files", False, str(error).removesuffix("."))
        return Report(str(record), "", root_key is not None, 0, "", tuple(notebook.findings))
    root = root_key or published.root_key
    story = None
    if root is not None:
        if root_key is not None and published.root_key != root_key:
            notebook.write("root key", False, "root.pub is not the root key that was given", "root.pub")
        story = reading.read_statements(notebook, published, root)
    if kept_checkpoint is not None:
        signers = story.key_ring.log_keys if story else None
        _note(notebook, published.check_consistency(kept_checkpoint, signers))
    if story is not None and story.definition is not None:
        stations.check(notebook, story)
        totals.check(notebook, story)
        audits.check(notebook, story)
    return Report(
        record=str(record),
        root_key_id=root.key_id if root else "",
        root_key_given=root_key is not None,
        entries=published.size,
        root_hash=published.root_hash.hex(),
        findings=tuple(notebook.findings),
    )


def _note(notebook: Notebook, finding: Finding) -> None:
    notebook.write(finding.check, finding.ok, finding.detail, finding.place)
