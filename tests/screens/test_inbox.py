"""The centre's inbox takes signed packages only, and answers in JSON."""

from pathlib import Path

from litestar.testing import TestClient

from testigo.centre import Centre
from testigo.record.package import MAX_SIZE
from testigo.screens import inbox


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
