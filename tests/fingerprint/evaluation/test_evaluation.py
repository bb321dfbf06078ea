"""Error rates against hand-counted examples, and the evaluation of a folder."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint import FingerImage, Template, evaluate, synthetic
from testigo.fingerprint.evaluation.comparisons import compare_all
from testigo.fingerprint.evaluation.impressions import Impression, impressions_in
from testigo.fingerprint.evaluation.rates import det_points, equal_error_rate, fnmr_at_fmr
from testigo.fingerprint.matching.matcher import Matcher

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
    # At 2 half of both fail.
    assert equal_error_rate(np.array([1.5, 3.0]), np.array([0.0, 2.0])) == 0.5


def test_det_points_by_hand() -> None:
    fmr, fnmr = det_points(np.array([1.0, 3.0]), np.array([0.0, 2.0]))
    # Over all; over 2 (3 passes); over 1 (3 and 2 pass); over 0 (all but 0); nothing refused.
    assert fmr.tolist() == [0.0, 0.0, 0.5, 0.5, 1.0]
    assert fnmr.tolist() == [1.0, 0.5, 0.5, 0.0, 0.0]


def test_the_curve_meets_the_rates() -> None:
    fmr, fnmr = det_points(GENUINE, IMPOSTOR)
    for wanted in (0.0, 0.1, 0.3):
        assert fnmr[fmr <= wanted + 1e-9].min() == pytest.approx(fnmr_at_fmr(GENUINE, IMPOSTOR, wanted))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fingers")
    for seed in (1, 2, 3):
        for n in range(2):
            (made / f"{seed}_{n + 1}.png").write_bytes(synthetic.generate(seed, n).to_png())
    (made / "notes.txt").write_text("passed over")
    (made / "left-thumb.png").write_bytes(b"passed over as well: its name is no number")
    (made / "inside").mkdir()
    (made / "inside" / "9_1.png").write_bytes(b"not entered")
    return made


def copied(folder: Path, into: Path) -> Path:
    for path in folder.glob("*.png"):
        (into / path.name).write_bytes(path.read_bytes())
    return into


def test_a_folder_is_evaluated(folder: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    lines, chart = tmp_path / "scores.txt", tmp_path / "det.svg"
    result = evaluate(folder, scores=lines, plot=chart, progress=lambda *step: steps.append(step))
    assert (result.fingers, result.impressions, result.genuine, result.impostors) == (3, 6, 3, 12)
    assert (result.fvc.genuine, result.fvc.impostors) == (3, 3)
    assert result.eer == result.eer_all == result.zero_fmr == result.fnmr == result.fmr == 0.0
    assert result.extract_ms > 0 and result.match_us > 0 and result.prepare_us > 0 and result.template_bytes > 100
    assert result.timed == 6 and result.batch_ms is None and result.dpi == {"500": 6} and result.skipped == ()
    assert [step for step in steps if step[0] == "extracted"] == [("extracted", n, 6) for n in range(1, 7)]
    assert steps[-1] == ("compared", 5, 5)
    assert "<svg" in chart.read_text()
    text = lines.read_text()
    assert text.endswith("\n")
    rows = [line.split(" ") for line in text.splitlines()]
    names = ["1 1", "1 2", "2 1", "2 2", "3 1", "3 2"]
    expected = [(names[i], names[j]) for i in range(6) for j in range(i + 1, 6)]
    assert [(f"{row[0]} {row[1]}", f"{row[2]} {row[3]}") for row in rows] == expected
    assert all((float(row[4]) >= 4) == (row[0] == row[2]) for row in rows)
    figures = msgspec.to_builtins(result)
    assert {"eer", "eer_all", "fnmr_at_fmr_0.01", "fnmr_at_fmr_0.001", "fnmr_at_fmr_0.0001", "zero_fmr"} <= set(figures)
    assert {"extract_ms", "match_us", "template_bytes"} <= set(figures)
    assert set(figures["intervals"]) == {
        *("eer", "eer_all", "fnmr", "fmr", "fnmr_at_fmr_0.01", "fnmr_at_fmr_0.001", "fnmr_at_fmr_0.0001", "zero_fmr"),
        *("fvc.eer", "fvc.fmr100", "fvc.fmr1000", "fvc.zero_fmr"),
    }


def test_pairs_stand_where_they_belong_on_all_cores(synthetic_templates: dict[tuple[int, int], Template]) -> None:
    keys = [(finger, n) for finger, n in synthetic_templates if finger < 4] * 3  # enough for more probes than are timed
    listed = [Impression(finger + 10 * (k // 12), n, Path()) for k, (finger, n) in enumerate(keys)]
    templates = [synthetic_templates[key] for key in keys]
    compared = compare_all(listed, templates)
    assert len(compared.scores) == 36 * 35 // 2
    for pair in np.random.default_rng(3).choice(len(compared.scores), 40, replace=False):
        i, j = compared.first[pair], compared.second[pair]
        assert compared.scores[pair] == Matcher([templates[j]]).scores(templates[i])[0]
        assert compared.genuine[pair] == (listed[i].finger == listed[j].finger)
        led = listed[i].number == listed[j].number == 0
        assert compared.fvc[pair] == (compared.genuine[pair] or led)
    assert np.count_nonzero(compared.fvc & ~compared.genuine) == 12 * 11 // 2


def test_some_fingers_of_a_set_keep_only_their_own_pairs(
    synthetic_templates: dict[tuple[int, int], Template],
) -> None:
    listed = [Impression(finger, n, Path()) for finger, n in synthetic_templates]
    compared = compare_all(listed, list(synthetic_templates.values()))
    late = compared.fingers >= 3
    half = compared.by_finger(late[compared.first] & late[compared.second])
    assert half.fingers == 3 and len(half.genuine) == 9 and len(half.impostor) == 27
    assert set(half.owner) == set(half.first) | set(half.second) == {0, 1, 2}


def test_only_some_fingers_can_be_asked_for(folder: Path) -> None:
    assert evaluate(folder, only=[1, 3]).impressions == 4


def test_impressions_are_in_order_of_numbers(folder: Path) -> None:
    assert [(i.finger, i.number) for i in impressions_in(folder)] == [(f, n) for f in (1, 2, 3) for n in (1, 2)]


def test_a_folder_without_fingers_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="does not contain two impressions"):
        evaluate(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        evaluate(tmp_path / "absent")
    (tmp_path / "db1").mkdir()
    with pytest.raises(InvalidInput, match=r"or give one of the folders inside \(db1\)"):
        evaluate(tmp_path)
    with pytest.raises(InvalidInput, match="it has 2 impressions of 1 finger;"):
        evaluate(folder, only=[1])


def test_an_impression_that_is_there_twice_is_refused(folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    (tmp_path / "02_1.TIF").write_bytes(b"the same numbers")
    with pytest.raises(InvalidInput, match=r"02_1\.TIF and 2_1\.png are the same impression"):
        impressions_in(tmp_path)


def test_a_broken_image_is_named_or_left_out(folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    (tmp_path / "2_2.png").write_bytes(b"no image")
    with pytest.raises(InvalidInput, match=r"2_2\.png: .*--skip-unreadable"):
        evaluate(tmp_path)
    result = evaluate(tmp_path, skip_unreadable=True)
    assert result.skipped == ("2_2.png",) and (result.impressions, result.genuine, result.impostors) == (5, 2, 8)
    for name in ("1_2.png", "3_1.png"):
        (tmp_path / name).write_bytes(b"no image")
    with pytest.raises(InvalidInput, match="it has 3 impressions of 3 fingers"):
        evaluate(tmp_path, skip_unreadable=True)


def test_images_of_several_resolutions_are_told_apart(folder: Path, tmp_path: Path) -> None:
    copied(folder, tmp_path)
    pixels = FingerImage.read(folder / "3_2.png").pixels
    (tmp_path / "3_2.png").write_bytes(FingerImage(np.repeat(np.repeat(pixels, 2, 0), 2, 1), 1000).to_png())
    result = evaluate(tmp_path)
    assert result.dpi == {"500": 5, "1000": 1} and result.fnmr == 0.0


def test_what_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    for name, error in (("none/det.svg", StorageError), ("det.gif", InvalidInput), (".", StorageError)):
        with pytest.raises(error):
            evaluate(tmp_path / "absent", plot=tmp_path / name)
    with pytest.raises(StorageError):
        evaluate(tmp_path / "absent", scores=tmp_path)
