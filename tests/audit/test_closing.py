"""The closing count: real slips as pictures, what a person enters, two hand counts, and boxes that do not agree."""

import csv
import io
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digests import ANY
from station_counters import counted
from testigo.audit import blank_form, closing_count, read_form, same_twice
from testigo.audit.paper_images import Paper, papers_from_images, read_entries, read_papers
from testigo.ballot import Ballot, Marks, TallySheet, new_slip_number, tally_ballots
from testigo.election import Definition, load
from testigo.errors import InvalidInput, SeveralErrors
from testigo.slip import Slip
from testigo.slip_reader import SlipReading
from testigo.words import message

STATION = "01-01"


@pytest.fixture(scope="module")
def definition(project_root: Path) -> Definition:
    return load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")


def _ballots(definition: Definition, count: int, seed: int = 1) -> list[Ballot]:
    rng = random.Random(seed)
    (style,) = definition.styles_of_station(STATION)
    made = []
    for _ in range(count):
        choices = {}
        for contest_id in style.contests:
            options = [option.id for option in definition.contest(contest_id).options]
            choices[contest_id] = tuple(rng.sample(options, rng.randint(0, 1)))
        made.append(Ballot.mark(definition, style, choices))
    return made


def _sheet(definition: Definition, ballots: list[Ballot], spoiled: int = 1) -> TallySheet:
    count = len(ballots)
    counters = counted(
        registered=24,
        matched=count,
        release_cap=2,
        cards_made=40,
        cards_used=count,
        printed=count + spoiled,
        spoiled=spoiled,
        spoiled_reasons={"mistake": spoiled},
        deposited=count,
        recorded=count,
    )
    tally = tally_ballots(definition, STATION, ballots)
    return TallySheet(STATION, "2027-04-11T11:00:00Z", "2027-04-11T21:00:00Z", tally, counters, {})


def _reading(ballot: Ballot | None, number: str = "", refused: str = "", agrees: bool | None = True) -> SlipReading:
    why = message("error", refused) if refused else None
    return SlipReading(number=number, station=STATION, choices=ballot, refused=why, agrees_with_qr=agrees)


def _papers(ballots: list[Ballot]) -> list[Paper]:
    return [Paper(f"scan.png#{number}", _reading(one, f"N{number}")) for number, one in enumerate(ballots, 1)]


def test_real_slips_on_real_pictures_agree_with_the_sheet(definition: Definition, tmp_path: Path) -> None:
    ballots = _ballots(definition, 5)
    for number, ballot in enumerate(ballots):
        slip = Slip(definition, STATION, ballot, new_slip_number(), "es")
        (tmp_path / f"{number}.png").write_bytes(slip.png())
    Image.new("L", (600, 900), 255).save(tmp_path / "table.png")
    papers = read_papers(sorted(tmp_path.glob("*.png")), definition, STATION)
    entries = {"table.png#1": "no-paper"}
    paper = papers_from_images(definition, STATION, papers, entries, spoiled=1)
    count = closing_count(definition, _sheet(definition, ballots), ANY, paper)
    assert count.is_consistent
    assert count.papers == 5
    missing = closing_count(
        definition, _sheet(definition, ballots), ANY, papers_from_images(definition, STATION, papers[1:], entries)
    )
    assert ("", "(papers)", 5, 4) in [(one.contest, one.what, one.sheet, one.paper) for one in missing.differences]


def test_a_vote_moved_on_the_sheet_is_found_in_both_options(definition: Definition) -> None:
    ballots = _ballots(definition, 12)
    sheet = _sheet(definition, ballots)
    mayor, council = sheet.tally.contests
    winner, loser = sorted(mayor.votes, key=mayor.votes.__getitem__, reverse=True)[:2]
    votes = mayor.votes | {winner: mayor.votes[winner] - 1, loser: mayor.votes[loser] + 1}
    stolen = msgspec.structs.replace(
        sheet,
        tally=msgspec.structs.replace(sheet.tally, contests=(msgspec.structs.replace(mayor, votes=votes), council)),
    )
    count = closing_count(definition, stolen, ANY, papers_from_images(definition, STATION, _papers(ballots), {}))
    assert {(one.contest, one.what, one.sheet - one.paper) for one in count.differences} == {
        ("mayor", winner, -1),
        ("mayor", loser, 1),
    }
    assert not count.is_consistent


def test_a_refused_paper_waits_for_a_person(definition: Definition) -> None:
    ballots = _ballots(definition, 4)
    papers = [*_papers(ballots[:3]), Paper("torn.jpg#1", _reading(None, refused="paper-vote.corners-not-seen"))]
    waiting = closing_count(
        definition, _sheet(definition, ballots), ANY, papers_from_images(definition, STATION, papers, {})
    )
    assert waiting.unread == 1
    assert not waiting.is_consistent
    entry = Marks(ballots[3].style, ballots[3].choices)
    settled = papers_from_images(definition, STATION, papers, {"torn.jpg#1": entry})
    assert closing_count(definition, _sheet(definition, ballots), ANY, settled).is_consistent
    assert settled.unsettled[0].settled and "corner" in settled.unsettled[0].reason


def test_an_illegible_vote_is_entered_as_null_and_shows_as_a_difference(definition: Definition) -> None:
    ballots = _ballots(definition, 3)
    entry = Marks(ballots[2].style, {"mayor": ("(null)",), "council": ballots[2].choices["council"]})
    papers = [*_papers(ballots[:2]), Paper("a.png#1", _reading(None, refused="paper-vote.none-seen"))]
    count = closing_count(
        definition,
        _sheet(definition, ballots),
        ANY,
        papers_from_images(definition, STATION, papers, {"a.png#1": entry}),
    )
    assert ("mayor", "(null)", 0, 1) in [(one.contest, one.what, one.sheet, one.paper) for one in count.differences]
    assert {one.contest for one in count.differences} == {"mayor"}


def test_a_paper_photographed_twice_counts_once_and_a_forged_twin_is_unsettled(definition: Definition) -> None:
    first, second = _ballots(definition, 30)[:1], None
    second = next(one for one in _ballots(definition, 30) if one != first[0])
    again = Paper("b.png#1", _reading(first[0], "N1"))
    twice = papers_from_images(definition, STATION, [*_papers(first), again], {})
    assert twice.papers == 1
    assert [(one.reason, one.settled) for one in twice.unsettled] == [
        ('paper-vote.seen-twice {"paper":"scan.png#1"}', True)
    ]
    forged = papers_from_images(definition, STATION, [*_papers(first), Paper("b.png#1", _reading(second, "N1"))], {})
    assert forged.papers == 1
    assert [(one.reason, one.settled) for one in forged.unsettled] == [
        ('paper-vote.same-number {"paper":"scan.png#1"}', False)
    ]


def test_the_text_counts_where_the_qr_code_disagrees(definition: Definition) -> None:
    (ballot,) = _ballots(definition, 1)
    paper = papers_from_images(definition, STATION, [Paper("a.png#1", _reading(ballot, "N1", agrees=False))], {})
    assert paper.contests == tally_ballots(definition, STATION, [ballot]).contests
    assert paper.unsettled[0].reason == "paper-vote.qr-code-differs"


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ({"scan.png#1": "no-paper"}, "did not refuse"),
        ({"a.png#1": Marks("nowhere", {})}, "no ballot style"),
        ({"a.png#1": Marks("puerto-laurel", {"mayor": ("nobody",)})}, "no option"),
        ({"a.png#1": Marks("puerto-laurel", {"senate": ()})}, "not on ballot style"),
    ],
)
def test_entries_that_cannot_be_are_refused(definition: Definition, entries: dict, problem: str) -> None:
    papers = [
        *_papers(_ballots(definition, 1)),
        Paper("a.png#1", _reading(None, refused="paper-vote.corners-not-seen")),
    ]
    with pytest.raises(InvalidInput, match=problem):
        papers_from_images(definition, STATION, papers, entries)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a.png#1": "blank"}', b'{"a.png#1": {"style": 1}}', b"\xff"])
def test_entries_of_another_shape_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="entries"):
        read_entries(data, place="entries.json")


@given(st.binary(max_size=200))
def test_entries_of_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_entries(data)
    except InvalidInput as error:
        assert "\n" not in error.hint


def _filled(definition: Definition, sheet: TallySheet, **changed: int) -> bytes:
    """The form as people fill it who count what the sheet says; `changed`: `mayor_OPTION` → other count."""
    rows = list(csv.reader(io.StringIO(blank_form(definition, STATION))))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    for contest, option, _ in rows[1:]:
        tally = next((one for one in sheet.tally.contests if one.contest == contest), None)
        if tally is None:
            count = {"(papers)": sheet.reconciliation.booth.recorded, "(spoiled)": sheet.reconciliation.booth.spoiled}[
                option
            ]
        else:
            special = {"(blank)": tally.blank, "(null)": tally.null, "(ballots)": tally.ballots}
            count = special.get(option, tally.votes.get(option, 0))
        writer.writerow([contest, option, changed.get(f"{contest}_{option.strip('()')}", count)])
    return text.getvalue().encode()


@settings(max_examples=20, deadline=None)
@given(count=st.integers(0, 30), seed=st.integers(0, 3))
def test_an_honest_hand_count_agrees(project_root: Path, count: int, seed: int) -> None:
    definition = load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")
    sheet = _sheet(definition, _ballots(definition, count, seed))
    first, second = (read_form(_filled(definition, sheet), definition, STATION) for _ in range(2))
    assert closing_count(definition, sheet, ANY, same_twice(first, second)).is_consistent


def test_two_entries_that_differ_are_listed(definition: Definition) -> None:
    sheet = _sheet(definition, _ballots(definition, 10))
    first = read_form(_filled(definition, sheet), definition, STATION)
    blank = sheet.tally.contests[0].blank
    votes = sheet.tally.contests[0].votes["barrios-robles"]
    other = _filled(definition, sheet, **{"mayor_barrios-robles": votes + 1, "mayor_blank": blank - 1})
    with pytest.raises(SeveralErrors, match="hand count differ") as caught:
        same_twice(first, read_form(other, definition, STATION))
    assert caught.value.code == "hand-count.entries-differ"
    told = [(error.code, error.place, error.message.values) for error in caught.value.errors]
    assert told == [
        ("hand-count.figure-differs", "mayor, barrios-robles", {"first": votes, "second": votes + 1}),
        ("hand-count.figure-differs", "mayor, (blank)", {"first": blank, "second": blank - 1}),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"mayor,(blank)", b"mayor,(blanc)", "form.unknown-line"),
        (b"contest,option,count", b"a,b,c", "form.other-columns"),
        (b",(papers),10", b",(papers),-1", "count.not-a-number"),
        (b",(papers),10", b",(papers),", "count.not-a-number"),
        (b",(papers),10", b",(papers),9999999", "count.too-large"),
        (b",(papers),10", b",(papers),9", "contest.more-ballots-than-papers"),
        (b",(papers),10\r\n", b"", "count.missing"),
        (b",(papers),10\r\n", b",(papers),10\r\n,(papers),10\r\n", "form.line-twice"),
        (b"mayor,(ballots),10", b"mayor,(ballots),1", "contest.more-votes-than-fit"),
        (b"contest", b"\xff\xfe", "file.not-utf8"),
    ],
)
def test_a_form_with_a_mistake_is_refused_with_its_line(
    definition: Definition, old: bytes, new: bytes, code: str
) -> None:
    form = _filled(definition, _sheet(definition, _ballots(definition, 10)))
    assert old in form
    with pytest.raises((InvalidInput, SeveralErrors)) as caught:
        read_form(form.replace(old, new, 1), definition, STATION, place="form.csv")
    error = caught.value
    assert code in [one.code for one in (error.errors if isinstance(error, SeveralErrors) else [error])]
    assert "form.csv" in error.text("es")


@given(st.binary(max_size=300))
def test_forms_of_any_bytes_are_read_or_refused(project_root: Path, data: bytes) -> None:
    definition = load(project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml")
    for form in (data, b"contest,option,count\r\n" + data):
        with pytest.raises((InvalidInput, SeveralErrors)):
            read_form(form, definition, STATION)
