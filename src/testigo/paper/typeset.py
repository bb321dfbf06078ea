"""Printed pages: a typst template and data in, PDF or PNG out. Every room prints through here.

A template reads its data with `#let data = json(bytes(sys.inputs.data))`. What comes from people thus reaches the page
as strings, never as markup: a candidate called `#panic()` is printed as that.

Pages look the same on every machine: only the fonts in `fonts/` (DejaVu Sans Condensed), those that an election
carries, and those inside the `typst` package (DejaVu Sans Mono, Libertinus Serif, New Computer Modern) are used, never
the system's. No page holds the time it was made.

A template that shows an election's texts takes its fonts so, its own before the shipped one:

    #let own = json(bytes(sys.inputs.fonts))
    #set text(font: (..own.families, "DejaVu Sans"), ..own.edges)
"""

import atexit
import functools
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec
import segno
import typst

from testigo.errors import InvalidInput
from testigo.paper import FONTS
from testigo.paper.font import Font

Format = Literal["pdf", "png"]

Fonts = tuple[Font, ...]

_lock = threading.Lock()

_ROOT = Path(__file__).parent.parent
"""The folder that templates import from: `#import "/paper/words.typ"` is what all of them share."""


def compile(
    template: Path,
    data: Any,
    *,
    format: Format = "pdf",
    ppi: float = 144.0,
    fonts: Fonts = (),
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """One document as PDF bytes, or a one-page document as PNG bytes at `ppi` dots per inch.

    `data`: plain values or a `msgspec.Struct`. `fonts`: those that the election carries. `files`: pictures and PDF
    pages by name, which the template finds under `/files/` (for PDF only). Raises `InvalidInput` where the template
    cannot be set with this data, or makes several pages and PNG was asked for."""
    if format == "pdf" and files:
        with _beside(template, files) as (root, copy):
            compiler = typst.Compiler(input=copy, root=root, font_paths=_fonts(fonts), sys_inputs=_inputs(data, fonts))
            return _made(template, compiler, data, fonts, format="pdf")[0]
    if format == "pdf":
        return _compile(template, data, fonts, format="pdf")[0]
    pages = compile_pages(template, data, ppi=ppi, fonts=fonts)
    if len(pages) != 1:
        raise InvalidInput("page.several", place=template.name, count=len(pages))
    return pages[0]


def compile_pages(template: Path, data: Any, *, ppi: float = 144.0, fonts: Fonts = ()) -> tuple[bytes, ...]:
    """Every page of a document as PNG bytes at `ppi` dots per inch; raises `InvalidInput` as `compile` does."""
    return _compile(template, data, fonts, format="png", ppi=ppi)


def query(template: Path, data: Any, selector: str, *, fonts: Fonts = ()) -> list[Any]:
    """The values of all `metadata` elements with the label `selector` (such as `<region>`), in the page's order."""
    try:
        with _lock:
            compiler = _compiler(template, fonts)
            # Setting the page lets go of what was set before; a query alone keeps all of it, for ever.
            compiler.compile(sys_inputs=_inputs(data, fonts), timestamp=0, format="svg")
            found = compiler.query(selector, field="value")
    except typst.TypstError as error:
        raise _explained(template, error) from None
    values: list[Any] = msgspec.json.decode(found)
    return values


def qr_svg(payload: str, *, error: str = "m", like: str = "") -> str:
    """A QR code as SVG for `image(bytes(data.qr), format: "svg")`: no margin, one unit a module; white
    between the black modules, so that what lies below never shows through.

    `like`: another payload, no shorter, of whose size the code is to be. Raises `InvalidInput` for more than the
    largest code holds.
    """
    code: str = _qr(payload, error, like).svg_inline(border=0, light="#fff")
    return code


def qr_modules(payload: str, *, error: str = "m", like: str = "") -> tuple[bytes, ...]:
    """The same code as rows of modules, 1 for black."""
    return tuple(bytes(row) for row in _qr(payload, error, like).matrix)


def _qr(payload: str, error: str, like: str) -> Any:
    try:
        version = segno.make(like, error=error, micro=False, boost_error=False).version if like else None
        return segno.make(payload, error=error, micro=False, boost_error=False, version=version)
    except segno.DataOverflowError:
        raise InvalidInput("qr-code.too-much", count=len(like or payload)) from None


def svg_width(svg: str) -> int:
    """How many modules wide a code of `qr_svg` is."""
    return int(svg.split('width="', 1)[1].split('"', 1)[0])


def _compile(template: Path, data: Any, fonts: Fonts, **options: Any) -> tuple[bytes, ...]:
    with _lock:  # a compiler keeps its last inputs, so two threads may not share it
        return _made(template, _compiler(template, fonts), data, fonts, **options)


def _made(template: Path, compiler: Any, data: Any, fonts: Fonts, **options: Any) -> tuple[bytes, ...]:
    try:
        made = compiler.compile(sys_inputs=_inputs(data, fonts), timestamp=0, **options)
    except typst.TypstError as error:
        raise _explained(template, error) from None
    return tuple(made) if isinstance(made, list) else (made,)


@contextmanager
def _beside(template: Path, files: Mapping[str, bytes]) -> Iterator[tuple[Path, Path]]:
    """A folder with every template and these files, as long as the block lasts: a root, and the template in it. Typst
    reads files from its root alone, and by name."""
    with tempfile.TemporaryDirectory(prefix="testigo-paper-") as folder:
        root = Path(folder)
        for one in _ROOT.rglob("*.typ"):
            copy = root / one.relative_to(_ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one, copy)
        (root / "files").mkdir()
        for name, content in files.items():
            (root / "files" / name).write_bytes(content)
        yield root, root / template.relative_to(_ROOT)


def _inputs(data: Any, fonts: Fonts) -> dict[str, str]:
    families = tuple(dict.fromkeys(font.family for font in fonts))
    own = {"families": families, "edges": _EDGES if families else {}}
    return {"data": msgspec.json.encode(data).decode(), "fonts": msgspec.json.encode(own).decode()}


_EDGES = {"top-edge": "ascender", "bottom-edge": "descender"}
"""Lines as high as a script needs them, with its marks above and below; Latin letters need less (`cap-height`)."""


@functools.lru_cache(maxsize=32)
def _compiler(template: Path, fonts: Fonts) -> Any:
    """A compiler that has read the fonts and the template once; that is most of the work of a small page."""
    return typst.Compiler(input=template, root=_ROOT, font_paths=_fonts(fonts))


@functools.lru_cache(maxsize=32)
def _fonts(fonts: Fonts) -> Any:
    paths = [FONTS, _folder_of(fonts)] if fonts else [FONTS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=paths)


def _folder_of(fonts: Fonts) -> Path:
    """A folder with the files, until this process ends: typst reads fonts from files only, and when it needs them."""
    folder = Path(tempfile.mkdtemp(prefix="testigo-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for place, font in enumerate(fonts):
        (folder / f"{place}.otf").write_bytes(font.file())
    return folder


def _explained(template: Path, error: Any) -> InvalidInput:
    return InvalidInput("page.cannot-be-set", place=template.name, why=str(error.message))
