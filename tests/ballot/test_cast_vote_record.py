import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.ballot import CastVoteRecord, Marks, new_slip_number, record_size
from testigo.errors import InvalidInput

ids = st.text(string.ascii_lowercase + string.digits + "-ñ", min_size=1, max_size=12)
records = st.builds(
    CastVoteRecord,
    st.text(max_size=14),
    st.builds(Marks, ids, st.dictionaries(ids, st.lists(ids, max_size=4).map(tuple), max_size=4)),
    ids,
)


@given(records, st.integers(0, 50))
def test_round_trip_in_exactly_the_size_asked_for(record, more):
    size = 2000 + more
    data = record.encode(size)
    assert len(data) == size
    assert CastVoteRecord.decode(data) == record


@given(st.binary(max_size=300))
def test_any_bytes_are_a_record_or_refused(data):
    for each in (data, b"CVR1" + data, b"CVR1" + len(data).to_bytes(4, "big") + data):
        with pytest.raises(InvalidInput):
            CastVoteRecord.decode(each)


def test_every_changed_byte_is_found_or_changes_the_record(village):
    record = CastVoteRecord(new_slip_number(), Marks("villa", {}), "es")
    data = record.encode(record_size(village, "v-001"))
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert CastVoteRecord.decode(changed) != record
        except InvalidInput:
            continue


def test_a_length_field_is_not_believed():
    with pytest.raises(InvalidInput):
        CastVoteRecord.decode(b"CVR1\xff\xff\xff\xff{}")


@pytest.mark.parametrize("example", ["village", "municipality", "republic"])
def test_record_size_holds_every_ballot_of_a_station_and_hides_which(example, request):
    definition = request.getfixturevalue(example)
    station = definition.stations[-1].id
    size = record_size(definition, station)
    for style in definition.styles_of_station(station):
        fullest = {
            contest_id: tuple(
                sorted((option.id for option in contest.options), key=len, reverse=True)[: contest.choose]
            )
            for contest_id in style.contests
            for contest in [definition.contest(contest_id)]
        }
        for choices in ({}, fullest):
            for language in definition.languages:
                ballot = Marks(style.id, choices)
                assert len(CastVoteRecord(new_slip_number(), ballot, language).encode(size)) == size


def test_a_record_too_long_for_its_slot_is_refused(village):
    record = CastVoteRecord(new_slip_number(), Marks("villa", {}), "es")
    with pytest.raises(InvalidInput, match="does not fit"):
        record.encode(20)


def test_it_holds_no_time_sequence_or_voter():
    assert CastVoteRecord.__struct_fields__ == ("slip", "ballot", "language")
