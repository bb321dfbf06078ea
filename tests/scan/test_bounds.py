"""Files that are too much are refused before anything long is done with them."""

import io

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from raising import raises_code
from testigo.errors import InvalidInput
from testigo.scan import corner_marks, images


def test_attack_a_pdf_of_20000_pages_is_refused_before_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(20_000):
        document.new_page(72, 72)
    file = io.BytesIO()
    document.save(file)
    monkeypatch.setattr(images, "_page", None)
    with raises_code(InvalidInput, "scan.too-many-pages", most=images.MAX_PAGES):
        next(images.pages_of(file.getvalue()))


def test_attack_a_picture_of_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    frames, file = [Image.new("1", (8, 8)) for _ in range(images.MAX_PAGES + 1)], io.BytesIO()
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    monkeypatch.setattr(images, "_page", None)
    with raises_code(InvalidInput, "scan.too-many-pages", most=images.MAX_PAGES):
        next(images.pages_of(file.getvalue()))


def test_attack_2400_corner_marks_in_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    tiles = [np.pad(cv2.aruco.generateImageMarker(dictionary, mark, 24), 6, constant_values=255) for mark in range(4)]
    picture = np.vstack([np.hstack([tiles[(x + y) % 4] for x in range(48)]) for y in range(50)])
    monkeypatch.setattr(corner_marks, "_around", None)
    with raises_code(InvalidInput, "scan.too-many-marks", most=corner_marks.MOST_MARKS):
        corner_marks.find_sheets(picture)
