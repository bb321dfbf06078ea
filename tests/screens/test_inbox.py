"""The centre's inbox takes signed packages only, and answers in JSON."""

from pathlib import Path

import pytest
from litestar.testing import TestClient

import left_in_english
from testigo.centre import Centre
from testigo.record.package import MAX_SIZE
from testigo.screens import inbox
from testigo.words import FALLBACK, languages


def test_what_is_no_package_is_refused_with_a_sentence(project_root: Path, tmp_path: Path) -> None:
    centre = Centre.create(
        tmp_path / "centre", project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml"
    )
    with TestClient(inbox.app(centre)) as client:
        for package in (b"", b"{}", b"\xff" * 1000, b"[" * 5000):
            answer = client.post("/packages", content=package)
            assert answer.status_code == 409
            assert answer.json()["problem"]
        assert client.post("/packages", content=b"x" * (MAX_SIZE + 1)).status_code == 413
        assert client.get("/health").json()["role"] == "centre"


@pytest.mark.parametrize("language", [language for language in languages() if language != FALLBACK])
def test_a_person_who_comes_here_reads_the_elections_language(
    project_root: Path, tmp_path: Path, language: str
) -> None:
    text = (project_root / "src/testigo/examples/municipality/election.yaml").read_text("utf-8")
    text = text.replace("{es:", f"{{{language}:").replace("[es,", f"[{language},")
    (tmp_path / "election.yaml").write_text(text, "utf-8")
    centre = Centre.create(tmp_path / "centre", tmp_path / "election.yaml")
    with TestClient(inbox.app(centre)) as client:
        for method, path in (("get", "/"), ("get", "/packages"), ("post", "/look"), ("get", "/%ff")):
            page, found = left_in_english.on_page(getattr(client, method)(path).text)
            assert (page.language, found) == (language, [])
