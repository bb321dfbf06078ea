"""No wait for another program is short, and none stands outside `waits`."""

import ast
from pathlib import Path

from testigo import database, waits

TWO_MINUTES = 120.0


def test_programs_are_waited_for_two_minutes_at_least() -> None:
    assert min(waits.ANSWER, waits.START, waits.LOCK, waits.END) >= TWO_MINUTES
    assert waits.START >= waits.ANSWER > waits.END


def test_no_call_has_a_number_of_its_own_for_a_wait(project_root: Path) -> None:
    """`timeout=10`, `wait(10)` and the like; what waits for persons and devices takes its number from a name."""
    found = []
    for file in sorted((project_root / "src").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            named = [keyword.value for keyword in call.keywords if keyword.arg in ("timeout", "connect")]
            is_wait = isinstance(call.func, ast.Attribute) and call.func.attr in ("wait", "wait_for", "join")
            numbers = [one for one in [*named, *(call.args if is_wait else ())] if isinstance(one, ast.Constant)]
            found += [f"{file.name}:{one.lineno}" for one in numbers if isinstance(one.value, int | float)]
    assert found == []


def test_the_database_is_waited_for(tmp_path: Path) -> None:
    engine = database.open_database(str(tmp_path / "some.db"))
    with engine.connect() as connection:
        waited = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    engine.dispose()
    assert waited == waits.LOCK * 1000
