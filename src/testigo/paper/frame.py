"""The frame of a printed sheet: corner marks by which a photograph of it is found and made flat.

Lengths are millimetres from the top left of the printed width, y down; a *dot* is an eighth of a millimetre, as
printers of 203 dots per inch have it. The marks are numbers 0 to 3 of the ArUco dictionary `4X4_50` (S. Garrido-Jurado
et al., "Automatic generation and detection of highly reliable fiducial markers under occlusion", 2014), each six by six
squares of one millimetre with its black border.
"""

DOTS_PER_MM = 8
PPI = 25.4 * DOTS_PER_MM
"""203.2 dots per inch: 576 dots on the 72 mm that an 80 mm printer prints."""

WIDTH = 72
"""Printed width."""

MARK = 6.0
"""Side of a mark."""

TOP_MARKS = ((1.0, 1.0), (65.0, 1.0))
"""Where the upper two marks stand; the lower two stand under them, farther down the longer the sheet is."""

BETWEEN_MARKS = 64.0
"""From the left marks to the right ones."""

LONGEST = 3000.0
"""Millimetres of a sheet, at most: a PDF page may be 5.08 m long, and a scan of 203 dpi has 24,000 rows then."""

CORNER_MARKS = (
    ("111111", "101001", "110101", "111001", "111011", "111111"),
    ("111111", "111111", "100001", "101101", "101011", "111111"),
    ("111111", "111001", "111001", "111011", "100101", "111111"),
    ("111111", "101101", "101101", "110111", "110011", "111111"),
)
"""Top left, top right, bottom left, bottom right: rows of bits, 1 for black."""
