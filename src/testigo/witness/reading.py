"""Every statement of a record, read in log order: who signed it, whether they may, and whether it may follow the
others.

The rules are those of `count.Ledger`, by which the centre takes statements in; here each refusal is a finding, and
reading goes on with the next statement.
"""

import itertools
from dataclasses import dataclass, field

from testigo.count import Ledger
from testigo.election import Definition, KeyRing, check_definition
from testigo.election.mistake import spelled
from testigo.errors import TestigoError
from testigo.keys import PublicKey
from testigo.record import PublishedRecord, Statement
from testigo.witness.notebook import Notebook

ONCE_A_STATION = ("logic-and-accuracy", "zero-report", "tally-sheet", "event-log", "closing-count")
ONCE = ("audit-seed", "public-draw")


@dataclass(frozen=True)
class Said:
    """One statement whose signature holds. `place`: its file; `index`: its place in the log."""

    place: str
    index: int
    statement: Statement


@dataclass
class Story:
    """What a record says, as far as it may be believed. `said`: by statement type, in log order."""

    ledger: Ledger
    definition: Definition | None = None
    said: dict[str, list[Said]] = field(default_factory=dict)

    @property
    def key_ring(self) -> KeyRing:
        """The root key and all it admitted."""
        return self.ledger.key_ring

    def of_station(self, kind: str, station: str) -> Said | None:
        """A station's first statement of that kind."""
        return next((said for said in self.said.get(kind, []) if said.statement.subject == station), None)


def read_statements(notebook: Notebook, record: PublishedRecord, root: PublicKey) -> Story:
    """Read them all. The story has no definition where none is signed by the root: then nothing else can be checked."""
    story = Story(Ledger(root))
    failed = 0
    for index, (place, envelope) in enumerate(record.envelopes):
        try:
            statement = story.ledger.add(envelope, place=place).statement
        except TestigoError as error:
            failed += 1
            notebook.write("statements", False, str(error).removeprefix(f"{place}: ").removesuffix("."), place)
            continue
        story.said.setdefault(statement.type, []).append(Said(place, index, statement))
    if not failed:
        notebook.write("statements", bool(record.envelopes), f"{len(record.envelopes)} signed by who may sign them")
    if "election-definition" not in story.said:
        notebook.write("definition", False, "no election definition signed by the root key")
        return story
    story.definition = story.ledger.definition
    _check_definition(notebook, story, story.definition)
    _check_log_key(notebook, story, record)
    _check_repetitions(notebook, story)
    _check_times(notebook, story)
    return story


def _check_definition(notebook: Notebook, story: Story, definition: Definition) -> None:
    place = story.said["election-definition"][0].place
    mistakes = [mistake for mistake in check_definition(definition) if not mistake.warning]
    for mistake in mistakes:
        notebook.write("definition", False, f"{spelled(mistake.place)}: {mistake.problem}", place)
    if not mistakes:
        title = definition.words(definition.title, definition.languages[0])
        sizes = f"{len(definition.stations)} stations, {len(definition.contests)} contests"
        notebook.write("definition", True, f"{title}: {sizes}; digest {definition.digest}", place)


def _check_log_key(notebook: Notebook, story: Story, record: PublishedRecord) -> None:
    admitted = {key.key for key in story.key_ring.keys if key.role == "log"}
    named = record.log_key is not None and record.log_key.hex in admitted
    detail = "the root admitted the key that signs the log" if named else "the root never admitted the log's key"
    notebook.write("log key", named, detail, "" if named else "log.pub")


def _check_repetitions(notebook: Notebook, story: Story) -> None:
    """What can be said once is said once; a second word, however well signed, is a finding."""
    for kind in (*ONCE_A_STATION, *ONCE):
        seen: dict[str, str] = {}
        for said in story.said.get(kind, []):
            subject = said.statement.subject if kind in ONCE_A_STATION else ""
            if subject in seen:
                notebook.write("statements", False, f"a second {kind}, after {seen[subject]}", said.place)
            seen.setdefault(subject, said.place)


def _check_times(notebook: Notebook, story: Story) -> None:
    """Of each station: tested, then zero report, then tally sheet. The machine's clock says when; the log says that
    it was.
    """
    order = ("logic-and-accuracy", "zero-report", "tally-sheet")
    wrong = 0
    for station in story.ledger.definition.stations:
        found = [said for kind in order if (said := story.of_station(kind, station.id)) is not None]
        for earlier, later in itertools.pairwise(found):
            if earlier.statement.issued > later.statement.issued:
                wrong += 1
                detail = f"station {station.id}: its {later.statement.type} is older than its {earlier.statement.type}"
                notebook.write("order of the day", False, detail, later.place)
    if not wrong:
        notebook.write("order of the day", True, "tested, then at zero, then counted, in every station")
