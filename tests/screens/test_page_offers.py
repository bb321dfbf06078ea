"""A browser that sends only what the page offers: what it fills in, and everything that it refuses."""

import httpx
import pytest

from raising import raises_code
from served_station import ServedStation
from testigo.errors import StorageError
from testigo.web.browser import Browser
from testigo.web.offered import NotOffered, Offered

FORM = """<main data-page="one"><a href="/help">help</a>
<form id="page" method="post" action="/send">
  <input type="hidden" name="token" value="t"><input name="name" required maxlength="5">
  <input type="radio" name="one" value="a"><input type="radio" name="one" value="b" checked>
  <input type="checkbox" name="many" value="x" checked><input type="checkbox" name="many" value="y">
  <input type="checkbox" name="many" value="z" disabled>
  <select name="why" required><option value="">choose</option><option value="left">left</option></select>
  <select name="plain"><option value="first">1</option><option value="second">2</option></select>
  <input type="file" name="picture"><textarea name="words"></textarea>
  <button type="button" name="trick" value="yes">nothing</button>
</form>
<form method="post" action="/other"><input name="text"></form>
<button form="page" name="go" value="next">go</button><button form="page" name="go" value="back">back</button>
<button form="page" name="go" value="unseen" aria-hidden="true">→</button></main>"""

FILLED = {"name": ["Ana"], "why": ["left"], "go": ["next"]}


def sent(fields, files=None):
    return Offered(FORM).forms[0].filled(fields, files or {})


def test_it_sends_what_stands_there_and_what_is_filled_in():
    expected = {("token", "t"), ("name", "Ana"), ("one", "b"), ("many", "x"), ("why", "left")}
    expected |= {("plain", "first"), ("words", ""), ("go", "next")}
    assert set(sent(FILLED)) == expected
    changed = set(sent({**FILLED, "many": ["y"], "one": ["a"], "plain": ["second"]}, {"picture": 1}))
    assert {("many", "y"), ("one", "a"), ("plain", "second")} <= changed and ("many", "x") not in changed


@pytest.mark.parametrize(
    ("change", "files"),
    [
        ({"go": ["print"]}, {}),
        ({"go": ["unseen"]}, {}),
        ({"trick": ["yes"]}, {}),
        ({"one": ["c"]}, {}),
        ({"one": ["a", "b"]}, {}),
        ({"many": ["z"]}, {}),
        ({"why": [""]}, {}),
        ({"why": ["impostor"]}, {}),
        ({"token": ["another"]}, {}),
        ({"name": [""]}, {}),
        ({"name": ["Ana Ñandú"]}, {}),
        ({"nowhere": ["x"]}, {}),
        ({}, {"picture": 2}),
        ({}, {"name": 1, "nothing": 1}),
    ],
)
def test_it_sends_nothing_that_is_not_there(change, files):
    with pytest.raises(NotOffered):
        sent({**FILLED, **change}, files)


def test_a_form_without_a_button_for_people_is_none():
    with pytest.raises(NotOffered):
        Offered(FORM).forms[1].filled({"text": ["x"]}, {})
    with pytest.raises(NotOffered):
        sent({"name": ["Ana"], "why": ["left"]})  # which of the two buttons?


def test_what_the_page_does_not_name_is_refused_before_it_is_asked():
    asked = []

    def answer(request):
        asked.append((request.method, request.url.path))
        return httpx.Response(200, text=FORM, headers={"content-type": "text/html"})

    with Browser("http://127.0.0.1:1", transport=httpx.MockTransport(answer)) as person:
        assert person.get("/anything").name == "one"
        for refused in (
            lambda: person.get("/elsewhere"),
            lambda: person.send("/nowhere"),
            lambda: person.send("/send", name="Ana", why="left", go="print"),
        ):
            with raises_code(StorageError, "page.does-not-offer"):
                refused()
        assert len(asked) == 1
        person.get("/help")
        person.get("/")
        assert person.send("/send", name="Ana", why="left", go="next").ok and len(asked) == 4


def test_a_voter_without_a_script_gets_through_the_booth(opened: ServedStation):
    with Browser(opened.booth_address) as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        assert voter.send("/contest/1", option="beto", go="next").facts["contest"] == "council"
        with raises_code(StorageError, "page.does-not-offer"):
            voter.send("/contest/2", option=["h1"], go="next")
        assert voter.send("/contest/2", option=["c3"], go="next").facts["note"] == "few"
        assert voter.send("/contest/2", go="next").facts["contest"] == "anthem"
        second = voter.send("/contest/3", option=[], go="next")
        assert second.facts["pagenumber"] == "2"
        shown = second.content.decode()
        wished = next(f"h{number}" for number in range(15, 0, -1) if f'value="h{number}"' in shown)
        assert voter.send("/contest/3", option=wished, go="next").name == "review"
        assert voter.send("/print").name == "printed"
        assert voter.send("/printed", right="yes").name == "thanks"
