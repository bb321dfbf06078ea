"""Images of one finger, read from untrusted input: whole, or not at all."""

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.images import image_file, image_record
from testigo.fingerprint.parameters import IMAGE
from testigo.fingerprint.position import Position
from testigo.words import Either

ENDINGS = frozenset((".png", ".bmp", ".dib", ".tif", ".tiff", ".jpg", ".jpeg", ".jp2", ".wsq", ".fir", ".iso"))
"""How files of finger images end, in lower case."""

WRITTEN_FORMATS = ("png", "bmp", "tiff", "fir-2005", "fir-2011")
"""The formats an image can be written in, all without loss; the last two are ISO/IEC 19794-4 finger image records."""


@dataclass(frozen=True, eq=False)
class FingerImage:
    """One impression of one finger: `pixels` uint8 (height, width), dark ridges on light ground, at `dpi`.

    Raises `InvalidInput` where the array is not such an image. The pixels are made read-only.
    """

    pixels: NDArray[np.uint8]
    dpi: int = IMAGE.usual_dpi

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.uint8:
            raise InvalidInput("image.not-greys", hint="give-an-image-of-a-finger")
        image_file.check_size(self.pixels.shape[1], self.pixels.shape[0], "")
        check_dpi(self.dpi)
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
    def read(
        cls, source: str | Path | bytes, *, dpi: int | None = None, position: Position | None = None
    ) -> "FingerImage":
        """Read PNG, BMP, TIFF, JPEG, JPEG 2000, WSQ or a finger image record from a path or from the bytes themselves.

        Resolution: `dpi` if given; else what the file states, if a reader could have made it (200 to 2000); else 500,
        because files without a true resolution (none, 1, 72, 96) nearly always come from 500 dpi readers.
        `position`: the required finger, where a record has several.
        Raises `InvalidInput` for anything that is not a whole image of a sensible size; sizes are checked before
        decoding.
        """
        data, place = _bytes_of(source)
        if dpi is not None:
            check_dpi(dpi, place)
        if data.startswith(image_record.MARK):
            pixels, stated = image_record.decode(data, position, place)
        else:
            pixels, stated = image_file.decode(data, place)
        return cls(pixels, dpi or stated or IMAGE.usual_dpi)

    def to_bytes(
        self, format: str = "png", *, position: Position | None = None, captured: datetime | None = None
    ) -> bytes:
        """The image in one of `WRITTEN_FORMATS`, its resolution inside; `read` gives back exactly the same image.

        `position` and `captured` (UTC): what a finger image record says of the finger, where it is known.
        Raises `InvalidInput` for any other format.
        """
        if format == "fir-2005":
            return image_record.encode_2005(self.pixels, self.dpi, position)
        if format == "fir-2011":
            return image_record.encode_2011(self.pixels, self.dpi, position, captured)
        if format not in WRITTEN_FORMATS:
            raise InvalidInput("format.unknown", format=format[:40], formats=Either(WRITTEN_FORMATS))
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, format.upper(), dpi=(self.dpi, self.dpi))
        return buffer.getvalue()

    def to_png(self) -> bytes:
        """The image as PNG, its resolution inside."""
        return self.to_bytes("png")

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
            with storage.open_plain(Path(source)) as file:
                data = file.read(IMAGE.most_bytes + 1)
        except (StorageError, ValueError) as error:
            raise InvalidInput("image.cannot-be-opened", place=place) from error
    if len(data) > IMAGE.most_bytes:
        most = IMAGE.most_bytes >> 20
        raise InvalidInput("image.too-many-bytes", place=place, hint="give-an-image-of-a-finger", most=most)
    return data, place


def check_dpi(dpi: int, place: str = "") -> None:
    """Raises `InvalidInput` where no fingerprint reader has this resolution."""
    if not IMAGE.lowest_dpi <= dpi <= IMAGE.highest_dpi:
        lowest, highest = IMAGE.lowest_dpi, IMAGE.highest_dpi
        raise InvalidInput("resolution.impossible", place=place, dpi=dpi, lowest=lowest, highest=highest)
