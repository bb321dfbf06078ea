"""Signing, sealing and envelopes: what is changed is caught."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo import canonical, keys
from testigo.errors import InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.keys import OpeningKey, PublicKey, SealingKey, SigningKey

KEY = SigningKey.generate()
ENVELOPE = keys.sign_envelope("application/test", {"votes": 12}, KEY)


def test_known_answer_of_rfc_8032() -> None:
    # RFC 8032 section 7.1, test 1
    public = PublicKey.from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    public.verify(signature, b"")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"x")


def test_an_envelope_opens_with_its_key() -> None:
    opened = keys.open_envelope(ENVELOPE, KEY.public, "application/test")
    assert opened.payload == {"votes": 12}
    assert keys.envelope_key_id(ENVELOPE) == KEY.public.key_id


def test_every_changed_byte_of_an_envelope_is_caught() -> None:
    for position in range(len(ENVELOPE)):
        for change in (1, 0x20, 0x80):
            changed = bytearray(ENVELOPE)
            changed[position] ^= change
            with pytest.raises(TestigoError):
                keys.open_envelope(bytes(changed), KEY.public, "application/test")


def test_an_envelope_of_another_key_or_type_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        keys.open_envelope(ENVELOPE, SigningKey.generate().public, "application/test")
    with pytest.raises(InvalidInput):
        keys.open_envelope(ENVELOPE, KEY.public, "application/other")


@pytest.mark.parametrize("other", ["application/other", "application/Test", "", "application/test ", "zzz", "aaa"])
def test_only_the_payload_type_that_is_asked_for_is_read(other: str) -> None:
    with pytest.raises(InvalidInput, match="application/test"):
        keys.open_envelope(ENVELOPE, KEY.public, other)
    with pytest.raises(InvalidInput, match="application/test"):
        keys.unverified_payload(ENVELOPE, other)
    assert keys.unverified_payload(ENVELOPE, "application/test") == {"votes": 12}


def test_an_envelope_that_was_given_another_payload_type_is_refused() -> None:
    renamed = ENVELOPE.replace(b"application/test", b"application/else")
    with pytest.raises(InvalidSignature):
        keys.open_envelope(renamed, KEY.public, "application/else")


def test_an_envelope_has_exactly_one_signature() -> None:
    value = canonical.decode(ENVELOPE)
    again = canonical.decode(keys.sign_envelope("application/test", {"votes": 12}, SigningKey.generate()))
    for signatures in ([], [*value["signatures"], *again["signatures"]], value["signatures"] * 2):
        changed = canonical.encode(value | {"signatures": signatures})
        for read in (
            lambda data: keys.open_envelope(data, KEY.public, "application/test"),
            lambda data: keys.unverified_payload(data, "application/test"),
            keys.envelope_key_id,
        ):
            with pytest.raises(InvalidInput, match="one signature"):
                read(changed)


def test_a_signature_under_a_borrowed_key_id_is_refused() -> None:
    other = SigningKey.generate()
    forged = keys.sign_envelope("application/test", {"votes": 99}, other).replace(
        other.public.key_id.encode(), KEY.public.key_id.encode()
    )
    with pytest.raises(InvalidSignature):
        keys.open_envelope(forged, KEY.public, "application/test")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_envelope_or_refused(data: bytes) -> None:
    with pytest.raises(TestigoError):
        keys.open_envelope(data, KEY.public, "application/test")


@given(
    st.dictionaries(
        st.sampled_from(["payload", "payloadType", "signatures"]),
        st.none()
        | st.text()
        | st.lists(st.dictionaries(st.sampled_from(["keyid", "sig"]), st.text() | st.integers(0, 9))),
    )
)
def test_any_json_is_an_envelope_or_refused(value: object) -> None:
    with pytest.raises(TestigoError):
        keys.open_envelope(canonical.encode(value), KEY.public, "application/test")


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_is_opened_only_for_its_purpose(plain: bytes, purpose: str) -> None:
    machine = OpeningKey.generate()
    sealed = machine.public.seal(plain, purpose=purpose)
    assert machine.open(sealed, purpose=purpose) == plain
    for key, other in ((machine, purpose + "x"), (OpeningKey.generate(), purpose)):
        with pytest.raises(InvalidSignature):
            key.open(sealed, purpose=other)


@given(st.binary(max_size=100))
def test_any_bytes_are_opened_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidSignature):
        OpeningKey.generate().open(data, purpose="x")


def test_keys_are_kept_private_and_never_overwritten(tmp_path: Path) -> None:
    for key in (SigningKey.generate(), OpeningKey.generate()):
        path = tmp_path / type(key).__name__
        key.save(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert type(key).load(path).public == key.public
        with pytest.raises(StorageError):
            key.save(path)


def test_a_broken_key_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("not a key")
    for path in (tmp_path / "text.pem", tmp_path / "missing.pem"):
        with pytest.raises(TestigoError, match=path.name):
            SigningKey.load(path)
    OpeningKey.generate().save(tmp_path / "opening.pem")
    with pytest.raises(InvalidInput):
        SigningKey.load(tmp_path / "opening.pem")


@pytest.mark.parametrize("text", ["", "00", "G" * 64, "AB" * 32, "0" * 63 + " "])
def test_a_miscopied_public_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        PublicKey.from_hex(text)
    with pytest.raises(InvalidInput):
        SealingKey.from_hex(text)


@pytest.mark.parametrize("text", ["A", "AA==x", "AB==", "AAAA\n", "é"])
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(InvalidInput):
        keys.decode_base64(text)
