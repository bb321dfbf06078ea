"""Error rates against hand-counted examples, and the evaluation of a folder."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from testigo.errors import InvalidInput
from testigo.fingerprint import evaluate, synthetic
from testigo.fingerprint.evaluation import impressions_in
from testigo.fingerprint.rates import equal_error_rate, fnmr_at_fmr

GENUINE = np.array([1.0, 3.0, 5.0, 6.0, 7.0, 8.0, 9.0, 9.0, 9.0, 9.0])
IMPOSTOR = np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.5])


def test_fnmr_at_fmr_by_hand() -> None:
    # None of ten may match: the threshold lies above 5.5; three genuine scores do not reach it.
    assert fnmr_at_fmr(GENUINE, IMPOSTOR, 0.0) == pytest.approx(0.3)
    assert fnmr_at_fmr(GENUINE, IMPOSTOR, 0.05) == pytest.approx(0.3)
    # One of ten may (5.5): above 4.
    assert fnmr_at_fmr(GENUINE, IMPOSTOR, 0.1) == pytest.approx(0.2)
    # Three may (5.5, 4, 3): above 2.
    assert fnmr_at_fmr(GENUINE, IMPOSTOR, 0.3) == pytest.approx(0.1)
    assert fnmr_at_fmr(GENUINE, IMPOSTOR, 1.0) == 0.0


def test_equal_error_rate_by_hand() -> None:
    # At threshold 4: 2 of 10 genuine below, 2 of 10 impostors at or over.
    assert equal_error_rate(GENUINE, IMPOSTOR) == pytest.approx(0.2)
    assert equal_error_rate(GENUINE + 10, IMPOSTOR) == 0.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fingers")
    for seed in (1, 2, 3):
        for n in range(2):
            (made / f"{seed}_{n + 1}.png").write_bytes(synthetic.generate(seed, n).to_png())
    (made / "notes.txt").write_text("passed over")
    return made


def test_a_folder_is_evaluated(folder: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    lines = tmp_path / "scores.txt"
    result = evaluate(folder, scores=lines, progress=lambda what, _done, _all: steps.append(what))
    assert (result.fingers, result.impressions, result.genuine, result.impostors) == (3, 6, 3, 12)
    assert result.eer == result.eer_all == result.zero_fmr == result.fnmr == result.fmr == 0.0
    assert result.extract_ms > 0 and result.match_us > 0 and result.template_bytes > 100
    assert set(steps) == {"extracted", "compared"}
    rows = [line.split() for line in lines.read_text().splitlines()]
    assert len(rows) == 15
    assert all((float(row[4]) >= 4) == (row[0] == row[2]) for row in rows)
    figures = msgspec.to_builtins(result)
    assert {"eer", "eer_all", "fnmr_at_fmr_0.01", "fnmr_at_fmr_0.001", "fnmr_at_fmr_0.0001", "zero_fmr"} <= set(figures)


def test_only_some_fingers_can_be_asked_for(folder: Path) -> None:
    assert evaluate(folder, only=[1, 3]).impressions == 4


def test_impressions_are_in_order_of_numbers(folder: Path) -> None:
    assert [(i.finger, i.number) for i in impressions_in(folder)] == [(f, n) for f in (1, 2, 3) for n in (1, 2)]


def test_a_folder_without_fingers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="does not hold two impressions"):
        evaluate(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        evaluate(tmp_path / "absent")


def test_a_broken_image_is_named(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("*.png"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "2_2.png").write_bytes(b"no image")
    with pytest.raises(InvalidInput, match=r"2_2\.png: this is not a whole image"):
        evaluate(tmp_path)
