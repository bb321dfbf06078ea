"""Seats of real elections, from the votes that the authorities published to the seats that they gave out.

The figures lie with the project's reference data (`shared_data`); its README says where each comes from. Slovakia's and
the Israeli agreements' are short enough to stand here, and are tried everywhere.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from land_of_lists import land, list_contest
from testigo.election import (
    METHODS,
    Agreement,
    Allocation,
    Body,
    CoalitionShare,
    Contest,
    Party,
    Threshold,
    VoteTotals,
    allocate,
    allot,
)

# Slovakia, National Council, 29 February 2020: votes and seats (Statistical Office). One coalition, of two parties.
SLOVAKIA = {
    "olano": (721_166, 53),
    "smer": (527_172, 38),
    "sme-rodina": (237_531, 17),
    "lsns": (229_660, 17),
    "ps-spolu": (200_780, 0),
    "sas": (179_246, 13),
    "za-ludi": (166_325, 12),
    "kdh": (134_099, 0),
    "mko-mks": (112_662, 0),
    "sns": (91_171, 0),
    "dobra-volba": (88_220, 0),
    "vlast": (84_507, 0),
    "most-hid": (59_174, 0),
    "others": (15_925 + 9_260 + 8_191 + 4_194 + 3_296 + 2_018 + 1_966 + 1_887 + 1_261 + 991 + 809, 0),
}

# Zákon 180/2014 Z. z., § 66: 5 % of the valid votes, 7 % for coalitions of two or three parties, 10 % from four on.
SLOVAK_BAR = Threshold("5", coalitions=(CoalitionShare(2, "7"), CoalitionShare(4, "10")))
# Kodeks wyborczy, arts. 196 and 197: 5 % in the whole country, coalitions 8 %, national minorities exempt.
POLISH_BAR = Threshold("5", coalitions=(CoalitionShare(2, "8"),), minorities="exempt")


def contest_of(name: str, seats: int, votes: Mapping[str, int], method: str, **more: object) -> Contest:
    """A contest of lists long enough, each of the party of the same id."""
    return list_contest(name, seats, tuple(votes), method, room=seats, prefix=f"{name}-", **more)


def one_contest(seats: int, votes: Mapping[str, int], method: str, *, parties: Iterable[Party] = (), **more: object):
    """The seats by party of one contest."""
    contest = contest_of("c", seats, votes, method, **more)
    counted = {f"c-{party}": count for party, count in votes.items()}
    found: Allocation = allocate(contest, counted, ballots=sum(votes.values()), parties=parties)
    assert not found.ties
    return {option.removeprefix("c-"): won for option, won in found.seats.items()}


def rows(file: Path, delimiter: str = ";") -> list[list[str]]:
    """A table as text, its head first."""
    return list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=delimiter))


def number(text: str) -> int:
    """A count as the tables spell it; an empty cell or a dash is 0."""
    digits = text.replace(",", "").replace("\xa0", "").replace(" ", "")
    return int(digits) if digits.isdecimal() else 0


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> Path:
    """The folder of the tables."""
    folder = shared_data / "seats"
    if not folder.is_dir():
        pytest.skip(f"no tables of real elections at {folder}")
    return folder


def test_slovakia_2020_by_its_rounded_quota_and_the_threshold_of_coalitions() -> None:
    votes = {party: count for party, (count, _) in SLOVAKIA.items()}
    parties = [Party("ps-spolu", {}, "", kind="coalition", members=2)]
    found = one_contest(150, votes, "hagenbach-bischoff-quota", parties=parties, threshold=SLOVAK_BAR)
    assert found == {party: won for party, (_, won) in SLOVAKIA.items()}
    without = one_contest(150, votes, "hagenbach-bischoff-quota", threshold=SLOVAK_BAR)
    assert without["ps-spolu"] > 0


def test_slovakia_is_what_the_reference_data_has(tables: Path) -> None:
    kept = sorted((int(votes), int(seats)) for _, _, votes, seats in rows(tables / "sk_nr_2020.csv"))
    others = SLOVAKIA["others"][0]
    assert kept[-13:] == sorted(pair for party, pair in SLOVAKIA.items() if party != "others")
    assert sum(votes for votes, _ in kept[:-13]) == others


# The committees, in the words of their columns, and what the law takes them for.
POLAND = {
    15: (
        {
            "pis": ("Prawo i Sprawiedliwość", "party", 235),
            "po": ("Platforma Obywatelska", "party", 138),
            "kukiz": ("Kukiz'15", "party", 42),
            "nowoczesna": ("Nowoczesna Ryszarda Petru", "party", 28),
            "psl": ("Polskie Stronnictwo Ludowe", "party", 16),
            "mn": ("Mniejszość Niemiecka", "minority", 1),
            "zl": ("Zjednoczona Lewica", "coalition", 0),
        },
        "okr19.csv",
    ),
    19: (
        {
            "pis": ("PRAWO I SPRAWIEDLIWOŚĆ", "party", 235),
            "ko": ("KOALICJA OBYWATELSKA", "coalition", 134),
            "sld": ("SOJUSZ LEWICY DEMOKRATYCZNEJ", "party", 49),
            "psl": ("POLSKIE STRONNICTWO LUDOWE", "party", 30),
            "konfederacja": ("KONFEDERACJA", "party", 11),
            "mn": ("MNIEJSZOŚĆ NIEMIECKA", "minority", 1),
        },
        "okr19.csv",
    ),
    23: (
        {
            "pis": ("PRAWO I SPRAWIEDLIWOŚĆ", "party", 194),
            "ko": ("KOALICJA OBYWATELSKA", "coalition", 157),
            "td": ("TRZECIA DROGA", "coalition", 65),
            "nl": ("NOWA LEWICA", "party", 26),
            "konfederacja": ("KONFEDERACJA", "party", 18),
            "mn": ("MNIEJSZOŚĆ NIEMIECKA", "minority", 0),
        },
        "okr23.csv",
    ),
}


@pytest.mark.parametrize("year", POLAND)
def test_poland_by_41_districts_and_a_threshold_over_all_of_them(tables: Path, year: int) -> None:
    """Kodeks wyborczy, art. 232: D'Hondt in each of the 41 districts, whose seats the code's annex fixes."""
    known, seats_file = POLAND[year]
    head, *districts = rows(tables / f"pl{year}.csv")
    valid = ("Głosy ważne", "Liczba głosów ważnych")
    first = next(place for place, name in enumerate(head) if name.startswith(valid)) + 1
    seats_head, *seats_rows = rows(tables / seats_file)
    seats = [int(row[seats_head.index("Liczba mandatów")]) for row in seats_rows]
    assert (len(districts), sum(seats)) == (41, 460)
    names = {
        place: next((one for one, (words, _, _) in known.items() if words in name), f"list-{place}")
        for place, name in enumerate(head[first:])
        if name
    }
    contests, totals = [], {}
    for position, (row, count) in enumerate(zip(districts, seats, strict=True)):
        votes: Counter[str] = Counter()
        for place, party in names.items():
            votes[party] += number(row[first + place])
        assert sum(votes.values()) == number(row[first - 1])
        contest = contest_of(f"d{position}", count, votes, "dhondt", body="sejm")
        contests.append(contest)
        cast = {f"d{position}-{party}": won for party, won in votes.items()}
        totals[contest.id] = VoteTotals(cast, 0, sum(votes.values()))
    kinds = {party: kind for party, (_, kind, _) in known.items()}
    parties = [
        Party(party, {}, "", kind=kinds.get(party, "party"), members=2 * (kinds.get(party) == "coalition"))
        for party in sorted(set(names.values()))
    ]
    found = allot(land(contests, parties, Body("sejm", {}, POLISH_BAR)), totals).bodies[0]
    assert found.party_seats == {party: won for party, (_, _, won) in known.items() if won}
    assert (found.seats, found.unfilled, found.open_seats) == (460, 0, 0)


def test_czechia_2017_by_regions_whose_seats_follow_the_votes(tables: Path) -> None:
    """Zákon 247/1995 Sb., §§ 48 to 51, as it was in 2017: 200 seats to 14 regions by the votes cast there (Hare), then
    D'Hondt in each among the lists with 5 % in the whole country.
    """
    head, *lists = rows(tables / "cz_psp_2017.csv")
    votes = {region: {row[0]: int(row[place]) for row in lists} for place, region in enumerate(head) if place}
    cast = {region: sum(counts.values()) for region, counts in votes.items()}
    seats = Counter(METHODS["hare"].rule(cast, 200, dict.fromkeys(cast, 200)).won)
    assert sum(seats.values()) == 200
    contests = [contest_of(region, seats[region], counts, "dhondt", body="ps") for region, counts in votes.items()]
    totals = {
        region: VoteTotals({f"{region}-{party}": count for party, count in counts.items()}, 0, sum(counts.values()))
        for region, counts in votes.items()
    }
    parties = [Party(row[0], {}, "") for row in lists]
    found = allot(land(contests, parties, Body("ps", {}, Threshold("5"))), totals).bodies[0]
    assert found.party_seats == {
        "ANO": 78,
        "ODS": 25,
        "Piráti": 22,
        "SPD": 22,
        "ČSSD": 15,
        "KSČM": 15,
        "KDU-ČSL": 10,
        "TOP 09": 7,
        "STAN": 6,
    }


def test_germany_2017_by_the_second_votes_of_299_constituencies(tables: Path) -> None:
    """The upper distribution of BWahlG § 6 (6) as it was in 2017: the 709 seats of that Bundestag."""
    head, kind, *constituencies = rows(tables / "de_bdt_2017.csv")
    votes: Counter[str] = Counter()
    for row in constituencies:
        for place, words in enumerate(kind):
            if words == "Zweitstimmen":
                votes[head[place - 1]] += number(row[place])
    found = one_contest(709, votes, "sainte-lague", threshold=Threshold("5"))
    assert {party: won for party, won in found.items() if won} == {
        "CDU": 200,
        "SPD": 153,
        "AfD": 94,
        "FDP": 80,
        "DIE LINKE": 69,
        "GRÜNE": 67,
        "CSU": 46,
    }


AGREEMENTS_2022 = (("Likud", "RZP"), ("YeshAtid", "NatUnity"), ("Shas", "UTJ"))
ISRAEL_2022 = {
    "Likud": (1_115_336, 32),
    "YeshAtid": (847_435, 24),
    "RZP": (516_470, 14),
    "NatUnity": (432_482, 12),
    "Shas": (392_964, 11),
    "UTJ": (280_194, 7),
    "YB": (213_687, 6),
    "Raam": (194_047, 5),
    "Hadash": (178_735, 5),
    "Labor": (175_992, 4),
}


def israel(agreements: tuple[tuple[str, str], ...]) -> dict[str, int]:
    votes = {party: count for party, (count, _) in ISRAEL_2022.items()}
    pooled = tuple(Agreement("+".join(pair), tuple(f"c-{one}" for one in pair)) for pair in agreements)
    return one_contest(120, votes, "dhondt", agreements=pooled)


def test_israel_2022_with_its_surplus_agreements() -> None:
    """Bader and Ofer: D'Hondt among agreements, then inside each (Knesset Elections Law 1969, chapter 8)."""
    expected = {party: won for party, (_, won) in ISRAEL_2022.items()}
    assert israel(AGREEMENTS_2022) == expected
    assert israel(()) != expected


def test_the_national_distributions_of_the_reference_data(tables: Path) -> None:
    for one in json.loads((tables / "national.json").read_text()):
        if one["method"] not in METHODS:
            continue
        bar = Threshold("5") if "threshold 5 %" in one["note"] else None
        methods = [one["method"], *(["sainte-lague-1.2"] if "first divisor 1.2" in one["note"] else [])]
        for method in methods:
            found = one_contest(one["seats"], one["votes"], method, threshold=bar)
            assert {party: won for party, won in found.items() if won} == one["expected"], one["id"]
