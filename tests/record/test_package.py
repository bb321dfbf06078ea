"""Packages: what a station packs is what the centre opens, and nothing else opens."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testigo import canonical, keys
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import PublicKey, SigningKey
from testigo.record import PackageClaim, Statement, open_package, pack
from testigo.record import package as package_module

KEY = SigningKey.generate()
ELECTION = "e" * 64
ISSUED = "2026-11-21T22:00:00Z"
LIMIT = 700


def said(type_: str, *, election: str = ELECTION, subject: str = "mesa-1") -> bytes:
    return Statement(type_, election, subject, ISSUED, {"text": "ñandú"}).sign(KEY)


ENVELOPES = (said("zero-report"), said("tally-sheet"))


def packed() -> bytes:
    return pack(ENVELOPES, KEY, election=ELECTION, subject="mesa-1", issued=ISSUED)


def only(claim: PackageClaim) -> PublicKey:
    assert claim == PackageClaim(ELECTION, "mesa-1", ISSUED, KEY.public.key_id)
    return KEY.public


def test_what_is_packed_is_opened() -> None:
    data = packed()
    opened = open_package(data, only)
    assert opened.envelopes == ENVELOPES
    assert (opened.election, opened.subject, opened.issued, opened.key) == (ELECTION, "mesa-1", ISSUED, KEY.public)
    assert opened.digest == canonical.digest(data)
    assert packed() == data


def test_a_changed_byte_or_another_key_is_refused() -> None:
    data = packed()
    for position in range(0, len(data), 3):
        changed = bytearray(data)
        changed[position] ^= 1
        with pytest.raises((InvalidInput, InvalidSignature)):
            open_package(bytes(changed), lambda claim: KEY.public)
    with pytest.raises(InvalidSignature):
        open_package(data, lambda claim: SigningKey.generate().public)


def test_a_key_that_is_not_known_is_the_askers_word() -> None:
    def nobody(claim: PackageClaim) -> PublicKey:
        raise InvalidSignature(f"no station {claim.subject}")

    with pytest.raises(InvalidSignature, match="no station mesa-1"):
        open_package(packed(), nobody)


@pytest.mark.parametrize(
    "envelopes",
    [
        (),
        (ENVELOPES[0], ENVELOPES[0]),
        (said("tally-sheet", election="f" * 64),),
        (said("tally-sheet", subject="mesa-2"),),
        (b"no statement",),
        (b"\xff\xfe",),
        (keys.sign_envelope(package_module.PAYLOAD_TYPE, {}, KEY),),
    ],
    ids=["none", "twice", "other election", "other station", "no statement", "no text", "other type"],
)
def test_what_is_no_package_of_one_station_is_neither_packed_nor_opened(envelopes: tuple[bytes, ...]) -> None:
    with pytest.raises(InvalidInput):
        pack(envelopes, KEY, election=ELECTION, subject="mesa-1", issued=ISSUED)
    payload = {
        "election": ELECTION,
        "subject": "mesa-1",
        "issued": ISSUED,
        "envelopes": [envelope.decode(errors="replace") for envelope in envelopes],
    }
    with pytest.raises(InvalidInput):
        open_package(keys.sign_envelope(package_module.PAYLOAD_TYPE, payload, KEY), lambda claim: KEY.public)


@pytest.mark.parametrize("payload", [[], {}, {"election": 1}, {"envelopes": [1]}, "text"])
def test_another_shape_is_refused_though_signed(payload: object) -> None:
    with pytest.raises(InvalidInput):
        open_package(keys.sign_envelope(package_module.PAYLOAD_TYPE, payload, KEY), lambda claim: KEY.public)


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_module, "MAX_SIZE", LIMIT)
    with pytest.raises(InvalidInput, match="at most 700 bytes"):
        packed()
    with pytest.raises(InvalidInput, match="at most 700 bytes"):
        open_package(b"{" * (LIMIT + 1), only)


@given(st.binary() | st.text().map(str.encode))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(TestigoError):
        open_package(data, lambda claim: KEY.public)


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_a_package_cut_or_spliced_anywhere_is_refused(data: st.DataObject) -> None:
    whole: bytes = packed()
    place = data.draw(st.integers(0, len(whole) - 1))
    splice: Callable[[bytes], bytes] = data.draw(
        st.sampled_from([lambda extra: whole[:place], lambda extra: whole[:place] + extra + whole[place:]])
    )
    with pytest.raises(TestigoError):
        open_package(splice(data.draw(st.binary(min_size=1, max_size=8))), lambda claim: KEY.public)


def test_a_package_of_release_0_1_is_opened() -> None:
    payload = keys.unverified_payload(packed(), package_module.PAYLOAD_TYPE)
    old = keys.sign_envelope(package_module.FIRST_TYPE, payload, KEY)
    assert open_package(old, only).envelopes == open_package(packed(), only).envelopes
    other = keys.sign_envelope("application/vnd.testigo.statement+json", payload, KEY)
    with pytest.raises(InvalidInput):
        open_package(other, only)
