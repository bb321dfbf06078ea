"""What anyone on the cable can use up is nothing that anybody else needs: sessions, tries of a PIN."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from every_role import APPS
from polling_place import CHAIR_PIN, CLERK_PIN
from testigo.web import guards
from testigo.web.application import every_handler
from testigo.web.client import Client

ELSEWHERE = "127.0.0.66"
"""On this machine's loopback network, and yet not the address of its own screen."""

MANY = 510


def from_elsewhere(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, transport=httpx.HTTPTransport(local_address=ELSEWHERE), trust_env=False)


@pytest.fixture
def voting(opened: Any) -> Iterator[tuple[Any, Client]]:
    """A voter in the middle of a vote."""
    with opened.voter() as voter:
        voter.get("/")
        voter.send("/card", code=opened.cards[0])
        voter.send("/language", language="es")
        yield opened, voter


def test_attack_refused_requests_throw_no_voter_out_of_the_booth(voting: tuple[Any, Client]) -> None:
    place, voter = voting
    for make in (from_elsewhere, lambda address: httpx.Client(base_url=address, trust_env=False)):
        with make(place.booth_address) as other:
            for number in range(MANY):
                sent = other.get("/review") if number % 2 else other.post("/card", data={"code": "x"})
                assert sent.status_code == 403
                other.cookies.clear()
    assert voter.get("/").name == "contest"
    assert voter.send("/contest/1", option="ana", go="next").ok
    assert place.booth.current().choices["mayor"] == ("ana",)


@pytest.mark.parametrize("role", APPS)
def test_attack_requests_of_nobody_leave_nothing_in_memory(role: str) -> None:
    app = APPS[role]()
    app.state.offered_accounts = lambda: ()
    routes = [
        (method, path.replace("{number:int}", "1").replace("{key:str}", "other").replace("{path:path}", "x"))
        for path, handler in every_handler(app)
        for method in handler.http_methods & {"GET", "POST"}
        if guards.machine not in handler.guards and "static" not in path
    ]
    person = app.state.sessions.start("somebody")
    with TestClient(app, raise_server_exceptions=False) as client:
        for number in range(60):
            method, path = routes[number % len(routes)]
            client.request(method, path, data={"token": "x"} if method == "POST" else None, follow_redirects=False)
            client.cookies.clear()
    assert len(app.state.sessions) == 1
    assert app.state.sessions.find(person.key) is person


@pytest.mark.parametrize(("who", "pin"), [("chair", CHAIR_PIN), ("desk", CLERK_PIN)])
def test_attack_another_address_locks_neither_chair_nor_clerk_out(opened: Any, who: str, pin: str) -> None:
    address = getattr(opened, f"{who}_address")
    with from_elsewhere(address) as other, Client(address) as own:
        page = other.get("/pin")
        token = page.text.partition('name="token" value="')[2].partition('"')[0]
        codes = [
            other.post("/pin", data={"token": token, "pin": "999999"})
            .text.partition('data-code="')[2]
            .partition('"')[0]
            for _ in range(6)
        ]
        assert codes == ["pin.wrong"] * 4 + ["pin.wrong-and-locked", "pin.locked"]
        assert 'data-code="pin.locked"' in other.post("/pin", data={"token": token, "pin": pin}).text
        own.get("/pin")
        assert own.send("/pin", pin=pin).name != "pin"
