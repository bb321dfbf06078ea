"""What happened that no counter tells, in words: incidents, and the reservations that witnesses have."""

from typing import Literal, get_args

from testigo import canonical
from testigo.canonical import SignedValue
from testigo.errors import InvalidInput, is_printable
from testigo.words import Message, message

IncidentKind = Literal["machine", "power", "paper", "order", "access", "seal", "reservation", "other"]
"""Of a machine; no power; printed or marked paper; disturbance; who may come in or watch; a seal or box; what a witness
does not agree with."""

INCIDENT_KINDS: tuple[IncidentKind, ...] = get_args(IncidentKind)

IncidentBy = Literal["chair", "witness", "officer"]

LONGEST_INCIDENT = 1000
LONGEST_NAME = 80
MOST_OF_STATION = 200
"""Incidents that a record takes of one station from each signer, so that nobody fills it."""


class Incident(SignedValue, frozen=True):
    """Body of an `incident` statement, signed by the chair of the station or, for officers, by the centre.

    `number`: 1 for the first of its signer about this station. `at`: UTC, when it happened or was seen, as its teller
    says. `name`: who tells it, with a witness's party or body. `words`: one line in their own words.
    """

    station: str
    number: int
    kind: IncidentKind
    by: IncidentBy
    name: str
    at: str
    words: str

    @property
    def label(self) -> Message:
        """What kind it is, in words."""
        return message("term", f"incident.{self.kind}")

    @property
    def sentence(self) -> Message:
        """All of it, as everybody reads it."""
        label, teller = self.label, self.teller
        return message("finding", "incident.told", kind=label, teller=teller, name=self.name, words=self.words)

    @property
    def teller(self) -> Message:
        """Who tells it, by role."""
        return message("term", f"incident-by.{self.by}")


def check_incident(incident: Incident, *, by_officer: bool, place: str = "") -> None:
    """Return if a record can hold it. `by_officer`: whether the centre signs it, and not the chair.

    Raises `InvalidInput` where name or words are not one line that can be shown, `at` is not a time, or the teller is
    not one for whom this key speaks.
    """
    lines = (incident.name, LONGEST_NAME), (incident.words, LONGEST_INCIDENT)
    if not all(text.strip() and is_printable(text, most) for text, most in lines) or not canonical.is_instant(
        incident.at
    ):
        raise InvalidInput("incident.malformed", place=place, most=LONGEST_INCIDENT)
    if (incident.by == "officer") != by_officer:
        raise InvalidInput("incident.by-another", place=place, teller=incident.teller)
    if not 1 <= incident.number <= MOST_OF_STATION:
        raise InvalidInput("incident.too-many", place=place, most=MOST_OF_STATION)
