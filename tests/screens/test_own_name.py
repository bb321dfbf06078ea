"""A page of another site cannot make a browser read this machine's pages as its own (DNS rebinding)."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from litestar import Litestar

from every_role import APPS
from served_station import DEFINITION
from testigo.screens import preview
from testigo.web.application import every_handler
from testigo.web.metrics import MetricsServer, nothing_more

ANY_NAME = {"results", "centre"}
"""What they show or take is public; they may stand behind another web server."""

OTHERS = [
    "evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "127.0.0.1@evil", "localhost.evil.example:1",
    "127.0.0.1:1.evil.example", "127.0.0.1:", "evil:port", "[::1", "2130706433", "10.0.0.1",
]  # fmt: skip
OWN = ["127.0.0.1", "localhost:8086", "[::1]:8086"]


def ask(app: Litestar, method: str, address: str, host: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, address, headers={"host": host})

    return asyncio.run(answer())


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and "127.0.0.1" in answer.text and "not called by this name" in answer.text


@pytest.mark.parametrize("role", APPS)
def test_no_route_of_a_role_answers_to_another_name(role: str) -> None:
    app = APPS[role]()
    app.state.languages, app.state.officers_language = ("en",), "en"
    for route, handler in every_handler(app):
        path = re.sub(r"{\w+:path}", "x", re.sub(r"{\w+:(?!path)\w+}", "1", route))
        for method in handler.http_methods & {"GET", "POST"}:
            answer = ask(app, method, f"http://127.0.0.1:8086{path}", "evil.example:8086")
            assert refused(answer) == (role not in ANY_NAME), (method, route, answer.text)


@pytest.mark.parametrize("host", OTHERS)
def test_the_preview_is_read_by_no_other_site(served: Any, host: str) -> None:
    """The attack as a browser carries it out: forms with the session's own cookie and token."""
    address = served(preview.app(DEFINITION))
    with httpx.Client(base_url=address) as browser:
        first = browser.get("/preview")
        token = re.search(r'name="token" value="([^"]+)"', first.text)
        assert first.status_code == 200 and token is not None
        for answer in (
            browser.get("/preview", headers={"host": host}),
            browser.get("/", headers={"host": host}),
            browser.post(
                "/preview", data={"token": token[1], "station": "s1", "style": "villa"}, headers={"host": host}
            ),
        ):
            assert answer.status_code in (400, 403) and "Alcald" not in answer.text
        assert browser.get("/").status_code == 200


@pytest.mark.parametrize("host", OWN)
def test_its_own_names_are_answered(served: Any, host: str) -> None:
    assert httpx.get(f"{served(preview.app(DEFINITION))}/preview", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("called", ["127.0.0.1", "localhost", "127.8.9.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_every_loopback_address_is_this_machine(called: str) -> None:
    assert ask(preview.app(DEFINITION), "GET", f"http://{called}/preview", "evil.example").status_code == 403


IN_NETWORK = [
    "192.168.7.3", "192.168.7.3:8083", "[fd00::7]:8083", "desk", "desk:8082", "Desk.local", "desk.lan:8082",
    "desk.town.internal.", "desk.home.arpa",
]  # fmt: skip
FROM_OUTSIDE = [
    *OTHERS[:2],
    "evil.example.",
    "192.168.7.3.evil.example",
    "",
    ":8083",
    "evil.example:x",
    "evil.local.example",
    "a@b.local",
]


@pytest.mark.parametrize("called", ["192.168.7.3", "[fd00::7]"])
def test_in_its_network_a_machine_has_names_that_no_other_site_can_have(called: str) -> None:
    app = preview.app(DEFINITION)
    for host in IN_NETWORK:
        assert ask(app, "GET", f"http://{called}/preview", host).status_code == 200, host
    for host in FROM_OUTSIDE:
        answer = ask(app, "GET", f"http://{called}/preview", host)
        assert answer.status_code == 403 and "192.168.7.3" in answer.text, host


def test_by_its_host_name_or_its_certificate_a_machine_is_called_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    app = preview.app(DEFINITION)
    assert ask(app, "GET", "https://192.168.7.3/preview", "desk.town.example").status_code == 200
    monkeypatch.setattr("socket.gethostname", lambda: "desk.town.example")
    assert ask(app, "GET", "http://192.168.7.3/preview", "desk.town.example:8082").status_code == 200
    assert ask(app, "GET", "http://192.168.7.3/preview", "desk2.town.example:8082").status_code == 403


def test_the_metrics_are_read_by_no_other_site() -> None:
    with MetricsServer(0, "inbox", nothing_more) as server:
        for path in ("/metrics", "/healthz", "/"):
            address = f"http://127.0.0.1:{server.port}{path}"
            for host in filter(None, OTHERS):
                answer = httpx.get(address, headers={"host": host}, trust_env=False)
                assert answer.status_code == 403 and not answer.content, (path, host)
            for host in OWN:
                answer = httpx.get(address, headers={"host": host}, trust_env=False)
                assert answer.status_code == (404 if path == "/" else 200)
