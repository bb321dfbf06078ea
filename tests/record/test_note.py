"""Signed notes: the known answer of golang.org/x/mod/sumdb/note, one spelling, and fuzz."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from testigo.errors import InvalidInput, InvalidSignature
from testigo.keys import PublicKey, SigningKey
from testigo.record import note

# golang.org/x/mod/sumdb/note, note_test.go: a key, a text and its signature. Ed25519 is deterministic.
NAME = "PeterNeumann"
SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n— {NAME} {SIGNATURE}\n".encode()
KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(SECRET))


def test_the_note_of_the_go_implementation_is_made_and_read() -> None:
    assert note.sign(TEXT, NAME, KEY) == NOTE
    assert note.encode_verifier_key(NAME, KEY.public) == VERIFIER
    note.parse(NOTE).verify(NAME, KEY.public)


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [  # sum.golang.org's key, and the example of C2SP signed-note
        (
            "sum.golang.org",
            "ce3372d75ad1ee5ecdaf8727293d4b111d87eb37531d7c86d4d3003f0eb809fc",
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        ),
        (
            "example.com/foo",
            "e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4",
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        ),
    ],
)
def test_verifier_keys_are_spelled_as_other_logs_spell_theirs(name: str, raw: str, text: str) -> None:
    assert note.encode_verifier_key(name, PublicKey.from_hex(raw)) == text


@pytest.mark.parametrize("position", range(len(NOTE)))
def test_a_changed_byte_is_never_verified(position: int) -> None:
    for bit in range(8):
        changed = bytearray(NOTE)
        changed[position] ^= 1 << bit
        with pytest.raises((InvalidInput, InvalidSignature)):
            note.parse(bytes(changed)).verify(NAME, KEY.public)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\n",
        b"\n\n",
        b"text\n",
        b"text\n\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"x\n",
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"\n\n", b"\n"),
        NOTE.replace("— ".encode(), b"- "),
        NOTE.replace(b"=\n", b"\n"),
        NOTE.replace(b"AM=", b"AN="),
        NOTE.replace(b"Neumann ", b"Neumann  "),
        NOTE.replace(b"Peter", b"Pe+er"),
        NOTE.replace("— P".encode(), "— \u00a0".encode()),
        b"\xff" + NOTE,
        b"\x00" + NOTE,
        b"x" * (note.MAX_SIZE + 1),
        TEXT.encode() + b"\n" + f"— {NAME} {SIGNATURE}\n".encode() * (note.MAX_SIGNATURES + 1),
    ],
)
def test_any_other_spelling_is_refused(bad: bytes) -> None:
    with pytest.raises(InvalidInput):
        note.parse(bad)


def test_signatures_of_others_are_passed_over_but_ours_must_stand_once_and_be_right() -> None:
    other = SigningKey.generate()
    line = note.parse(note.sign(TEXT, "witness.example", other)).signatures[0]
    ours = note.parse(NOTE).signatures[0]
    note.Note(TEXT, (line, ours)).verify(NAME, KEY.public)
    for signatures in ((line,), (ours, ours), (note.NoteSignature(NAME, ours.key_hash, line.signature),)):
        with pytest.raises(InvalidSignature):
            note.Note(TEXT, signatures).verify(NAME, KEY.public)


def test_a_signature_under_another_name_or_of_another_key_is_none() -> None:
    with pytest.raises(InvalidSignature):
        note.parse(NOTE).verify("EnochRoot", KEY.public)
    with pytest.raises(InvalidSignature):
        note.parse(NOTE).verify(NAME, SigningKey.generate().public)


@pytest.mark.parametrize("text", ["", "\n", "no line end", "tab\there\n", "\ud800\n"])
def test_a_text_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        note.sign(text, NAME, KEY)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1), st.text(min_size=1))
def test_what_is_signed_is_read_back(line: str, name: str) -> None:
    try:
        data = note.sign(f"{line}\n\n{line}\n", name, KEY)
    except InvalidInput:
        return
    read = note.parse(data)
    read.verify(name, KEY.public)
    assert read.text == f"{line}\n\n{line}\n"
    assert read.encode() == data


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text().map(lambda text: (text + "\n\n— a b\n").encode())))
def test_anything_else_is_read_to_the_same_bytes_or_refused(data: bytes) -> None:
    try:
        read = note.parse(data)
    except InvalidInput:
        return
    assert read.encode() == data
