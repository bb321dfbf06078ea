"""Image files to greys: PNG, BMP, TIFF, JPEG, JPEG 2000, WSQ, from untrusted input: whole, or not at all.

Size and work are checked before anything is decoded. WSQ, JPEG 2000, compressed TIFF and run-length coded BMP are
decoded in a process of their own (`_apart`).
"""

import io
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from testigo import waits
from testigo.errors import InvalidInput
from testigo.fingerprint.images import _apart, image_header
from testigo.fingerprint.parameters import IMAGE

FORMATS = ("PNG", "BMP", "DIB", "TIFF", "JPEG", "JPEG2000")

_APART = ("libtiff", "bmp_rle")  # Pillow's decoders by name; run-length coded BMP can take it minutes
_NEARLY_USUAL = (196.0, 197.0)  # pixels per centimetre: what 500 dpi (196.85) are rounded to

warnings.filterwarnings("ignore", module=r"PIL\.")  # what is wrong with a file is said here, in one sentence


def decode(data: bytes, place: str) -> tuple[NDArray[np.uint8], int | None]:
    """Greys (height, width), dark ridges on light ground, and the resolution that the file states and that can be true.

    Raises `InvalidInput`.
    """
    if data.startswith(image_header.WSQ_MARK):
        return _decode_wsq(data, place)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            check_size(*picture.size, place)
            _check_work(picture, data, place)
            dpi = first_believed(image_header.stated_dpi(picture, data))
            if picture.format == "JPEG2000" or any(tile[0] in _APART for tile in picture.tile):
                return _decode_apart(data, picture.size, place), dpi
            picture.load()
            return _grey(picture), dpi
    except InvalidInput:
        raise
    except Image.DecompressionBombError as error:
        raise _too_much("image.too-many-pixels", place) from error
    except Exception as error:  # decoders of outside bytes fail in every way there is
        raise unreadable(place) from error


def name_of(data: bytes) -> str:
    """The format of a file that `decode` reads: `png`, `bmp`, `tiff`, `jpeg`, `jpeg2000` or `wsq`."""
    if data.startswith(image_header.WSQ_MARK):
        return "wsq"
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        return str(picture.format).lower()


def check_size(width: int, height: int, place: str) -> None:
    """Raise `InvalidInput` for an image too small or too large for a finger's."""
    if min(width, height) < IMAGE.shortest_side or max(width, height) > IMAGE.longest_side:
        raise InvalidInput(
            "image.wrong-size",
            place=place,
            width=width,
            height=height,
            shortest=IMAGE.shortest_side,
            longest=IMAGE.longest_side,
        )


def first_believed(stated: list[tuple[float, float]]) -> int | None:
    """The first resolution, across and down, that a fingerprint reader could have; `None` if there is none."""
    for across, down in stated:
        near = IMAGE.lowest_dpi - 0.5 <= across <= IMAGE.highest_dpi + 0.5  # metric fields round: 200 comes as 199.999
        if near and abs(across - down) <= 0.02 * across and IMAGE.lowest_dpi <= round(across) <= IMAGE.highest_dpi:
            return round(across)
    return None


def per_inch(per_cm: float) -> float:
    """Dots per inch of a resolution that is rounded to whole pixels per centimetre."""
    return float(IMAGE.usual_dpi) if per_cm in _NEARLY_USUAL else per_cm * 2.54


def unreadable(place: str) -> InvalidInput:
    return InvalidInput("image.unreadable", place=place, hint="give-an-image-of-a-finger")


def _check_work(picture: ImageFile.ImageFile, data: bytes, place: str) -> None:
    """Raise `InvalidInput` where decoding would take more work or memory than the image's size explains."""
    if picture.format in ("JPEG", "MPO", "TIFF") and image_header.scans(data) > IMAGE.most_scans + len(picture.tile):
        compressed_by_jpeg = picture.format != "TIFF" or picture.info.get("compression") in ("jpeg", "tiff_jpeg")
        if compressed_by_jpeg:
            raise _too_much("image.too-many-scans", place)
    if image_header.longest_tile(picture) > IMAGE.longest_side:
        raise _too_much("image.tiles-too-large", place)
    if picture.format == "JPEG2000":
        inner = image_header.codestream(data)
        if inner is None:
            raise unreadable(place)
        check_size(inner.width, inner.height, place)
        if inner.tiles > IMAGE.most_tiles or inner.planes > IMAGE.most_planes:
            raise _too_much("image.too-many-tiles", place)


def _decode_wsq(data: bytes, place: str) -> tuple[NDArray[np.uint8], int | None]:
    stated = image_header.wsq(data)
    if stated is None:
        raise unreadable(place)
    check_size(stated.width, stated.height, place)
    return _decode_apart(data, (stated.width, stated.height), place), first_believed([(stated.dpi, stated.dpi)])


def _decode_apart(data: bytes, size: tuple[int, int], place: str) -> NDArray[np.uint8]:
    """Greys of the size that was announced and checked, decoded in another process."""
    command = [sys.executable, "-I", str(Path(_apart.__file__)), *FORMATS]
    try:
        answer = subprocess.run(command, input=data, capture_output=True, timeout=waits.ANSWER, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise unreadable(place) from error
    return greys_of(answer, size, place)


def greys_of(answer: bytes, size: tuple[int, int], place: str) -> NDArray[np.uint8]:
    """Greys from what `_apart` answers; raises `InvalidInput` where it is not an image of that size."""
    if len(answer) < _apart.HEADER.size:
        raise unreadable(place)
    width, height, mode = _apart.HEADER.unpack_from(answer)
    if (width, height) != size:
        raise unreadable(place)
    try:
        picture = Image.frombytes(mode.rstrip(b"\0").decode(), size, answer[_apart.HEADER.size :])
    except ValueError as error:
        raise unreadable(place) from error
    return _grey(picture)


def _too_much(code: str, place: str) -> InvalidInput:
    return InvalidInput(code, place=place, hint="give-an-image-of-a-finger")


def _grey(picture: Image.Image) -> NDArray[np.uint8]:
    """Eight-bit greys of any of Pillow's modes; what is transparent is paper."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, dtype=np.float64)
        return np.clip(values / 256 if values.max(initial=0) > 255 else values, 0, 255).astype(np.uint8)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        picture = Image.alpha_composite(paper, layered)
    return np.asarray(picture.convert("L"), dtype=np.uint8)
