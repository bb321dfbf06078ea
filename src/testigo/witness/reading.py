"""Every statement of a record, read in log order: who signed it, whether they may, and whether it may follow the
others.

The rules are those of `count.Ledger`, by which the centre takes statements in; here each refusal is a finding, and
reading goes on with the next statement.
"""

import itertools
from dataclasses import dataclass, field

from testigo import canonical
from testigo.count import Conflict, Ledger, body_of
from testigo.election import Definition, FirstDefinition, KeyRing, MachineKeys, check_definition
from testigo.election.mistake import spelled
from testigo.errors import IllegalStep, TestigoError
from testigo.keys import PublicKey
from testigo.record import PublishedRecord, Statement
from testigo.record.entry import index_of
from testigo.witness.notebook import Notebook


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
    """Read them all. The story has no definition where the root signed none, or one with mistakes: then nothing else
    can be checked.
    """
    story = Story(Ledger(root))
    failed = 0
    for place, envelope in record.envelopes:
        index, before = index_of(place), story.ledger.key_ring
        try:
            if story.ledger.holds(envelope):
                raise Conflict("a statement that is already in the record", place=place)
            statement = story.ledger.add(envelope, place=place, index=index).statement
        except TestigoError as error:
            failed += 1
            notebook.write("statements", False, str(error).removeprefix(f"{place}: ").removesuffix("."), place)
            continue
        story.said.setdefault(statement.type, []).append(Said(place, index, statement))
        if statement.type == "machine-keys":
            _report_replaced(notebook, before, body_of(statement, MachineKeys, place), place, index)
    if not failed:
        notebook.write("statements", bool(record.envelopes), f"{len(record.envelopes)} signed by who may sign them")
    if "election-definition" not in story.said:
        notebook.write("definition", False, "no election definition signed by the root key")
        return story
    try:
        definition = story.ledger.definition
    except IllegalStep as error:
        notebook.write("definition", False, error.problem, story.said["election-definition"][0].place)
        return story
    if _check_definition(notebook, story, definition):
        story.definition = definition
    _check_log_key(notebook, story, record)
    _check_times(notebook, story)
    return story


def _check_definition(notebook: Notebook, story: Story, definition: Definition) -> bool:
    """Whether it is without mistakes: on one that is not, nothing else can be built."""
    place = story.said["election-definition"][0].place
    mistakes = [mistake for mistake in check_definition(definition) if not mistake.warning]
    for mistake in mistakes:
        notebook.write("definition", False, f"{spelled(mistake.place)}: {mistake.problem}", place)
    if not mistakes:
        title = definition.words(definition.title, definition.languages[0])
        sizes = f"{len(definition.contests)} contests, {len(definition.stations)} stations"
        listed = "" if isinstance(definition, FirstDefinition) else f" of root {definition.core().stations.root}"
        notebook.write("definition", True, f"{title}: {sizes}{listed}; digest {definition.digest}", place)
    return not mistakes


def _check_log_key(notebook: Notebook, story: Story, record: PublishedRecord) -> None:
    """Whether the key in `log.pub`, which signs the checkpoint, is the newest that the root admitted for the log."""
    ring, named = story.key_ring, record.log_key
    newest = ring.of_station("", "log").public if ring.holds("", "log") else None
    replaced = {one.key.key: one.entry for one in ring.replaced if one.key.role == "log"}
    if named is not None and named == newest:
        notebook.write("log key", True, "the root admitted the key that signs the log")
    elif named is not None and named.hex in replaced:
        detail = f"the key that signs the log was replaced at entry {replaced[named.hex]}; the new one has to sign it"
        notebook.write("log key", False, detail, "log.pub")
    else:
        notebook.write("log key", False, "the root never admitted the log's key", "log.pub")


def _report_replaced(notebook: Notebook, before: KeyRing, keys: MachineKeys, place: str, index: int) -> None:
    """Keys of the authority that others took the place of, and machines that lost their key before their station said
    anything: allowed, and shown with both keys' ids.
    """
    for new in keys.keys:
        if before.holds(new.station, new.role):
            old = before.of_station(new.station, new.role).public.key_id
            ids = f"{new.public.key_id[:16]}… in place of {old[:16]}…"
            detail = f"from entry {index} on the {new.role} has another key: {ids}"
            if new.station:
                detail = (
                    f"station {new.station}: the root gave its {new.role} another key before it said anything: {ids}"
                )
            notebook.write("keys replaced", True, detail, place)


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
    everything = itertools.chain.from_iterable(story.said.values())
    for said in (said for said in everything if not canonical.is_instant(said.statement.issued)):
        wrong += 1
        notebook.write("order of the day", False, f"{said.statement.issued!r} is no time in UTC", said.place)
    if not wrong:
        notebook.write("order of the day", True, "tested, then at zero, then counted, in every station")
