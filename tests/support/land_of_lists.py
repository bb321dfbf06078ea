"""Elections of lists as small as they can be: one district, no stations."""

from testigo.election import Body, Contest, Definition, District, Option, Party, VotingRules


def list_contest(
    name: str, seats: int, parties: tuple[str, ...], method: str, *, room: int, prefix: str = "", **more: object
) -> Contest:
    """A contest of one list of each party, with `room` candidates. `prefix`: before the party's id in its list's."""
    options = tuple(
        Option(f"{prefix}{one}", {}, party=one, candidates=tuple(f"{name} {one} {place + 1}" for place in range(room)))
        for one in parties
    )
    return Contest(name, "land", {}, "party-list", options, seats=seats, method=method, **more)


def land(contests: list[Contest], parties: list[Party], *bodies: Body) -> Definition:
    """A definition of these contests."""
    return Definition(
        id="land",
        title={},
        date="2027-01-01",
        opens="07:00",
        closes="17:00",
        languages=("en",),
        districts=(District("land", {}),),
        stations=(),
        contests=tuple(contests),
        parties=tuple(parties),
        rules=VotingRules(),
        bodies=bodies,
    )
