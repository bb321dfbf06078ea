"""Images of one finger: read from bytes that nobody vouches for, or not at all."""

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from testigo.errors import InvalidInput
from testigo.fingerprint import _wsq
from testigo.fingerprint.parameters import IMAGE

FORMATS = ("PNG", "BMP", "DIB", "TIFF", "JPEG", "JPEG2000")

ENDINGS = frozenset((".png", ".bmp", ".dib", ".tif", ".tiff", ".jpg", ".jpeg", ".jp2", ".wsq"))
"""How files of finger images end, in lower case."""
_WSQ_MARK = b"\xff\xa0"  # start of image
_MEND = "give an image of one finger as PNG, BMP, TIFF, JPEG, JPEG 2000 or WSQ"


@dataclass(frozen=True, eq=False)
class FingerImage:
    """One impression of one finger: `pixels` uint8 (height, width), dark ridges on light ground, at `dpi`.

    Raises `InvalidInput` where the array is no such image. The pixels are made read-only.
    """

    pixels: NDArray[np.uint8]
    dpi: int = IMAGE.usual_dpi

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.uint8:
            raise InvalidInput("a finger image is a two-dimensional array of 8-bit greys", mend=_MEND)
        _check_size(self.pixels.shape[1], self.pixels.shape[0], "")
        _check_dpi(self.dpi, "")
        pixels = np.ascontiguousarray(self.pixels)
        if pixels.flags.writeable:
            pixels = pixels.copy()
            pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @classmethod
    def read(cls, source: str | Path | bytes, *, dpi: int | None = None) -> "FingerImage":
        """Read PNG, BMP, TIFF, JPEG, JPEG 2000 or WSQ from a path or from the bytes themselves.

        Resolution: `dpi` if given; else what the file states, if a reader could have made it (200 to 2000); else 500,
        because files without a true resolution (none, 1, 72, 96) nearly always come from 500 dpi readers.
        Raises `InvalidInput` for anything that is no whole image of a sensible size; sizes are checked before decoding.
        """
        data, place = _bytes_of(source)
        if dpi is not None:
            _check_dpi(dpi, place)
        decode = _decode_wsq if data.startswith(_WSQ_MARK) else _decode
        pixels, stated = decode(data, place)
        return cls(pixels, dpi or stated or IMAGE.usual_dpi)

    def to_png(self) -> bytes:
        """The image as PNG, its resolution inside."""
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG", dpi=(self.dpi, self.dpi))
        return buffer.getvalue()

    def at_500_dpi(self) -> NDArray[np.uint8]:
        """The pixels resampled to 500 dpi, where every length of extraction and matching is measured."""
        if self.dpi == IMAGE.usual_dpi:
            return self.pixels
        scale = IMAGE.usual_dpi / self.dpi
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        return np.asarray(Image.fromarray(self.pixels).resize(size, Image.Resampling.LANCZOS))


def _bytes_of(source: str | Path | bytes) -> tuple[bytes, str]:
    """The bytes and the place to name in an error; never more than the limit is read."""
    if isinstance(source, bytes):
        data, place = source, ""
    else:
        place = str(source)
        try:
            with Path(source).open("rb") as file:
                data = file.read(IMAGE.most_bytes + 1)
        except (OSError, ValueError) as error:
            raise InvalidInput("the image cannot be opened", place=place, mend="check the path") from error
    if len(data) > IMAGE.most_bytes:
        raise InvalidInput(f"the image has more than {IMAGE.most_bytes >> 20} MiB", place=place, mend=_MEND)
    return data, place


def _decode(data: bytes, place: str) -> tuple[NDArray[np.uint8], int | None]:
    """Pixels and stated resolution of any format that Pillow reads."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _check_size(*picture.size, place)
            picture.load()
            return _grey(picture), _believed(picture.info.get("dpi"))
    except InvalidInput:
        raise
    except Exception as error:  # decoders of outside bytes fail in every way there is
        raise _unreadable(place) from error


def _decode_wsq(data: bytes, place: str) -> tuple[NDArray[np.uint8], int | None]:
    """Pixels and stated resolution of a WSQ image, decoded apart: see `_wsq`."""
    command = [sys.executable, "-I", str(Path(_wsq.__file__)), str(IMAGE.longest_side)]
    try:
        answer = subprocess.run(command, input=data, capture_output=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise _unreadable(place) from error
    if len(answer) < _wsq.HEADER.size:
        raise _unreadable(place)
    width, height, dpi = _wsq.HEADER.unpack_from(answer)
    _check_size(width, height, place)
    if len(answer) != _wsq.HEADER.size + width * height:
        raise _unreadable(place)
    pixels = np.frombuffer(answer, np.uint8, offset=_wsq.HEADER.size).reshape(height, width)
    return pixels, _believed((dpi, dpi))


def _unreadable(place: str) -> InvalidInput:
    return InvalidInput("this is not a whole image that can be read", place=place, mend=_MEND)


def _check_size(width: int, height: int, place: str) -> None:
    if min(width, height) < IMAGE.shortest_side or max(width, height) > IMAGE.longest_side:
        raise InvalidInput(
            f"an image of {width} × {height} pixels is no finger's",
            place=place,
            mend=f"give one with sides of {IMAGE.shortest_side} to {IMAGE.longest_side} pixels",
        )


def _check_dpi(dpi: int, place: str) -> None:
    if not IMAGE.lowest_dpi <= dpi <= IMAGE.highest_dpi:
        raise InvalidInput(
            f"a resolution of {dpi} dpi is no fingerprint reader's",
            place=place,
            mend=f"give one between {IMAGE.lowest_dpi} and {IMAGE.highest_dpi}",
        )


def _believed(stated: object) -> int | None:
    """A file's own resolution, across and down, or None where a fingerprint reader could not have it."""
    try:
        across, down = (float(value) for value in stated)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not (IMAGE.lowest_dpi <= across <= IMAGE.highest_dpi and abs(across - down) <= 0.02 * across):
        return None
    return round(across)


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
