"""A station's poll book: what it tells, whom it opens for, and every way to cheat with it."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raising import raises_code
from testigo import canonical, keys
from testigo.election import Definition
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.fingerprint import FingerImage, extract, match
from testigo.keys import OpeningKey, SigningKey
from testigo.register import OtherStation, PollBook, PollBookLabel, Register, RegisterKey, make_poll_book, read_label
from testigo.register.poll_book import PAYLOAD_TYPE

Press = Callable[..., FingerImage]
ISSUED = "2026-11-20T12:00:00Z"


@pytest.fixture
def book(register: Register, centre: SigningKey, check_in: OpeningKey) -> bytes:
    return make_poll_book(register, "s1", check_in.public, centre, ISSUED)


def test_holds_the_voters_of_one_station(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    opened = PollBook.open(book, definition.digest, "s1", check_in, centre.public)
    assert (opened.election, opened.station, opened.serial, opened.issued) == (definition.digest, "s1", 1, ISSUED)
    assert set(opened.voters) == {"V12345678", "12345679", "E99"}
    voter = opened.find("v-12.345.678")
    assert voter is not None
    assert (voter.name, voter.roll, voter.fingers) == ("María José Peña", "general", ())
    assert opened.find("200") is None
    assert opened.digest == canonical.digest(book)


def test_says_where_to_go_instead_without_naming_anybody(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    opened = PollBook.open(book, definition.digest, "s1", check_in, centre.public)
    assert opened.elsewhere("2-0-0") == "s2"
    assert opened.others == {"s2": OtherStation(definition.station("s2").name, definition.station("s2").address)}
    assert opened.elsewhere("999") is None
    assert opened.elsewhere("V12345678") is None
    plain = check_in.open(
        keys.decode_base64(keys.unverified_payload(book, PAYLOAD_TYPE)["sealed"]),
        purpose=f"testigo/electoral-register/poll-book/{definition.digest}/s1/1",
    )
    assert "María".encode() in plain
    assert b"Luis Sur" not in plain
    assert b"201" not in plain


def test_elsewhere_can_be_kept_to_stations_nearby(
    register: Register, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    data = make_poll_book(register, "s1", check_in.public, centre, nearby=["s3"])
    assert PollBook.open(data, definition.digest, "s1", check_in, centre.public).elsewhere("200") is None


def test_enrolled_fingers_travel_and_match(
    register: Register, definition: Definition, centre: SigningKey, check_in: OpeningKey, press: Press
) -> None:
    register.enrol("E99", [("right-index", press(1)), ("left-thumb", press(2))], "Oficial")
    data = make_poll_book(register, "s1", check_in.public, centre)
    voter = PollBook.open(data, definition.digest, "s1", check_in, centre.public).voters["E99"]
    assert [finger.position for finger in voter.fingers] == [2, 6]
    assert match(extract(press(1, 1)), voter.templates()[0]).matched


def test_serials_count_up_by_station_and_an_older_one_is_stale(
    register: Register, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    first, second = (make_poll_book(register, "s1", check_in.public, centre) for _ in range(2))
    other = make_poll_book(register, "s2", check_in.public, centre)
    arguments = (definition.digest, "s1", check_in, centre.public)
    assert PollBook.open(second, *arguments, newest_serial=1).serial == 2
    assert PollBook.open(second, *arguments, newest_serial=2).serial == 2
    with raises_code(InvalidInput, "poll-book.stale", loaded="2"):
        PollBook.open(first, *arguments, newest_serial=2)
    assert PollBook.open(other, definition.digest, "s2", check_in, centre.public).serial == 1
    assert register.status().poll_books == 3


def test_books_made_at_once_never_share_a_serial(
    register: Register, address: str, definition: Definition, key: RegisterKey, centre: SigningKey, check_in: OpeningKey
) -> None:
    with Register.open(address, definition, key) as other, ThreadPoolExecutor(4) as desks:
        makers = [register, other] * 6
        books = list(desks.map(lambda maker: make_poll_book(maker, "s1", check_in.public, centre), makers))
    assert sorted(read_label(book).serial for book in books) == list(range(1, 13))


def test_the_label_is_readable_without_any_key(book: bytes, definition: Definition) -> None:
    assert read_label(book) == PollBookLabel(definition.digest, "s1", 1, ISSUED, 3)
    with pytest.raises(InvalidInput, match="poll book: contains 'other'"):
        read_label(keys.sign_envelope("other", {"station": "s1"}, SigningKey.generate()))


def test_refuses_what_is_not_meant_for_it(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    other = SigningKey.generate()
    with raises_code(InvalidInput, "poll-book.of-another-station", station="s1", own="s2"):
        PollBook.open(book, definition.digest, "s2", check_in, centre.public)
    with raises_code(InvalidInput, "poll-book.of-another-election"):
        PollBook.open(book, "0" * 64, "s1", check_in, centre.public)
    with raises_code(InvalidSignature, "signature.by-another-key"):
        PollBook.open(book, definition.digest, "s1", check_in, other.public)
    with raises_code(InvalidSignature, "sealed.not-for-this-machine"):
        PollBook.open(book, definition.digest, "s1", OpeningKey.generate(), centre.public)


@pytest.mark.parametrize(
    "change", [{"serial": 7}, {"station": "s2"}, {"election": "0" * 64}, {"voters": 4}, {"issued": 5}, {"more": 1}]
)
def test_the_sealed_part_belongs_to_its_header_even_for_the_signer(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey, change: dict[str, object]
) -> None:
    payload = {**keys.unverified_payload(book, PAYLOAD_TYPE), **change}
    forged = keys.sign_envelope(PAYLOAD_TYPE, payload, centre)
    station, election = str(payload["station"]), str(payload["election"])
    if "issued" in change:  # the time is under the signature alone
        with pytest.raises(InvalidInput, match="not a poll book"):
            PollBook.open(forged, election, station, check_in, centre.public)
        return
    with pytest.raises(TestigoError):
        PollBook.open(forged, election, station, check_in, centre.public)


def test_an_unknown_station_has_no_poll_book(register: Register, centre: SigningKey, check_in: OpeningKey) -> None:
    with raises_code(InvalidInput, "station.unknown", station="s9"):
        make_poll_book(register, "s9", check_in.public, centre)
    assert register.status().poll_books == 0


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_one_changed_byte_anywhere_is_refused(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    @settings(deadline=None, max_examples=300)
    @given(st.integers(0, len(book) - 1), st.integers(1, 255))
    def change(position: int, difference: int) -> None:
        changed = bytearray(book)
        changed[position] ^= difference
        with pytest.raises(TestigoError):
            PollBook.open(bytes(changed), definition.digest, "s1", check_in, centre.public)

    change()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_whatever_the_centre_seals_is_checked(
    book: bytes, definition: Definition, centre: SigningKey, check_in: OpeningKey
) -> None:
    """Even a signed and well sealed package of nonsense must end in a sentence, never in a crash."""
    header = keys.unverified_payload(book, PAYLOAD_TYPE)
    purpose = f"testigo/electoral-register/poll-book/{definition.digest}/s1/1"
    plain = check_in.open(keys.decode_base64(header["sealed"]), purpose=purpose)

    def open_with(content: bytes) -> None:
        sealed = base64.b64encode(check_in.public.seal(content, purpose=purpose)).decode()
        data = keys.sign_envelope(PAYLOAD_TYPE, {**header, "sealed": sealed}, centre)
        PollBook.open(data, definition.digest, "s1", check_in, centre.public)

    @settings(deadline=None, max_examples=200)
    @given(st.binary(max_size=100) | st.integers(0, len(plain) - 1).map(lambda cut: plain[:cut]))
    def nonsense(content: bytes) -> None:
        with pytest.raises(InvalidInput):
            open_with(content)

    nonsense()
    value = msgspec.msgpack.decode(plain)
    for change in (
        {"voters": value["voters"][1:]},
        {"voters": [value["voters"][0], *value["voters"][:2]]},
        {"barred": {value["voters"][0][0]: "reason"}},
        {"elsewhere": {**value["elsewhere"], "stations": []}},
        {"elsewhere": {**value["elsewhere"], "hashes": b"short"}},
        {"others": {"s9": ["Escuela", ""]}},
        {"others": {"s2": ["Escuela"]}},
    ):
        with pytest.raises(InvalidInput):
            open_with(msgspec.msgpack.encode({**value, **change}))


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_large_book_knows_everybody(
    address: str, definition: Definition, key: RegisterKey, centre: SigningKey, check_in: OpeningKey, tmp_path: Path
) -> None:
    stations = (
        msgspec.structs.replace(definition.stations[0], register_size=1_200, roll_sizes={}),
        definition.stations[2],
    )
    larger = msgspec.structs.replace(definition, stations=stations)
    file = tmp_path / "many.csv"
    rows = (f"{number},Nombre Apellido,{'s1' if number < 1_200 else 's3'}\n" for number in range(101_200))
    file.write_text("document,name,station\n" + "".join(rows))
    with Register.open(address, larger, key) as register:
        register.import_voters(file)
        data = make_poll_book(register, "s1", check_in.public, centre)
    opened = PollBook.open(data, larger.digest, "s1", check_in, centre.public)
    assert len(opened.voters) == 1_200
    assert opened.elsewhere("101199") == "s3"
    assert all(opened.elsewhere(str(number)) == "s3" for number in range(1_200, 101_200, 997))
