"""Names that differ in a dot are never taken for each other, however poor the picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from eight_scripts import SCRIPTS, loaded
from testigo.ballot import Ballot
from testigo.slip import Slip
from testigo.slip_reader import SlipReader
from testigo.slip_reader.small_differences import projection
from village import png


@pytest.fixture(scope="module")
def arabic(tmp_path_factory):
    return loaded(Path(tmp_path_factory.mktemp("arabic")), SCRIPTS["arabic"], "es, ar")


@pytest.mark.parametrize("seed", [39, 67])
def test_attack_a_name_that_differs_in_a_dot_is_not_misread(seed, arabic, print_of, paper_damage):
    """Both were read as the other name, زينب, before the words around a dot were found again."""
    style = arabic.styles_of_station("s1")[0]
    ballot = Ballot.mark(arabic, style, {"one": ("o3",), "two": ("o3", "o5")})
    printed = print_of(Slip(arabic, "s1", ballot, "2222-2222-2222", "es"))
    reader = SlipReader(arabic)
    for reading in reader.read(png(paper_damage.poor_photograph(printed, np.random.default_rng(seed)))):
        assert reading.choices in (None, ballot)
    (clear,) = reader.read(png(paper_damage.clean(printed, np.random.default_rng(seed))))
    assert clear.choices == ballot


def letters(dots: int, down: int = 0) -> np.ndarray:
    """A word with one dot or two above its last letter."""
    page = np.zeros((80, 120), np.float32)
    page[40 + down : 46 + down, 20:100] = 1
    page[28 + down : 46 + down, 20:100:16] = 1
    page[30 + down : 33 + down, 90 : 90 + 4 * dots : 4] = 0.8
    page[30 + down : 33 + down, 91 : 91 + 4 * dots : 4] = 0.8
    return page


@pytest.mark.parametrize("down", [0, 2])
def test_the_words_around_a_difference_are_found_again(down):
    seen = letters(2, down)
    assert projection(seen, letters(2), letters(1)) > 0.4
    assert projection(seen, letters(1), letters(2)) < -0.4


@pytest.mark.parametrize("aside", [0.0, 0.5])
def test_blur_and_half_a_dot_aside_do_not_hide_it(aside):
    """Before both prints were blurred as the picture is, one dot and two came out nearly alike."""
    move = np.float32([[1, 0, aside], [0, 1, 0]])
    for dots, sign in ((2, 1), (1, -1)):
        seen = cv2.warpAffine(cv2.GaussianBlur(letters(dots), (0, 0), 1.6), move, (120, 80))
        assert sign * projection(seen, letters(2), letters(1)) > 0.3


def test_noise_makes_it_less():
    noise = np.random.default_rng(1).normal(0, 0.8, (80, 120)).astype(np.float32)
    assert projection(letters(2) + noise, letters(2), letters(1)) < 0.2
