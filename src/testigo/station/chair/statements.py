"""What a chair signs in words besides its day: incidents, reservations of witnesses, and a count on paper.

    FOLDER/statements/incident-NUMBER.json, manual-tally.json, manual-tally-NUMBER.json

Incidents travel in the package. A manual tally is made when machines cannot go on; it is carried by itself, because the
station may have no package.
"""

import msgspec

from testigo import canonical
from testigo.ballot import Incident, ManualTally
from testigo.ballot.incidents import IncidentBy, IncidentKind, check_incident
from testigo.errors import IllegalStep
from testigo.record import SignedStatement
from testigo.station.chair.statement_store import StatementStore
from testigo.station.machine.folder import MachineFolder

INCIDENT, MANUAL_TALLY = "incident", "manual-tally"


class ChairStatements:
    """The statements in words of one chair."""

    def __init__(self, folder: MachineFolder, statements: StatementStore) -> None:
        self._folder = folder
        self._statements = statements

    def names(self) -> list[str]:
        """What the statements of incidents are called, in order."""
        return [f"{INCIDENT}-{number}" for number in range(1, len(self._statements.events("incident-told")) + 1)]

    def incidents(self) -> tuple[Incident, ...]:
        """All incidents so far."""
        return tuple(msgspec.convert(self._statements.own(name).statement.body, Incident) for name in self.names())

    def look(self, kind: IncidentKind, by: IncidentBy, name: str, words: str) -> Incident:
        """The incident as it would be signed now; raises `InvalidInput` for what a record cannot hold."""
        number = len(self.names()) + 1
        incident = Incident(self._folder.station_id, number, kind, by, name, canonical.utc_now(), words)
        check_incident(incident, by_officer=False)
        return incident

    def tell(self, incident: Incident) -> None:
        """Sign it and keep it."""
        name = f"{INCIDENT}-{incident.number}"
        self._statements.sign(INCIDENT, incident, "incident-told", name=name, count=incident.number)

    def manual_tally(self) -> SignedStatement | None:
        """The last manual tally; None where there is none."""
        number = len(self._statements.events("manual-tally"))
        return self._statements.own(_manual(number)) if number else None

    def manual_tally_json(self) -> bytes:
        """The last manual tally's envelope; raises `IllegalStep` where there is none."""
        number = len(self._statements.events("manual-tally"))
        if not number:
            raise IllegalStep("manual-tally.none", station=self._folder.station_id)
        return self._statements.read(_manual(number))

    def count_on_paper(self, body: ManualTally) -> str:
        """Sign a manual tally; one that is made instead of another names it and says why. Returns its statement's name.

        Raises `IllegalStep` where only one of the two is there, an earlier one or a reason.
        """
        earlier = self.manual_tally()
        if (earlier is not None) != bool(body.why):
            code = "manual-tally.counted-before" if earlier else "manual-tally.not-counted-before"
            raise IllegalStep(code, station=body.station)
        name = _manual(len(self._statements.events("manual-tally")) + 1)
        named = msgspec.structs.replace(body, replaces=earlier.digest) if earlier is not None else body
        self._statements.sign(MANUAL_TALLY, named, "manual-tally", name=name)
        return name


def _manual(number: int) -> str:
    return MANUAL_TALLY if number == 1 else f"{MANUAL_TALLY}-{number}"
