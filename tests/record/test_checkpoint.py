"""Checkpoints: three lines, one spelling."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import SigningKey
from testigo.record import checkpoint, note
from testigo.record.checkpoint import Checkpoint

KEY = SigningKey.generate()
ROOT = bytes(range(32))


@given(
    st.from_regex(r"[a-z]{1,20}(\.[a-z]{2,5})?(/[a-z0-9-]{1,9})?", fullmatch=True),
    st.integers(0, checkpoint.MAX_LOG_SIZE),
    st.binary(min_size=32, max_size=32),
)
def test_what_is_signed_is_read_back(origin: str, size: int, root_hash: bytes) -> None:
    claim = Checkpoint(origin, size, root_hash)
    assert checkpoint.open_checkpoint(claim.sign(KEY), KEY.public) == claim


def test_the_text_is_that_of_the_specification() -> None:
    # The layout of the example in C2SP tlog-checkpoint.
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    root_hash = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert Checkpoint("example.com/behind-the-sofa", 20852163, root_hash).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "example.org\n5\n",
        "example.org\n05\n{root}\n",
        "example.org\n+5\n{root}\n",
        "example.org\n-1\n{root}\n",
        "example.org\n٥\n{root}\n",
        "example.org\n9999999999999999\n{root}\n",
        "example.org\n99999999999999999999999999\n{root}\n",
        "example.org\n5\n{short}\n",
        "example.org\n5\n{root}=\n",
        "example.org\n5\n{root}\nan extension\n",
        "\n5\n{root}\n",
    ],
)
def test_any_other_text_is_refused(text: str) -> None:
    filled = text.format(root=base64.b64encode(ROOT).decode(), short=base64.b64encode(ROOT[1:]).decode())
    with pytest.raises(InvalidInput):
        checkpoint.parse(note.sign(filled, "example.org", KEY))


def test_the_key_must_sign_under_the_origin() -> None:
    text = Checkpoint("example.org", 5, ROOT).text()
    with pytest.raises(InvalidSignature):
        checkpoint.open_checkpoint(note.sign(text, "example.com", KEY), KEY.public)
    with pytest.raises(InvalidSignature):
        checkpoint.open_checkpoint(note.sign(text, "example.org", SigningKey.generate()), KEY.public)


@given(st.one_of(st.binary(), st.text().map(str.encode), st.tuples(st.text(), st.text(), st.text()).map("\n".join)))
def test_anything_else_is_refused(data: bytes | str) -> None:
    raw = data if isinstance(data, bytes) else data.encode() + b"\n\n" + "— a AAAAAAAA\n".encode()
    with pytest.raises(TestigoError):
        checkpoint.open_checkpoint(raw, KEY.public)


def test_whether_a_key_signed_it_is_yes_or_no() -> None:
    key, other = SigningKey.generate(), SigningKey.generate()
    signed = Checkpoint("testigo/test", 0, bytes(32)).sign(key)
    assert checkpoint.is_signed(signed, key.public) is True
    assert checkpoint.is_signed(signed, other.public) is False
