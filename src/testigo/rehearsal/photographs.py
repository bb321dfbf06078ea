"""A witness's photograph of a paper vote: tilted, unevenly lit, a little noisy, saved as JPEG."""

import io

import numpy as np
from PIL import Image, ImageFilter

_MARGIN = 60
_TABLE_BRIGHTNESS = 96


def photograph(slip_png: bytes, generator: np.random.Generator) -> bytes:
    """A JPEG of the slip on a dark table, about twice its printed resolution, tilted by up to two degrees."""
    slip = Image.open(io.BytesIO(slip_png)).convert("L")
    slip = slip.resize((slip.width * 2, slip.height * 2), Image.Resampling.BICUBIC)
    table = Image.new("L", (slip.width + 2 * _MARGIN, slip.height + 2 * _MARGIN), _TABLE_BRIGHTNESS)
    table.paste(slip, (_MARGIN, _MARGIN))
    tilted = table.rotate(
        float(generator.uniform(-2, 2)), Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE_BRIGHTNESS
    ).filter(ImageFilter.GaussianBlur(0.7))
    pixels = np.asarray(tilted, dtype=np.float32)
    left, right = generator.uniform(0.8, 1.0, 2)
    light = np.linspace(float(left), float(right), pixels.shape[1], dtype=np.float32)[None, :]
    seen = pixels * light + generator.normal(0, 4, pixels.shape).astype(np.float32)
    file = io.BytesIO()
    Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()
