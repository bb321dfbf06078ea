"""A station is opened on the day and within the hours of voting, or the chair says why not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from raising import raises_code
from testigo.ballot.reasons import CLOSING_REASONS, OPENING_REASONS, of_hours
from testigo.election import hours
from testigo.errors import IllegalStep, InvalidInput
from testigo.station.chair import tally_sheet
from testigo.station.machine import hours as station_hours

pytestmark = pytest.mark.usefixtures("by_the_clock")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """Set the station's clock."""

    def at(text: str) -> None:
        moment = datetime.fromisoformat(text)
        monkeypatch.setattr(station_hours, "now", lambda: moment)

    return at


def day_of(place, time: str) -> str:
    """That time on election day, on a clock at UTC."""
    return f"{place.chair.definition.date}T{time}:00+00:00"


@pytest.fixture
def at_utc(place, monkeypatch):
    """The definition's hours are those of a clock at UTC."""
    monkeypatch.setattr(hours, "zone_of", lambda *_: UTC)


def ready(place) -> None:
    place.check_in.load_poll_book(place.poll_book)
    place.booth.make_cards(spare=4)
    assert place.test()
    place.chair.zero_report()


def test_within_the_hours_nothing_is_asked(place, clock, at_utc):
    clock(day_of(place, "09:00"))
    ready(place)
    place.chair.open()
    clock(day_of(place, place.chair.definition.closes))
    assert place.chair.close_polls() == ()
    sheet = place.chair.tally_sheet()
    assert (sheet.opened_outside, sheet.closed_early) == ("", "")
    assert tally_sheet.hours_notes(sheet) == []


def test_outside_them_a_reason_is_required_and_stands_on_the_tally_sheet(place, clock, at_utc):
    clock("2001-02-03T09:00:00+00:00")
    ready(place)
    with raises_code(IllegalStep, "station.outside-hours"):
        place.chair.open()
    assert place.chair.state == "zero-reported" and place.check_in.state == "ready"
    with raises_code(InvalidInput, "reason.not-on-list"):
        place.chair.open("we felt like it")
    place.chair.open("clock")
    clock(day_of(place, "12:00"))
    with raises_code(IllegalStep, "station.before-closing-time"):
        place.chair.close_polls()
    assert place.chair.state == "open" and place.check_in.state == "open"
    with raises_code(InvalidInput, "reason.not-on-list"):
        place.chair.close_polls(early="machines-late")
    assert place.chair.close_polls(early="order") == ()
    sheet = place.chair.tally_sheet()
    assert (sheet.opened_outside, sheet.closed_early) == ("clock", "order")
    page = tally_sheet.view(place.chair.definition, sheet, "0" * 64, "en")
    assert page.hours == (
        "Opened outside the hours of voting: The clock is wrong and cannot be set",
        "Closed before the hours of voting ended: Ordered by the authority",
    )


@pytest.mark.parametrize(
    ("local", "outside", "before"),
    [
        ("2027-04-10T23:59", "another-day", True),
        ("2027-04-11T00:00", "too-early", True),
        ("2027-04-11T06:59", "too-early", True),
        ("2027-04-11T07:00", None, True),
        ("2027-04-11T16:59", None, True),
        ("2027-04-11T17:00", "too-late", False),
        ("2027-04-12T00:10", "another-day", False),
    ],
)
@pytest.mark.parametrize("offset", ["-11:00", "-04:00", "+00:00", "+05:45", "+14:00"])
def test_the_hours_are_those_of_the_wall_clock(place, local, outside, before, offset):
    definition = msgspec.structs.replace(
        place.chair.definition, date="2027-04-11", opens="07:00", closes="17:00", utc_offset=offset
    )
    zone = hours.zone_of(definition, place.chair.station_id)
    moment = datetime.fromisoformat(f"{local}:00{offset}").astimezone(ZoneInfo("UTC"))
    assert hours.outside(definition, moment, zone) == outside
    assert hours.before_closing(definition, moment, zone) is before


def test_a_station_in_another_zone_has_its_own_offset(place):
    definition = place.chair.definition
    stations = tuple(msgspec.structs.replace(one, utc_offset="-05:00") for one in definition.stations)
    whole = msgspec.structs.replace(definition, utc_offset="-03:00")
    assert hours.zone_of(whole, place.chair.station_id).utcoffset(None) == timedelta(hours=-3)
    there = msgspec.structs.replace(whole, stations=stations)
    assert hours.zone_of(there, place.chair.station_id).utcoffset(None) == timedelta(hours=-5)
    assert hours.zone_of(definition, place.chair.station_id) is None


@pytest.mark.parametrize(
    "text", ["", "4", "-4:00", "-04", "+15:00", "+14:30", "-04:60", "−04:00", "+٠٤:٠٠", "-04:00\n"]
)
def test_what_is_no_offset(text):
    assert hours.offset_of(text) is None


def test_there_are_words_for_each_reason():
    assert all(of_hours("opened_outside", one).known for one in OPENING_REASONS)
    assert all(of_hours("closed_early", one).known for one in CLOSING_REASONS)
    assert of_hours("closed_early", "machines-late") == "machines-late"
