"""The results process serves two folders and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

import left_in_english
from testigo.screens import results
from testigo.words import FALLBACK, languages


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    for name, text in {
        "results/index.html": "<h1>Resultados</h1>",
        "results/result.json": "{}",
        "public/checkpoint": "testigo/e\n1\n",
        "public/tile/0/000": "tile",
        "secret": "top secret key",
        "results-private/key": "top secret key",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "results" / "link").symlink_to(tmp_path / "secret")
    with TestClient(results.app(tmp_path / "results", tmp_path / "public")) as client:
        yield client


def test_the_page_its_files_and_the_record_are_served(client: Any) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "Resultados" in page.text
    assert client.get("/result.json").headers["content-type"].startswith("application/json")
    assert client.get("/record/checkpoint").text.startswith("testigo")
    assert client.get("/record/tile/0/000").text == "tile"
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/%2e%2e%2fsecret",
        "/record/../../secret",
        "/record/%2e%2e/secret",
        "/record/..%2f..%2fsecret",
        "/link",
        "/..%2fresults-private%2fkey",
        "/record//etc/passwd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/result.json%00.html",
        "/record/tile",
        "/" + "a" * 5000,
    ],
)
def test_nothing_else_is_served(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "top secret key" not in answer.text
    assert "root:" not in answer.text


def test_nothing_can_be_sent(client: Any) -> None:
    for method in ("post", "put", "delete"):
        assert getattr(client, method)("/result.json").status_code in (404, 405)


@pytest.mark.parametrize("language", [language for language in languages() if language != FALLBACK])
def test_what_is_wrong_is_said_in_the_language_of_the_results(tmp_path: Path, language: str) -> None:
    for folder in ("results", "public"):
        (tmp_path / folder).mkdir()
    (tmp_path / "results" / "index.html").write_text(f'<!DOCTYPE html>\n<html lang="{language}">', "utf-8")
    with TestClient(results.app(tmp_path / "results", tmp_path / "public")) as client:
        for method, path in (("get", "/none.csv"), ("get", "/record/none"), ("post", "/result.json"), ("get", "/%ff")):
            page, found = left_in_english.on_page(getattr(client, method)(path).text)
            assert (page.language, found) == (language, [])
