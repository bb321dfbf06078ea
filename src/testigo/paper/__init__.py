"""Printed pages: typesetting with the fonts that are shipped, corner marks for photographs, page printers.

`typeset` turns a template and data into PDF or PNG, `frame` holds the corner marks by which a photograph of a printed
sheet is found and made flat again, `pages` puts PDF pages on paper. `sample` is the mark of a sample, `stamped`
puts it on any PDF.
"""

from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
"""The fonts that are shipped: DejaVu Sans Condensed, plain and bold."""
