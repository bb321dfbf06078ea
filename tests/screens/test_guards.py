"""Who may call what: every route has a guard, every form a token, every PIN a lock-out, every upload a limit."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import get

from every_role import APPS
from testigo.screens import booth, checkin
from testigo.web import guards
from testigo.web.application import HEADERS, application, every_handler
from testigo.web.client import Client
from testigo.web.sessions import MOST_OF_PERSON, BrowserSessions

PUBLIC = {"/static/{name:str}", "/look", "/pin", "/enter/{key:str}"}
PREVIEW = {"/preview", *PUBLIC}
"""At one person's own computer."""
RESULTS = {"/", "/record/{path:path}", "/{path:path}", *PUBLIC}


@pytest.mark.parametrize("role", APPS)
def test_every_route_says_who_may_call_it(role: str) -> None:
    for path, handler in every_handler(APPS[role]()):
        (guard,) = [one for one in handler.guards or () if one in guards.GUARDS]
        if guard is guards.anyone:
            assert path in {"results": RESULTS, "preview": PREVIEW}.get(role, PUBLIC), path
        if guard is guards.machine:
            assert path in ("/orders", "/desks", "/health", "/packages")


def test_a_route_without_a_guard_does_not_start() -> None:
    @get("/open-door", sync_to_thread=False)
    def open_door() -> str:
        return "come in"

    with pytest.raises(LookupError, match="open-door"):
        application("booth", [open_door], BrowserSessions("x", idle=1), title={"es": "E"})


def test_every_route_is_in_the_documentation(project_root: Path) -> None:
    text = (project_root / "docs" / "screens.md").read_text(encoding="utf-8")
    for make in APPS.values():
        for path, _ in every_handler(make()):
            shown = (
                path.replace(":int", "")
                .replace(":str", "")
                .replace(":path", "")
                .replace("{number}", "{id}")
                .replace("/{path}", "/{file}")
            )
            assert any(f"`{one}`" in text for one in (shown, shown.replace("{id}", "{n}"))), path


def test_nobody_gets_past_the_pin_page_without_the_pin(opened: Any) -> None:
    for address in (opened.desk_address, opened.chair_address):
        with Client(address) as other:
            assert other.get("/").name == "pin"
            assert other.send("/pin", pin="111111").status == 403
            assert other.get("/events").name in ("pin", "error")
            assert other.get("/").name == "pin"


def test_five_wrong_pins_lock_the_right_one_out(opened: Any) -> None:
    with Client(opened.chair_address) as other:
        other.get("/pin")
        for _ in range(5):
            assert other.send("/pin", pin="999999").status == 403
        locked = other.send("/pin", pin="482913")
        assert locked.status == 403
        assert locked.code == "pin.locked"
        assert other.get("/").name == "pin"


def test_the_pin_gives_a_new_cookie_and_leaving_kills_it(opened: Any) -> None:
    with httpx.Client(base_url=opened.chair_address, follow_redirects=True) as browser:
        page = browser.get("/pin")
        before = dict(browser.cookies)
        (name,) = before
        cookie = page.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        browser.post("/pin", data={"token": token_of(page), "pin": "482913"})
        after = browser.cookies[name]
        assert after != before[name]
        fixed = httpx.get(f"{opened.chair_address}/events", cookies=before)
        assert fixed.status_code == 303
        page = browser.get("/events")
        assert page.status_code == 200
        browser.post("/leave", data={"token": token_of(page)})
        assert httpx.get(f"{opened.chair_address}/events", cookies={name: after}).status_code == 303


def test_a_form_without_the_sessions_own_token_does_nothing(opened: Any) -> None:
    strange = Client(opened.chair_address)
    strange.get("/pin")
    with opened.presiding() as chair_person:
        own = chair_person._client
        for data in ({}, {"token": ""}, {"token": "x" * 32}, {"token": strange._token}):
            answer = own.post("/pause", data={**data, "reason": "printer"})
            assert answer.status_code == 403
        assert own.post("/pause", json={"reason": "printer"}).status_code in (403, 422)
        assert own.post("/pause", content=b"reason=printer").status_code in (403, 422)
        assert opened.chair.state == "open"
    strange.close()


@pytest.mark.parametrize("role", [role for role in APPS if role != "results"])
def test_every_form_route_asks_for_the_token(role: str) -> None:
    from litestar.testing import TestClient

    app = APPS[role]()
    app.state.screen = type("Screen", (), {"admit": lambda self, connection: None})()
    posts = [
        path
        for path, handler in every_handler(app)
        if "POST" in handler.http_methods and guards.machine not in handler.guards
    ]
    with TestClient(app) as client:
        person = app.state.sessions.start("somebody")
        client.cookies.set(app.state.sessions.cookie, person.key)
        for path in posts:
            address = path.replace("{number:int}", "1")
            answer = client.post(address, data={"token": "guessed"}, follow_redirects=False)
            assert answer.status_code == 403, path
            assert 'data-code="form.of-another-visit"' in answer.text


def test_a_second_screen_cannot_look_into_a_vote(opened: Any) -> None:
    with opened.voter() as voter, opened.voter() as other:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        assert other.get("/contest/1").status == 403
        assert other.get("/review").status == 403
        assert voter.get("/").name == "contest"


def test_the_voters_pages_open_only_on_the_booth_itself(opened: Any) -> None:
    from litestar.testing import TestClient

    with TestClient(booth.app(opened.booth)) as elsewhere:  # its address is "testclient"
        assert elsewhere.get("/").status_code == 403
        assert elsewhere.get("/health").status_code == 200
        assert elsewhere.get("/", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 403


def test_nothing_of_a_vote_stays_on_the_screen_for_the_next_voter(opened: Any) -> None:
    with opened.voter() as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        page = voter.send("/language", language="en")
        voter.send("/look", size="4", contrast="on")
        for choice in ("beto", "", ""):
            page = voter.send(page.path, option=choice, go="next", enough="yes")
        cookie = dict(voter._client.cookies)
        voter.send("/print")
        voter.send("/printed", right="yes")
        fresh = voter._client.get("/")
        assert dict(voter._client.cookies) != cookie
        assert 'data-size="1"' in fresh.text
        assert 'lang="es"' in fresh.text
        for path in ("/review", "/contest/1", "/printed", "/spoil"):
            assert voter.get(path).name == "welcome"


def test_every_answer_carries_the_protecting_headers(opened: Any) -> None:
    for path in ("/", "/pin", "/no-such-page", "/orders", "/contest/1"):
        for address in (opened.booth_address, opened.desk_address, opened.chair_address):
            answer = httpx.get(address + path)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (path, name)
            assert "traceback" not in answer.text.lower()
            assert answer.status_code < 500


def test_too_large_an_upload_is_refused(opened: Any) -> None:
    with opened.clerk() as clerk:
        clerk.send("/find", document="101")
        page = clerk.send("/finger", files={"image": b"x" * (checkin.LARGEST_IMAGE + 100_000)})
        assert page.status == 413
        assert clerk.send("/refuse", reason="x" * 500_000).status == 413
        page = clerk.get("/visit")
        assert page.facts["left"] == "4"
        assert clerk.send("/finger", files={"image": b"this is no image"}).status == 422
        assert clerk.get("/visit").facts["left"] == "4"


def test_an_internal_error_shows_a_number_and_no_traceback(
    opened: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("inner secret 12345")

    with opened.presiding() as chair_person:
        monkeypatch.setattr(opened.chair, "status", broken)
        answer = chair_person._client.get("/")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Esta máquina cometió un error" in answer.text
        (reference,) = re.findall(r"Error interno ([0-9a-f]{8});", answer.text)
        assert f"internal error {reference} at" in caplog.text and "inner secret" in caplog.text


def test_sessions_die_when_idle_when_old_and_never_multiply_without_end() -> None:
    now = [0.0]
    sessions = BrowserSessions("x", idle=100, longest=250, clock=lambda: now[0])
    session = sessions.start()
    for now[0] in (90.0, 180.0, 240.0):
        assert sessions.find(session.key) is session
    now[0] = 251.0
    assert sessions.find(session.key) is None
    idle = sessions.start()
    now[0] += 101
    assert sessions.find(idle.key) is None
    person = sessions.start("chair")
    for number in range(2000):
        sessions.start(f"clerk {number % 7}")
    assert len(sessions) == 7 * MOST_OF_PERSON + 1
    assert sessions.find(person.key) is person


def test_a_clients_cookie_is_this_process_own_and_nothing_is_kept_of_it() -> None:
    sessions, others = (BrowserSessions("x", idle=100) for _ in range(2))
    client = sessions.client()
    client.language, client.size, client.contrast = "pt-br", 3, 2
    cookie = sessions.cookie_of(client)
    again = sessions.find(cookie)
    assert again == client and again is not client and again.owns(client.token)
    assert others.find(cookie) is None and not others.client().owns(client.token)
    parts = cookie.split(".")
    for number, other in ((0, "x" * 43), (1, "en"), (2, "4"), (3, "1"), (4, "x" * 43), (0, ""), (4, "")):
        assert sessions.find(".".join([*parts[:number], other, *parts[number + 1 :]])) is None
    for invented in ("", ".", "....", "x.es.1.1.", "é" * 300, cookie + "x", cookie[:-1], cookie * 2):
        assert sessions.find(invented) is None
    assert len(sessions) == 0


def test_a_look_form_cannot_send_the_visitor_to_another_site(opened: Any) -> None:
    with opened.presiding() as person:
        for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            answer = person._client.post(
                "/look", data={"token": person._token, "size": "2", "back": back}, follow_redirects=False
            )
            assert answer.headers["location"] == "/"


def token_of(page: httpx.Response) -> str:
    return page.text.split('name="token" value="')[1].split('"')[0]
