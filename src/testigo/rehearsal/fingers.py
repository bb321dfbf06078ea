"""Whose finger lies on the reader: images of synthetic fingers, or of real ones from a folder.

Every person has images that the enrolment officer takes and other images that the check-in desk takes; none is used for
both, as in life.
"""

from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageFilter

from testigo import storage
from testigo.errors import InvalidInput
from testigo.fingerprint import ENDINGS, FingerImage, synthetic

FINGER_NAMES = ("right-index", "right-thumb")
_SYNTHETIC_DESK_IMAGES = 4
_AGAIN, _SECOND_ENROLMENT = 10, 100
"""Numbers of impressions: 1 to 4 are for the desk, the rest for the enrolment officer."""
_WORN_BLUR = 6
"""Standard deviation in pixels; ridges are some 9 pixels apart at 500 dpi."""


class Fingers(Protocol):
    """A source of finger images. Persons are numbered from 0."""

    @property
    def persons(self) -> int | None:
        """For how many persons there are fingers; None where there is no end to them."""

    def for_enrolment(self, person: int, enrolment: int = 0, attempt: int = 0) -> list[tuple[str, bytes]]:
        """What the enrolment officer takes: (finger, image file). `enrolment`: 1 for the same person's second one;
        `attempt`: how often the officer took these fingers before.
        """

    def at_the_desk(self, person: int, attempt: int) -> tuple[str, bytes]:
        """What the reader at the check-in desk gives on the given attempt (0, 1, …): (file name, image file)."""


def wear_off(image: bytes) -> bytes:
    """A finger image with its ridges blurred to nothing: what hard work with lime or paper leaves of a finger."""
    finger = FingerImage.read(image)
    blurred = Image.fromarray(finger.pixels).filter(ImageFilter.GaussianBlur(_WORN_BLUR))
    return FingerImage(np.asarray(blurred), finger.dpi).to_png()


class SyntheticFingers:
    """Nobody's fingers, from the generator. Each person has two, and a fresh impression for every touch."""

    persons = None

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _image(self, person: int, finger: int, impression: int) -> bytes:
        return synthetic.Finger(self._seed * 1_000_003 + person * 10 + finger).impression(impression).to_png()

    def for_enrolment(self, person: int, enrolment: int = 0, attempt: int = 0) -> list[tuple[str, bytes]]:
        """One impression of each of two fingers, new ones at every attempt."""
        impression = enrolment * _SECOND_ENROLMENT + attempt * _AGAIN
        return [(name, self._image(person, place, impression)) for place, name in enumerate(FINGER_NAMES)]

    def at_the_desk(self, person: int, attempt: int) -> tuple[str, bytes]:
        """The first finger, then the second, each time a new impression."""
        return "reader.png", self._image(person, attempt % 2, 1 + attempt % _SYNTHETIC_DESK_IMAGES)


class FolderFingers:
    """Real fingers from a folder of `FINGER_IMPRESSION.ext`: enrolled with 1 and 2, at the desk 3 and later.

    Who enrols a second time does so with 3 and 4, and nobody's finger can be taken again: there are no more images.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InvalidInput("fingers.folder-not-found", place=folder)
        found: dict[str, list[tuple[int, Path]]] = {}
        for file in sorted(folder.iterdir()):
            finger, _, impression = file.stem.rpartition("_")
            if file.suffix.lower() in ENDINGS and finger and impression.isdecimal():
                found.setdefault(finger, []).append((int(impression), file))
        self._fingers = [
            [file for _, file in sorted(impressions)]
            for _, impressions in sorted(found.items())
            if len(impressions) > 2
        ]
        if not self._fingers:
            raise InvalidInput("fingers.too-few-impressions", place=folder)
        self.persons: int | None = len(self._fingers)

    def for_enrolment(self, person: int, enrolment: int = 0, attempt: int = 0) -> list[tuple[str, bytes]]:
        """Impressions 1 and 2, or 3 and 4 at a second enrolment."""
        files = self._fingers[person][2 * enrolment : 2 * enrolment + 2]
        return [(FINGER_NAMES[0], storage.read(file)) for file in files]

    def at_the_desk(self, person: int, attempt: int) -> tuple[str, bytes]:
        """Impressions 3 to the last, each person beginning at another one."""
        later = self._fingers[person][2:]
        file = later[(person + attempt) % len(later)]
        return file.name, storage.read(file)
