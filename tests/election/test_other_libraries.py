"""Our seats against those of two other libraries, `votelib` and `apportionment`, on random votes without ties.

Both are for development only. Where they and a rule of ours differ on purpose, the test says so.
"""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from testigo.election import METHODS, Levelling
from testigo.election.levelling import ListSeats, level
from testigo.election.methods import highest_quotients

votelib_proportional = pytest.importorskip("votelib.evaluate.proportional", reason="votelib is not installed")
votelib_divisor = pytest.importorskip("votelib.component.divisor")
apportionment = pytest.importorskip("apportionment.methods", reason="apportionment is not installed")

VOTES = st.lists(st.one_of(st.integers(1, 60), st.integers(1, 10**7)), min_size=1, max_size=9).map(
    lambda counts: {f"o{place}": count for place, count in enumerate(counts)}
)
SEATS = st.integers(1, 40)


def ours(method: str, votes: dict[str, int], seats: int) -> dict[str, int]:
    """Seats by list; a case with a tie is passed over, since everybody settles ties in their own way."""
    award = METHODS[method].rule(dict(votes), seats, dict.fromkeys(votes, seats))
    assume(not award.tied)
    assert len(award.won) == seats
    return {option: award.won.count(option) for option in votes}


def without_zeros(seats: dict[str, int]) -> dict[str, int]:
    return {option: won for option, won in seats.items() if won}


DIVISORS = {
    "dhondt": votelib_divisor.d_hondt,
    "sainte-lague": votelib_divisor.sainte_lague,
    "sainte-lague-1.4": votelib_divisor.modified_first_coef(votelib_divisor.sainte_lague, Fraction(7, 5)),
    "sainte-lague-1.2": votelib_divisor.modified_first_coef(votelib_divisor.sainte_lague, Fraction(6, 5)),
    "imperiali-divisor": votelib_divisor.imperiali,
    "hagenbach-bischoff": votelib_divisor.d_hondt,
}


@given(st.sampled_from(tuple(DIVISORS)), VOTES, SEATS)
def test_divisor_methods_agree_with_votelib(method: str, votes: dict[str, int], seats: int) -> None:
    theirs = votelib_proportional.HighestAverages(DIVISORS[method]).evaluate(votes, seats)
    assert theirs == without_zeros(ours(method, votes, seats))


QUOTAS = {
    "hare": "hare",
    "droop": "droop",
    "droop-exact": "hagenbach_bischoff",
    "hagenbach-bischoff-quota": "hagenbach_bischoff_rounded",
    "imperiali-quota": "imperiali",
}


@given(st.sampled_from(tuple(QUOTAS)), VOTES, SEATS)
def test_largest_remainder_agrees_with_votelib(method: str, votes: dict[str, int], seats: int) -> None:
    """Where the quotas give more seats than there are, votelib takes them from the smallest remainders under any quota.
    We lower the divisor under Imperiali's, as the Italian laws do; that is tried by hand in `test_seats`. Where quotas
    leave more seats than there are lists, votelib leaves some empty; where they give one list more than all seats, too.
    """
    mine = ours(method, votes, seats)
    rule = votelib_proportional.LargestRemainder(QUOTAS[method], on_overaward="subtract")
    quota = rule.quota_function(sum(votes.values()), seats)
    assume(quota >= 1 or method in ("hare", "droop-exact"))
    whole = sum(count // quota for count in votes.values())
    assume(max(votes.values()) // quota <= seats)
    assume(0 <= seats - whole < len(votes) or (method != "imperiali-quota" and 0 < whole - seats <= 1))
    assert without_zeros(rule.evaluate(votes, seats)) == without_zeros(mine)


NAMES = {
    "dhondt": "dhondt",
    "sainte-lague": "saintelague",
    "hare": "largest_remainder",
}


@given(st.sampled_from(tuple(NAMES)), VOTES, SEATS)
def test_agrees_with_apportionment(method: str, votes: dict[str, int], seats: int) -> None:
    """In fractions. Its modified Sainte-Laguë has the first divisor 1.4 as a float, and is left out."""
    mine = ours(method, votes, seats)
    theirs = apportionment.compute(NAMES[method], list(votes.values()), seats, fractions=True)
    assert theirs == list(mine.values())


@given(st.sampled_from(("dhondt", "sainte-lague", "sainte-lague-1.4", "sainte-lague-1.2")), VOTES, SEATS, st.data())
def test_levelling_seats_agree_with_votelib(method: str, votes: dict[str, int], more: int, data: st.DataObject) -> None:
    already = {party: data.draw(st.integers(0, 8)) for party in votes}
    divisors = METHODS[method].divisors
    assert divisors is not None
    assume(not highest_quotients(votes, more, dict.fromkeys(votes, more), divisors, already).tied)
    lists = tuple(
        ListSeats("c", party, party, count, already[party], tuple(f"{party}{n}" for n in range(more)))
        for party, count in votes.items()
    )
    mine = level("body", Levelling(more, method), votes=votes, won=already, lists=lists, draw=None)
    rule = votelib_proportional.HighestAverages(DIVISORS[method])
    theirs = rule.evaluate(votes, more + sum(already.values()), prev_gains=already)
    assert mine.seats == without_zeros(theirs)
    assert len(mine.elected) == more
