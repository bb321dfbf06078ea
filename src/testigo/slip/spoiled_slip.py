"""One spoiled paper vote, named as that. Printers that keep files put it in the place of the paper; a thermal printer
prints a strip with its number, which goes with it into the envelope.
"""

import io
from pathlib import Path
from typing import ClassVar, Literal

from PIL import Image

from testigo.election import is_training
from testigo.paper import typeset
from testigo.paper.frame import PPI
from testigo.paper.sample import mark_words, sample_words
from testigo.slip.marked_slip import MarkedSlip
from testigo.slip.slip import Slip
from testigo.slip.texts import PaperTexts

_LABEL = Path(__file__).with_name("spoiled_label.typ")


class SpoiledSlip(MarkedSlip, frozen=True):
    """One spoiled paper vote. `number`: printed, so that people know which it is."""

    MARK: ClassVar[Literal["sample", "spoiled"]] = "spoiled"


def spoiled_label(slip: Slip) -> bytes:
    """The strip for a spoiled paper vote, as a black-and-white PNG 576 dots wide: what it is, its number, where both
    go. Nothing on it says what was chosen.
    """
    definition, texts = slip.definition, PaperTexts(slip.definition)
    words = mark_words(definition.languages, "spoiled")
    data = {
        "words": [*(sample_words(definition.languages) if is_training(definition) else ()), *words],
        "number": list(slip.number),
        "how": texts.parts(lambda language: (texts.label("spoiled-label", language),)),
    }
    grey = Image.open(io.BytesIO(typeset.compile(_LABEL, data, format="png", ppi=PPI, fonts=definition.fonts)))
    made = io.BytesIO()
    grey.convert("L").point(lambda level: 255 if level > 150 else 0, mode="1").save(made, "PNG", dpi=(PPI, PPI))
    return made.getvalue()
