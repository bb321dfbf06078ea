"""How much of what happened chance explains.

A fingerprint matcher errs at known rates, so a single error breaks no promise: a rehearsal reports it. Many more errors
than the rate explains do: the chance of so many or more must stay above one in a million (binomial distribution).
"""

import math
from dataclasses import dataclass

from testigo.fingerprint import THRESHOLD
from testigo.rehearsal.incidents import IMPOSTOR, INCIDENTS
from testigo.rehearsal.journal import Journal

LEAST_CHANCE = 1e-6
NOT_MATCHED_RATE = 0.05
"""Voters whose fingers may fail in all tries: far more than ever do, and far fewer than a broken matcher would miss."""


@dataclass(frozen=True)
class Chance:
    """`events` of `trials` happened, where each happens at this `rate`. `name`: in JSON; `line`: the summary's."""

    name: str
    line: str
    events: int
    trials: int
    rate: float

    @property
    def expected(self) -> float:
        """How many of so many trials on average."""
        return self.trials * self.rate

    @property
    def explains(self) -> bool:
        """Whether so many or more are likelier than `LEAST_CHANCE`."""
        return at_least(self.events, self.trials, self.rate) >= LEAST_CHANCE

    def __str__(self) -> str:
        return f"{self.line}: {self.events} of {self.trials}, {self.expected:.2g} expected"


def at_least(events: int, trials: int, rate: float) -> float:
    """The probability of `events` or more of `trials`, each happening at `rate` independently of the others."""
    if not 0 < rate < 1:
        return float(events <= (trials if rate >= 1 else 0))
    logarithms = (
        math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)  # of a number too large for a float
        + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        for k in range(events, trials + 1)
    )  # fmt: skip
    return min(1.0, math.fsum(map(math.exp, logarithms)))


def impostors_matched(journal: Journal) -> Chance:
    """Touches by impostors that matched. The threshold is -log10 of the false match rate of one touch."""
    matched = journal.outcomes()[IMPOSTOR.name, "matched"]
    return Chance(
        "impostor-touches-matched",
        "Impostors' touches matched",
        matched,
        journal.total("strange_tries"),
        10.0**-THRESHOLD,
    )


def voters_not_matched(journal: Journal) -> Chance:
    """Voters whose own finger should have matched, and did not in all tries."""
    names = {incident.name for incident in INCIDENTS if incident.right == "matched"}
    tried = dict.fromkeys(("matched", "released", "no-match"), 0)
    for (name, outcome), count in journal.outcomes().items():
        if name in names and outcome in tried:
            tried[outcome] += count
    total = sum(tried.values())
    return Chance(
        "voters-not-matched", "Voters not matched by any try", total - tried["matched"], total, NOT_MATCHED_RATE
    )
