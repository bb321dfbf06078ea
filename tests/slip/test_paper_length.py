"""The paper vote is never longer than the check counts it, so none is accepted that a scan would not find again."""

import io

import pytest
from PIL import Image

from drawn_definitions import draw
from testigo.ballot import Ballot
from testigo.election import BallotStyle, Definition, check_paper, limits
from testigo.election.paper_length import paper_length
from testigo.paper.frame import DOTS_PER_MM
from testigo.slip import Slip


def printed_length(definition: Definition, station: str, style: BallotStyle) -> float:
    """Millimetres of the longest slip of a style, in whichever language that is."""
    contests = [definition.contest(contest) for contest in style.contests]
    full = {one.id: tuple(option.id for option in one.options[-one.choose :]) for one in contests}
    slips = (
        Slip(definition, station, Ballot.mark(definition, style, full), "2222-2222-2222", language)
        for language in definition.languages
    )
    return max(Image.open(io.BytesIO(slip.png())).height for slip in slips) / DOTS_PER_MM


@pytest.mark.parametrize("seed", [8, 9, 11, 14, 17, 21])
def test_no_paper_vote_is_longer_than_counted(seed):
    definition = draw(seed).definition()
    for station in definition.stations:
        for style in definition.styles_of_station(station.id):
            assert printed_length(definition, station.id, style) <= paper_length(definition, style)


def test_wide_letters_are_counted_too(village):
    """Capitals of the widest letters, without a space to break at."""
    payload = village.payload()
    for contest in payload["contests"]:
        for place, option in enumerate(contest["options"]):
            option["name"] = dict.fromkeys(("es", "en"), f"{'W' * 60} {'M' * 60} {place}")
    definition = Definition.from_payload(payload)
    style = definition.styles_of_station("v-001")[0]
    assert printed_length(definition, "v-001", style) <= paper_length(definition, style)


def test_a_paper_vote_that_no_scan_would_show_is_refused(village):
    payload = village.payload()
    payload["contests"] = [
        payload["contests"][1] | {"id": f"c{n}", "title": {"es": f"Cargo {n}", "en": f"Office {n}"}} for n in range(36)
    ]
    errors = [one.error for one in check_paper(Definition.from_payload(payload)) if not one.warning]
    assert [error.code for error in errors] == ["definition.paper-too-long"]
    assert f"{limits.PAPER:,}" in errors[0].hint
