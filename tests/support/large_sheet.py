"""Tally sheets of any size, of one station of a made-up election."""

import random
from collections.abc import Callable

from station_counters import counted
from testigo.ballot import Tally, TallySheet
from testigo.ballot.tally import ContestTally
from testigo.election import STATION_ROLES, Contest, Definition, District, Option, Party, Station

Name = Callable[[int], str]
"""The name of the option at that place."""


def large_definition(
    options: tuple[int, ...],
    name: Name = "Opción {}".format,
    *,
    language: str = "es",
    title: str = "Concejo",
    parties: int = 0,
    rolls: int = 1,
) -> Definition:
    """An election of one station, `options`: how many of each contest."""
    named = ("general", *(f"roll-{place}" for place in range(1, rolls)))
    return Definition(
        id="large",
        title={language: title},
        date="2027-05-09",
        opens="07:00",
        closes="17:00",
        languages=(language,),
        districts=(District("land", {language: title}),),
        stations=(Station("s1", title, "land", 99_000, roll_sizes=dict.fromkeys(named[1:], 100)),),
        contests=tuple(
            Contest(
                f"c{place}",
                "land",
                {language: f"{title} {place}"},
                "choose-up-to",
                tuple(Option(f"o{one}", {language: name(one)}) for one in range(count)),
                seats=max(1, count // 2),
                choose=max(1, count // 2),
            )
            for place, count in enumerate(options)
        ),
        parties=tuple(Party(f"p{place}", {language: f"{title} {place}"}, f"P{place}") for place in range(parties)),
        rolls=named,
    )


def large_sheet(definition: Definition, ballots: int = 20_000, seed: int = 1) -> TallySheet:
    """A sheet of the station with random figures that add up."""
    rng = random.Random(seed)
    styles = {style.id: 0 for style in definition.styles_of_station("s1")}
    styles[next(iter(styles))] = ballots
    return TallySheet(
        station="s1",
        opened="2027-05-09T11:00:00Z",
        closed="2027-05-09T21:00:00Z",
        tally=Tally(styles, tuple(_contest(one, ballots, rng) for one in definition.contests)),
        reconciliation=counted(
            recorded=ballots, deposited=ballots, printed=ballots, cards_used=ballots, matched=ballots
        ),
        event_logs=dict.fromkeys(STATION_ROLES, "0" * 64),
    )


def zero_sheet(definition: Definition) -> TallySheet:
    """The same with nothing counted."""
    return large_sheet(definition, 0)


def _contest(contest: Contest, ballots: int, rng: random.Random) -> ContestTally:
    blank = rng.randint(0, ballots // 10)
    valid = ballots - blank
    most = min(valid // 2, contest.choose * valid // len(contest.options))  # no more choices than there are
    votes = {option.id: rng.randint(0, most) for option in contest.options}
    left = contest.choose * valid - sum(votes.values())
    return ContestTally(contest.id, votes, blank, 0, left, ballots)
