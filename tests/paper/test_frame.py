"""The corner marks that are printed are those that a photograph is searched for."""

import cv2
import numpy as np

from testigo.paper.frame import BETWEEN_MARKS, CORNER_MARKS, MARK, TOP_MARKS, WIDTH


def test_the_bits_are_those_of_the_published_dictionary() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, rows in enumerate(CORNER_MARKS):
        image = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, 6))
        assert rows == tuple("".join("0" if dot else "1" for dot in row) for row in image)


def test_the_frame_fits_the_printed_width() -> None:
    (left, _), (right, _) = TOP_MARKS
    assert right - left == BETWEEN_MARKS
    assert right + MARK <= WIDTH - left
