"""Forms as bytes: UTF-8 or refused, and gone when they are answered."""

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import _parsers

from testigo.web import form_body
from testigo.web.forms import whole_number

URL_ENCODED = {"content-type": form_body.URL_ENCODED}
MULTIPART = {"content-type": f"{form_body.MULTIPART}; boundary=b"}
FIELD = b'Content-Disposition: form-data; name="pin"'
CHARSETS = ("bogus", "utf-16", "hex", "zlib", "idna", "punycode", "utf-7", "unicode_escape", '"a\x00b"')


def part(head: bytes, body: bytes) -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


def posted(address: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """The answer of a chair's PIN page, which anybody may call, with the token of a visit."""
    with httpx.Client(base_url=address) as browser:
        token = browser.get("/pin").text.split('name="token" value="')[1].split('"')[0]
        return browser.post("/pin", content=body.replace(b"TOKEN", token.encode()), headers=headers)


@pytest.mark.parametrize("text", [b"%FF", b"%ED%A0%80", b"\xff", b"%C0%80"])
def test_text_that_is_not_utf_8_is_refused(place: Any, text: bytes) -> None:
    for name in (b"pin", b"token"):
        answer = posted(place.chair_address, b"token=TOKEN&" + name + b"=" + text, URL_ENCODED)
        assert (answer.status_code, 'data-code="request.malformed"' in answer.text) == (422, True)


def test_uploads_that_are_not_utf_8_are_refused(place: Any) -> None:
    token = part(b'Content-Disposition: form-data; name="token"', b"TOKEN")
    for body in (
        token + part(FIELD, b"\xff") + b"--b--\r\n",
        part(FIELD.replace(b"pin", b"token"), b"\xed\xa0\x80") + b"--b--\r\n",
        token + part(FIELD.replace(b"pin", b"\xff"), b"1") + b"--b--\r\n",
        token,
        token + part(FIELD, b"1") * form_body.MOST_FIELDS + b"--b--\r\n",
    ):
        answer = posted(place.chair_address, body, MULTIPART)
        assert (answer.status_code, 'data-code="request.malformed"' in answer.text) == (422, True)


@pytest.mark.parametrize("charset", CHARSETS)
def test_no_text_is_decoded_as_its_sender_says(place: Any, charset: str) -> None:
    """Some encodings fail in ways of their own, and some take quadratic time: all are read as UTF-8."""
    token = part(b'Content-Disposition: form-data; name="token"', b"TOKEN")
    text = part(FIELD + f"\r\nContent-Type: text/plain; charset={charset}".encode(), b"111111-" + b"a" * 100_000)
    answer = posted(place.chair_address, token + text + b"--b--\r\n", MULTIPART)
    assert (answer.status_code, 'data-code="field.not-once"' in answer.text) == (422, True)


def test_nothing_of_a_form_stays_in_memory(place: Any) -> None:
    """Litestar's reader keeps the last 1024 forms: PINs, and the votes of a booth in their order."""
    before = _parsers.parse_url_encoded_form_data.cache_info().currsize
    assert posted(place.chair_address, b"token=TOKEN&pin=735091", URL_ENCODED).status_code == 403
    assert _parsers.parse_url_encoded_form_data.cache_info().currsize == before


FIELDS = st.lists(st.tuples(st.text(min_size=1, max_size=20), st.text(max_size=40)), max_size=8)


@settings(max_examples=100, deadline=None)
@given(FIELDS)
def test_what_a_browser_sends_is_read_back(fields: list[tuple[str, str]]) -> None:
    expected: dict[str, list[str]] = {}
    for name, text in fields:
        try:
            (name + text).encode()
        except UnicodeEncodeError:
            return
        expected.setdefault(name, []).append(text)
    assert form_body._url_encoded(urlencode(fields).encode()) == expected


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("007", 7), ("99999999", 99_999_999), ("999999999", 1), ("-1", 1), ("", 1)]
)
def test_a_number_has_a_bound(text: str, number: int) -> None:
    assert whole_number(text, 1) == number


@pytest.mark.parametrize("text", ["²", "٣", "1_0", " 1", "1.0"])
def test_what_other_digits_say_is_not_a_number(text: str) -> None:
    assert whole_number(text, 5) == 5
