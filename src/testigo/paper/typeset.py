"""Printed pages: a typst template and data in, PDF or PNG out. Every room prints through here.

A template reads its data with `#let data = json(bytes(sys.inputs.data))`. What comes from people thus reaches the page
as strings, never as markup: a candidate called `#panic()` is printed as that.

Pages look the same on every machine: only the fonts in `fonts/` (DejaVu Sans Condensed) and those inside the `typst`
package (DejaVu Sans Mono, Libertinus Serif, New Computer Modern) are used, never the system's. No page holds the time
it was made.
"""

import functools
import threading
from pathlib import Path
from typing import Any, Literal

import msgspec
import segno
import typst

from testigo.errors import InvalidInput
from testigo.paper import FONTS

Format = Literal["pdf", "png"]

_lock = threading.Lock()

_ROOT = Path(__file__).parent.parent
"""The folder that templates import from: `#import "/paper/words.typ"` is what all of them share."""


def compile(template: Path, data: Any, *, format: Format = "pdf", ppi: float = 144.0) -> bytes:
    """One document as PDF bytes, or a one-page document as PNG bytes at `ppi` dots per inch.

    `data`: plain values or a `msgspec.Struct`. Raises `InvalidInput` where the template cannot be set with this data,
    or makes several pages and PNG was asked for."""
    if format == "pdf":
        made = _compile(template, data, format="pdf")
        return made[0]
    pages = compile_pages(template, data, ppi=ppi)
    if len(pages) != 1:
        raise InvalidInput("page.several", place=template.name, count=len(pages))
    return pages[0]


def compile_pages(template: Path, data: Any, *, ppi: float = 144.0) -> tuple[bytes, ...]:
    """Every page of a document as PNG bytes at `ppi` dots per inch; raises `InvalidInput` as `compile` does."""
    return _compile(template, data, format="png", ppi=ppi)


def query(template: Path, data: Any, selector: str) -> list[Any]:
    """The values of all `metadata` elements with the label `selector` (such as `<region>`), in the page's order."""
    try:
        compiler = typst.Compiler(input=template, root=_ROOT, font_paths=_fonts(), sys_inputs=_inputs(data))
        found = compiler.query(selector, field="value")
    except typst.TypstError as error:
        raise _explained(template, error) from None
    values: list[Any] = msgspec.json.decode(found)
    return values


def qr_svg(payload: str, *, error: str = "m", like: str = "") -> str:
    """A QR code as SVG for `image(bytes(data.qr), format: "svg")`: no margin, one unit a module.

    `like`: another payload, no shorter, of whose size the code is to be. Raises `InvalidInput` for more than the
    largest code holds.
    """
    try:
        version = segno.make(like, error=error, micro=False, boost_error=False).version if like else None
        made = segno.make(payload, error=error, micro=False, boost_error=False, version=version)
    except segno.DataOverflowError:
        raise InvalidInput("qr-code.too-much", count=len(payload)) from None
    code: str = made.svg_inline(border=0)
    return code


def svg_width(svg: str) -> int:
    """How many modules wide a code of `qr_svg` is."""
    return int(svg.split('width="', 1)[1].split('"', 1)[0])


def _compile(template: Path, data: Any, **options: Any) -> tuple[bytes, ...]:
    with _lock:  # a compiler keeps its last inputs, so two threads may not share it
        try:
            made = _compiler(template).compile(sys_inputs=_inputs(data), timestamp=0, **options)
        except typst.TypstError as error:
            raise _explained(template, error) from None
    return tuple(made) if isinstance(made, list) else (made,)


def _inputs(data: Any) -> dict[str, str]:
    return {"data": msgspec.json.encode(data).decode()}


@functools.lru_cache(maxsize=32)
def _compiler(template: Path) -> Any:
    """A compiler that has read the fonts and the template once; that is most of the work of a small page."""
    return typst.Compiler(input=template, root=_ROOT, font_paths=_fonts())


@functools.cache
def _fonts() -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def _explained(template: Path, error: Any) -> InvalidInput:
    return InvalidInput("page.cannot-be-set", place=template.name, why=str(error.message))
