"""Which check-in desk decides on a document number: its *home desk*.

The voters of the poll book are ordered by SHA-256 of the election, the station and their number, and dealt out to the
desks like cards. So the poll book and the number of desks fix every share beforehand, shares differ by one voter at
most, and a number says nothing of its desk to whoever reads it.
"""

import hashlib
from collections.abc import Iterable, Mapping


def home_desks(election: str, station: str, documents: Iterable[str], desks: tuple[int, ...]) -> Mapping[str, int]:
    """Document number → number of its home desk. `desks`: the numbers of the desks that take part, at least one."""
    about = f"testigo home desk 1\n{election}/{station}/".encode()
    ordered = sorted(documents, key=lambda document: hashlib.sha256(about + document.encode()).digest())
    return {document: desks[place % len(desks)] for place, document in enumerate(ordered)}


def dealt_again(
    election: str, station: str, homes: Mapping[str, int], rounds: Iterable[tuple[int, ...]]
) -> Mapping[str, int]:
    """The home desks after desks were taken out on the day. `rounds`: after each, the numbers of those that were left.

    Only the share of a desk that is out changes hands: it is dealt out to those that are left.
    """
    for left in rounds:
        orphaned = [document for document, desk in homes.items() if desk not in left]
        homes = {**homes, **home_desks(election, station, orphaned, left)}
    return homes
