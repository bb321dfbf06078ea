"""Whatever bytes a browser sends, the answer is a page with a sentence, and the vote or visit under way stays as it
was."""

import string
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=b",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/json",
        "text/plain",
        "",
    ]
)
PARTS = st.lists(
    st.sampled_from(
        [
            b"--b\r\n",
            b'Content-Disposition: form-data; name="image"; filename="x"\r\n\r\n',
            b'Content-Disposition: form-data; name="token"\r\n\r\n',
            b"\r\n--b--\r\n",
            b"token=",
            b"&option=%00%ff%",
            b"=&=&&",
            b"\x00\xff\xfe",
        ]
    ),
    max_size=8,
).map(b"".join)
WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
PATHS = st.sampled_from(
    [
        "/",
        "/card",
        "/language",
        "/contest/1",
        "/contest/99",
        "/contest/-1",
        "/contest/x",
        "/print",
        "/printed",
        "/spoil",
        "/look",
    ]
)
SHOWN = st.one_of(WORDS, st.text(string.digits, min_size=1, max_size=30), st.sampled_from(["-1", "²", "٣", "1e9"]))


@pytest.fixture
def voting(opened: Any) -> Any:
    """A booth in the middle of a vote, with its screen's client."""
    with opened.voter() as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        yield opened, voter


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS, kind=TYPES, body=st.one_of(PARTS, st.binary(max_size=200)))
def test_bytes_that_are_no_form(voting: Any, path: str, kind: str, body: bytes) -> None:
    place, voter = voting
    before = place.booth.current()
    answer = voter._client.post(path, content=body, headers={"content-type": kind})
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    assert place.booth.current() == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, 3), options=st.lists(WORDS, max_size=4), shown=SHOWN, go=WORDS, size=WORDS)
def test_fields_that_no_page_has(voting: Any, number: int, options: list[str], shown: str, go: str, size: str) -> None:
    place, voter = voting
    data = {"token": voter._token, "option": options, "page": shown, "go": go, "size": size, "contrast": go}
    answer = voter._client.post(f"/contest/{number}", data=data)
    assert answer.status_code in (200, 422)
    known = {option.id for contest in place.booth.definition.contests for option in contest.options}
    for chosen in place.booth.current().choices.values():
        assert set(chosen) <= known


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=WORDS, page=SHOWN)
def test_addresses_that_no_page_links_to(voting: Any, query: str, page: str) -> None:
    _, voter = voting
    for path in ("/contest/1", "/review"):
        answer = voter._client.get(path, params={"page": page, "few": query, query: page})
        assert answer.status_code == 200


def test_a_cookie_that_is_none(opened: Any) -> None:
    for cookie in ("x", "../..", "é".encode().decode("latin-1"), "a" * 3000, ";;;==="):
        answer = httpx.get(
            f"{opened.chair_address}/", headers={"cookie": f"testigo-chair-s1={cookie}".encode("latin-1")}
        )
        assert answer.status_code == 303
