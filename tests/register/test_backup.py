"""A register in PostgreSQL is copied while a desk works, as docs/operations.md says, and restored elsewhere.

(A register in SQLite: tests/test_operations.py.)
"""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from testigo.election import Definition
from testigo.fingerprint import FingerImage
from testigo.register import Register, RegisterKey


@pytest.mark.postgres
def test_a_dump_of_postgresql_is_of_one_instant_and_opens_with_the_registers_key(
    make_postgres_database: Callable[[], str],
    definition: Definition,
    key: RegisterKey,
    people: Path,
    tmp_path: Path,
    project_root: Path,
    press: Callable[..., FingerImage],
) -> None:
    here, there = two_databases(make_postgres_database())
    with Register.open(here, definition, key) as desk:
        desk.import_voters(people)
        desk.enrol("200", [("right-index", press(3, 1))], "officer")
        run(project_root, "pg_dump", here, tmp_path)
        desk.enrol("201", [("right-index", press(4, 1))], "officer")
    run(project_root, "pg_restore", there, tmp_path)
    with Register.open(there, definition, key, make=False) as restored:
        assert restored.voter("200").name == "Luis Sur"
        assert (restored.status().voters, restored.status().enrolled) == (5, 1)
        restored.enrol("201", [("right-index", press(4, 1))], "officer")


def two_databases(address: str) -> list[str]:
    """Two empty databases of the server at that address: a dump holds a whole one."""
    host = re.search(r"host=([^&]+)", address)
    assert host
    made = []
    with psycopg.connect(host=host[1], user="testigo", dbname="postgres", autocommit=True) as connection:
        for name in ("backup_here", "backup_there"):
            connection.execute(f"CREATE DATABASE {name}".encode())
            made.append(f"postgresql://testigo@/{name}?host={host[1]}")
    return made


def run(project_root: Path, word: str, address: str, folder: Path) -> None:
    """The command of that name on the page, with a folder of ours for the stick."""
    page = (project_root / "docs" / "operations.md").read_text(encoding="utf-8")
    command = re.search(rf"^{word} .*$", page, re.MULTILINE)
    assert command
    done = subprocess.run(
        ["bash", "-c", command[0].replace("/media/stick", str(folder))],
        env={**os.environ, "REGISTER": address},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
