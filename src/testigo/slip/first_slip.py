"""The paper vote as releases 0.1 and 0.2 printed it: in one language, which its second code line names.

Boxes of those elections are kept, so their slips are read by every later release. None is printed any more.
"""

from pathlib import Path
from typing import Any, ClassVar

from testigo.election import Contest
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage
from testigo.paper.frame import CORNER_MARKS
from testigo.slip.slip import Slip, code_line, station_line

FEET_OF_0_1 = {
    "es": "Lea su voto. Si es correcto, confírmelo en la pantalla, dóblelo y échelo en la caja. "
    "Lo que cuenta es este texto."
}
"""The foot as release 0.1 printed it, where it had other words."""


class FirstSlip(Slip, frozen=True):
    """One paper vote of the first form, to compare a photograph with. `language`: the one it is printed in; `foot`: its
    foot, where it is not today's."""

    foot: str = ""

    TEMPLATE: ClassVar[Path] = Path(__file__).with_name("slip-1.typ")

    def qr_payload(self) -> str:
        """As `T1` had it: the place of the slip's language stands before the number."""
        _, digest, station, style, *rest = super().qr_payload().split("*")
        place = self.definition.languages.index(self.language)
        return "*".join(("T1", digest, station, style, str(place), *rest))

    def qr_modules(self) -> tuple[bytes, ...]:
        """The code had the size that its own choices need."""
        return typeset.qr_modules(self.qr_payload())

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """The data of the first template."""
        definition, station = self.definition, self.definition.station(self.station)
        svg = typeset.qr_svg(self.qr_payload())
        return {
            "margin": margin,
            "language": PageLanguage.of(self.language).lang,
            "number": list(self.number),
            "station": list(station_line(definition, self.station)),
            "style": list(first_style_line(self.ballot.style, self.language)),
            "title": definition.words(definition.title, self.language),
            "place": f"{station.name} · {definition.date}",
            "qr": svg,
            "qr-modules": typeset.svg_width(svg),
            "marks": CORNER_MARKS,
            "foot": self.foot or self._texts.label("foot", self.language),
            "contests": [self._contest(definition.contest(contest_id)) for contest_id in self.ballot.choices],
        }

    def _contest(self, contest: Contest) -> dict[str, Any]:
        return {
            "title": self.definition.words(contest.title, self.language),
            "note": self._texts.note(contest, self.language),
            "rows": [make(self.language) for make in self._rows_of(contest)],
            "measured": [make(self.language) for make in self._possible(contest)],
        }


def first_style_line(style_id: str, language: str) -> str:
    """The code line that named ballot style and language; raises `InvalidInput` if too long."""
    return code_line(f"{style_id} {language}")
