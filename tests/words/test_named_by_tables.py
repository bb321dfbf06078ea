"""What a table or a type lists by name is said in words: a new line of it has its words, or a sentence would show the
name's key. The catalogues are compared with each other elsewhere, so Spanish stands for all.
"""

from typing import get_args

import pytest

from testigo.ballot.test_deck import DeckStage
from testigo.count import KINDS
from testigo.count.anomalies import AnomalyKind
from testigo.election.keyring import Role
from testigo.election.option_status import Status
from testigo.record import Grade
from testigo.station.booth.day import Stage
from testigo.station.chair.state import State
from testigo.station.machine.orders import MachineState, OrderName
from testigo.witness import Verdict
from testigo.words.catalogues import catalogue_of

NAMED = {
    ("term", "statement."): tuple(KINDS),
    ("term", "role-"): get_args(Role),
    ("term", "option-status."): get_args(Status),
    ("term", "order."): get_args(OrderName),
    ("term", "machine-state."): get_args(MachineState),
    ("term", "station-state."): get_args(State),
    ("term", "vote-stage."): get_args(Stage),
    ("term", "deck-stage."): get_args(DeckStage),
    ("results", "anomaly_"): get_args(AnomalyKind),
    ("verify", "grade."): tuple(Grade),
    ("verify", "verdict."): tuple(Verdict),
    ("verify", "meaning."): tuple(Verdict),
}
"""Section and start of the key → the names."""


@pytest.mark.parametrize(("section", "start"), NAMED)
def test_every_name_of_a_table_has_its_words(section: str, start: str) -> None:
    known = {key for context, key in catalogue_of("es").forms if context == section}
    assert {start + name for name in NAMED[section, start]} - known == set()
