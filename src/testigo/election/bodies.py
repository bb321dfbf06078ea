"""Bodies: an assembly, a council, a board, each filled by contests of its own and never added to another."""

from testigo.election.methods import MethodName
from testigo.election.thresholds import Threshold
from testigo.election.value import Text, Value


class Levelling(Value, frozen=True):
    """Seats beside those of the body's contests, for the lists that won fewer of them than their votes in all."""

    seats: int
    method: MethodName


class Body(Value, frozen=True):
    """What several contests fill together; each names it as its `body`.

    `threshold`: of all its list contests together. `levelling`: its seats beside those of the contests.
    """

    id: str
    title: Text
    threshold: Threshold | None = None
    levelling: Levelling | None = None
