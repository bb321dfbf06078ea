"""One station of the list is proven by its own line and some hashes; whatever else was said of it is refused."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from many_stations import made
from testigo import canonical
from testigo.election import (
    Definition,
    DefinitionCore,
    FirstDefinition,
    StationProof,
    StationsRoot,
    pieces,
)
from testigo.errors import InvalidInput, InvalidSignature, TestigoError

COUNTRY = 24_532
Replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def country() -> Definition:
    return made(COUNTRY)


def read(data: bytes) -> StationProof:
    """A proof from the bytes in which it was handed on."""
    try:
        return msgspec.convert(canonical.decode(data), StationProof, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error)) from None


@settings(max_examples=80, deadline=None)
@given(st.data(), st.integers(1, 600))
def test_any_station_of_any_list_is_proven_and_nothing_else(data: st.DataObject, count: int) -> None:
    definition = made(count)
    core = definition.core()
    index = data.draw(st.integers(0, count - 1))
    station = definition.stations[index]
    proof = read(canonical.encode(definition.station_proof(station.id)))
    proof.check(core.stations)
    known = core.with_station(proof)
    assert known.digest == definition.digest
    assert (known.place_of(station.id), known.station_at(index), known.stations) == (index, station, (station,))
    wrong = data.draw(st.integers(0, count + 600).filter(lambda place: place != index))
    with pytest.raises(InvalidSignature, match="is not proven to be number"):
        Replace(proof, index=wrong).check(core.stations)
    encoded = canonical.encode(proof)
    position, flip = data.draw(st.integers(0, len(encoded) - 1)), data.draw(st.integers(1, 255))
    changed = encoded[:position] + bytes([encoded[position] ^ flip]) + encoded[position + 1 :]
    with pytest.raises(TestigoError):
        read(changed).check(core.stations)


def test_every_part_of_a_proof_counts() -> None:
    definition = made(300)
    root, proof = definition.core().stations, definition.station_proof("s299")
    others = [
        Replace(proof, station=Replace(proof.station, register_size=601)),
        Replace(proof, station=definition.stations[0]),
        Replace(proof, hashes=proof.hashes[1:]),
        Replace(proof, hashes=(*proof.hashes, proof.hashes[0])),
        Replace(proof, hashes=proof.hashes[::-1]),
        Replace(proof, hashes=("not hexadecimal", *proof.hashes[1:])),
    ]
    for other in others:
        with pytest.raises(InvalidSignature, match="not proven"):
            other.check(root)
    for elsewhere in (StationsRoot(299, root.root), StationsRoot(301, root.root), made(301).core().stations):
        with pytest.raises(InvalidSignature, match="not proven"):
            proof.check(elsewhere)


def test_one_of_a_country_is_proven_by_about_a_kilobyte(country: Definition) -> None:
    assert country.core().stations.count == COUNTRY
    for place in (0, 12_345, COUNTRY - 1):
        proof = country.station_proof(country.stations[place].id)
        proof.check(country.core().stations)
        assert len(canonical.encode(proof)) < 1_400
    assert len(canonical.encode(country.core())) < 1_000


def test_the_list_travels_in_pieces_and_is_complete_or_refused() -> None:
    definition = made(600)
    core = definition.core()
    cut = pieces(definition.stations)
    assert [(piece.first, len(piece.stations)) for piece in cut] == [(0, 256), (256, 256), (512, 88)]
    assert core.with_stations(sum((piece.stations for piece in cut), ())) == definition
    stations = definition.stations
    for wrong in (stations[:-1], (*stations, stations[0]), stations[1:] + stations[:1], (stations[1], *stations[1:])):
        with pytest.raises(InvalidSignature, match="are not the 600 whose root the definition names"):
            core.with_stations(wrong)


def test_the_core_says_everything_but_the_stations() -> None:
    definition = made(3)
    core = definition.core()
    assert set(DefinitionCore.__struct_fields__) == set(Definition.__struct_fields__)
    for name in Definition.__struct_fields__:
        assert name == "stations" or getattr(core, name) == getattr(definition, name)
    smaller = Replace(definition, stations=(Replace(definition.stations[0], register_size=1), *definition.stations[1:]))
    assert smaller.digest != definition.digest == core.digest


def test_a_station_definition_knows_no_other() -> None:
    definition = made(3)
    known = definition.core().with_station(definition.station_proof("s1"))
    assert known.styles_of_station("s1") == definition.styles_of_station("s1")
    for ask in (
        lambda: known.station("s2"),
        lambda: known.place_of("s2"),
        lambda: known.station_at(0),
        lambda: known.station_proof("s1"),
    ):
        with pytest.raises(InvalidInput, match="station"):
            ask()


def test_a_definition_of_one_piece_keeps_its_name_and_proves_no_station() -> None:
    definition = made(3)
    first = FirstDefinition.from_payload(definition.payload())
    assert first.digest == canonical.digest(canonical.encode(definition)) != definition.digest
    assert definition.named(first.digest) == first and definition.named(definition.digest) is definition
    assert first.named(first.digest) is first
    with pytest.raises(InvalidInput, match="another election"):
        definition.named("0" * 64)
    with pytest.raises(InvalidInput, match="version 1, in one piece"):
        first.core()
    with pytest.raises(InvalidInput, match="version 1, in one piece"):
        first.station_proof("s0")
