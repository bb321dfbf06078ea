"""Vector drawings, and how they reach a file: SVG as it is, PNG set by `typst`, HTML as a page around it.

The drawing is the same in all three. PNG uses the fonts that ship with Testigo, so that it looks the same on every
machine; SVG and HTML name those fonts first and a plain one after them.
"""

import base64
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import typst
from numpy.typing import NDArray

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.images.image import FingerImage
from testigo.paper import FONTS

ENDINGS = (".svg", ".png", ".html")
FONT = "DejaVu Sans, Verdana, sans-serif"
INK, SOFT, LINE, PAPER = "#15202b", "#47535f", "#d8d3c7", "#ffffff"  # as the results page has them
TEAL, RED, BLUE, AMBER = "#0a6b7a", "#c8402f", "#2c6ecb", "#b4741a"

_PNG_SCALE = 2.0  # pixels for each unit of a drawing

Points = NDArray[np.float64]


class Drawing:
    """Shapes one over the other on white. Lengths in units of the drawing, x right, y down; `width` × `height` units.

    `title` and `text` are what a screen reader says of it.
    """

    def __init__(self, width: float, height: float, *, title: str, text: str = "") -> None:
        self.width, self.height, self.title = width, height, title
        self._parts = [f"<title>{escape(title)}</title>", f"<desc>{escape(text)}</desc>"]
        self.rectangle(0, 0, width, height, fill=PAPER)

    def svg(self) -> str:
        """The whole drawing as one SVG document."""
        w, h = _number(self.width), _number(self.height)
        start = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img"'
            f' font-family="{FONT}" fill="none" stroke-linejoin="round" stroke-linecap="round">'
        )
        return "\n".join([start, *self._parts, "</svg>", ""])

    def rectangle(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """A rectangle with its top left corner at (x, y)."""
        self._add("rect", {"x": x, "y": y, "width": width, "height": height}, style)

    def circle(self, x: float, y: float, radius: float, **style: Any) -> None:
        """A circle around (x, y)."""
        self._add("circle", {"cx": x, "cy": y, "r": radius}, style)

    def line(self, x1: float, y1: float, x2: float, y2: float, **style: Any) -> None:
        """A straight line."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2}, style)

    def path(self, points: Points, *, closed: bool = False, **style: Any) -> None:
        """Straight lines from each of the points (n, 2) to the next."""
        if len(points):
            steps = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
            self._add("polygon" if closed else "polyline", {"points": steps}, style)

    def text(self, x: float, y: float, words: str, *, size: float = 13, turn: float = 0, **style: Any) -> None:
        """Words that begin at (x, y), or end or centre there (`text_anchor`); turned clockwise by `turn` degrees."""
        place: dict[str, Any] = {"x": x, "y": y, "font-size": size}
        if turn:
            place["transform"] = f"rotate({_number(turn)} {_number(x)} {_number(y)})"
        self._add("text", place, {"fill": INK, **style}, escape(words))

    def image(self, x: float, y: float, width: float, height: float, pixels: NDArray[np.uint8]) -> None:
        """Greys (rows, columns) stretched over a rectangle; they travel inside the drawing as PNG."""
        data = base64.b64encode(FingerImage(pixels).to_png()).decode()
        place = {"x": x, "y": y, "width": width, "height": height, "href": f"data:image/png;base64,{data}"}
        self._add("image", place, {"preserveAspectRatio": "none"})

    def _add(self, name: str, place: dict[str, Any], style: dict[str, Any], inside: str = "") -> None:
        places = {key: value if isinstance(value, str) else _number(value) for key, value in place.items()}
        styles = {_CASE.get(key, key.replace("_", "-")): value for key, value in style.items()}
        written = " ".join(f'{key}="{_value(value)}"' for key, value in (places | styles).items())
        self._parts.append(f"<{name} {written}>{inside}</{name}>" if inside else f"<{name} {written}/>")


_CASE = {"preserveAspectRatio": "preserveAspectRatio"}


def _value(value: Any) -> str:
    return escape(value, quote=True) if isinstance(value, str) else f"{value:.4g}"


def _number(value: float) -> str:
    """A length in tenths of a unit, a twentieth of a printed dot."""
    return f"{value:.1f}".removesuffix(".0")


def save(path: Path, drawing: Drawing, *, below: str = "") -> None:
    """Write the drawing as SVG, PNG or HTML, by the file's ending; `below`: HTML to stand under it on the page.

    Raises `InvalidInput` for another ending, `StorageError` where the file cannot be written.
    """
    refuse_unknown_ending(path)
    ending = path.suffix.lower()
    if ending == ".png":
        storage.write(path, to_png(drawing))
    elif ending == ".html":
        storage.write(path, _PAGE.format(title=escape(drawing.title), drawing=drawing.svg(), below=below).encode())
    else:
        storage.write(path, drawing.svg().encode())


def to_png(drawing: Drawing) -> bytes:
    """The drawing as PNG, two pixels for each unit."""
    page = (
        f"#set page(width: {drawing.width}pt, height: {drawing.height}pt, margin: 0pt)\n"
        '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    made: Any = typst.Compiler(input=page.encode(), font_paths=_fonts()).compile(
        sys_inputs={"svg": drawing.svg()}, format="png", ppi=72 * _PNG_SCALE
    )
    return bytes(made)


@cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def refuse_unknown_ending(path: Path) -> None:
    """Raise `InvalidInput` for a drawing's path that ends neither in .svg nor in .png nor in .html."""
    if path.suffix.lower() not in ENDINGS:
        raise InvalidInput("picture.unknown-ending", place=path)


def require_writable(path: Path) -> None:
    """Raise `StorageError` where no file can stand at `path`, before long work is done for it."""
    if path.is_dir():
        raise StorageError("file.is-folder", place=path, hint="give-a-file-in-it")
    if not path.parent.is_dir():
        raise StorageError("file.folder-missing", place=path)


def refuse_input(path: Path, *inputs: Path) -> None:
    """Raise `InvalidInput` where what is to be written would take the place of a print that it is made from."""
    for source in inputs:
        if source.is_file() and path.exists() and path.samefile(source):
            raise InvalidInput("print.would-be-replaced", place=path)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ margin: 2rem auto; max-width: 68rem; padding: 0 1rem; color: #15202b; background: #faf8f3; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; }}
svg {{ width: 100%; height: auto; border: 1px solid #d8d3c7; border-radius: .5rem; }}
table {{ border-collapse: collapse; margin: 1.5rem 0; background: #fff; }}
th, td {{ border: 1px solid #d8d3c7; padding: .35rem .75rem; text-align: left; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>{title}</h1>
{drawing}
{below}
</body>
</html>
"""
