"""Whether a slip is as it was printed: nothing written on it, nothing of its print gone, nothing coloured."""

import numpy as np
from numpy.typing import NDArray

from testigo.paper.frame import DOTS_PER_MM, MARK
from testigo.scan.alterations import find_alteration, find_highlighter
from testigo.scan.ink import Colours, Ink
from testigo.scan.register import is_off, lay_over
from testigo.scan.sheets import COLOURS_PER_MM
from testigo.slip_reader.doubts import Doubt, named
from testigo.slip_reader.legal_print import Area, LegalPrint
from testigo.words import Message, message


def require_unaltered(
    flat: Ink, legal: LegalPrint, print_: Ink, code: Area, shadows: NDArray[np.bool_], *, code_differs: bool
) -> None:
    """Raise `Doubt` where something was written on the slip or its print is gone. Passed over are a QR code that says
    something else, which is known to differ; the edges of shadows; and the corner marks, which were found."""
    height = min(len(print_), len(shadows))
    seen, print_, unknown = lay_over(flat, print_[:height]), print_[:height], shadows[:height].copy()
    unknown[code] |= code_differs
    for left, top in legal.marks():
        rows, columns = (slice(max(at - _AROUND_MARK, 0), at + _MARK_DOTS + _AROUND_MARK) for at in (top, left))
        unknown[rows, columns] = True
    found = find_alteration(seen, print_, code, unknown, above=legal.regions[-1].top)
    if found:
        around = (slice(max(found.down - 16, 0), found.down + 17), slice(max(found.across - 16, 0), found.across + 17))
        kind = "in-shadow" if shadows[around].any() else found.kind
        if kind in ("marked", "gone") and is_off(seen, print_, (found.across, found.down)):
            kind = "bent"
        raise Doubt(f"slip-part.{kind}", part=_part_at(legal, code, found.across, found.down))


_MARK_DOTS, _AROUND_MARK = round(MARK * DOTS_PER_MM), 10


def require_uncoloured(colours: Colours, legal: LegalPrint) -> None:
    """Raise `Doubt` where a colour was laid over print or paper."""
    found = find_highlighter(colours)
    if found:
        dots = DOTS_PER_MM // COLOURS_PER_MM
        nowhere = (slice(0, 0), slice(0, 0))
        raise Doubt("slip-part.coloured", part=_part_at(legal, nowhere, found[0] * dots, found[1] * dots))


def _part_at(legal: LegalPrint, code: Area, across: int, down: int) -> Message:
    """What stands at that dot."""
    if code[0].start <= down < code[0].stop and code[1].start <= across < code[1].stop:
        return message("term", "slip-part.qr-code")
    region = next((each for each in legal.regions if down < each.top + each.height + DOTS_PER_MM), legal.regions[-1])
    if region.kind == "head" and down < region.top:
        lines = {"number": 8.0, "station-line": 12.5, "style-line": 99.0}
        line = next(name for name, bottom in lines.items() if down < bottom * DOTS_PER_MM)
        return message("term", f"slip-part.{line}")
    return named(region, legal.style)
