"""The paper vote: one ballot in words on an 80 mm slip. The text is the vote; the QR code only helps a reader.

Every slip of one ballot style and language has the same length, whatever was chosen: each contest has as many rows as
it allows choices, each row as high as its longest option needs. So a folded slip tells nothing, and no choice can be
added later, because an unused row says that it is unused. Nothing on the slip says when, in which order, or by whom.

A new paper size is a template beside `slip.typ` and a case in `Slip`; docs/paper-vote.md describes the page and its
QR code.
"""

import io
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from testigo.ballot.marks import Ballot
from testigo.ballot.slip_number import check_slip_number
from testigo.election import Contest, Definition, Option
from testigo.errors import InvalidInput
from testigo.paper import typeset
from testigo.paper.frame import CORNER_MARKS, PPI
from testigo.slip import qr
from testigo.words import FIRST, Either, section, voter_languages

TEMPLATE = Path(__file__).with_name("slip.typ")

CODE_LINE_LENGTH = 35
"""How many characters fit on a code line (station, ballot style)."""


class Row(msgspec.Struct, frozen=True):
    """What one row of a contest says: the option's name, and its party."""

    name: str
    party: str = ""


class Slip(msgspec.Struct, frozen=True):
    """One paper vote, ready to print. `language`: the voter's; texts it lacks are in the election's first language.

    Raises `InvalidInput` on construction for a ballot style that the station does not have, for a wrong number, and for
    a language the election does not offer.
    """

    definition: Definition
    station: str
    ballot: Ballot
    number: str
    language: str

    def __post_init__(self) -> None:
        self.definition.style_of(self.station, self.ballot.style)
        if check_slip_number(self.number) != self.number:
            raise InvalidInput("slip-number.not-as-printed", number=self.number[:40])
        if self.language not in self.definition.languages:
            raise InvalidInput(
                "slip.unknown-language", name=self.language[:40], languages=Either(self.definition.languages)
            )

    def pdf(self) -> bytes:
        """The slip as a PDF page 80 mm wide. The same slip gives the same bytes."""
        return typeset.compile(TEMPLATE, self.page(margin=4), format="pdf", fonts=self.definition.fonts)

    def png(self) -> bytes:
        """The slip as a black-and-white PNG 576 dots wide, as a printer with 8 dots a millimetre prints it."""
        grey = Image.open(io.BytesIO(self.grey_png())).convert("L")
        made = io.BytesIO()
        grey.point(lambda level: 255 if level > 150 else 0, mode="1").save(made, "PNG", dpi=(PPI, PPI))
        return made.getvalue()

    def grey_png(self) -> bytes:
        """The same page before it is made black and white; what readers compare with."""
        return typeset.compile(TEMPLATE, self.page(), format="png", ppi=PPI, fonts=self.definition.fonts)

    def rows(self) -> dict[str, tuple[Row, ...]]:
        """What each contest's rows say, in order; every contest has `choose` rows."""
        return {contest_id: self._rows_of(self.definition.contest(contest_id)) for contest_id in self.ballot.choices}

    def text_lines(self) -> tuple[str, ...]:
        """The vote in words, a line a row, as a screen reader says it before the voter confirms."""
        lines = [self.definition.words(self.definition.title, self.language)]
        for contest_id, rows in self.rows().items():
            lines.append(self.definition.words(self.definition.contest(contest_id).title, self.language))
            lines.extend(", ".join(filter(None, (row.name, row.party))) for row in rows)
        return (*lines, self.number)

    def qr_payload(self) -> str:
        """What the QR code holds; `testigo.slip.qr` says how it is made."""
        return qr.QrVote(self.station, self.ballot, self.number, self.language).encode(self.definition)

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """The template's data. `margin`: millimetres of paper on each side of the 72 printed ones."""
        definition = self.definition
        payload = self.qr_payload()
        svg, modules = qr_picture(payload)
        station = definition.station(self.station)
        return {
            "margin": margin,
            "language": typeset.language_of_text(self.language),
            "number": list(self.number),
            "station": list(station_line(definition, self.station)),
            "style": list(style_line(self.ballot.style, self.language)),
            "title": definition.words(definition.title, self.language),
            "place": f"{station.name} · {definition.date}",
            "qr": svg,
            "qr-modules": modules,
            "marks": CORNER_MARKS,
            "foot": self._label("foot"),
            "contests": [
                self._contest(definition.contest(contest_id), rows) for contest_id, rows in self.rows().items()
            ],
        }

    def _contest(self, contest: Contest, rows: tuple[Row, ...]) -> dict[str, Any]:
        possible = [self._row(option) for option in contest.options]
        return {
            "title": self.definition.words(contest.title, self.language),
            "note": self._label("one") if contest.choose == 1 else self._label("many").format(choose=contest.choose),
            "rows": rows,
            "measured": [*possible, Row(self._label("blank")), Row("", self._label("unused"))],
        }

    def _rows_of(self, contest: Contest) -> tuple[Row, ...]:
        chosen = [self._row(contest.option(option_id)) for option_id in self.ballot.choices[contest.id]]
        rows = chosen or [Row(self._label("blank"))]
        unused = Row("", self._label("unused"))
        return (*rows, *[unused] * (contest.choose - len(rows)))

    def _row(self, option: Option) -> Row:
        name = self.definition.words(option.name, self.language)
        if not option.party:
            return Row(name)
        party = self.definition.party(option.party)
        full = self.definition.words(party.name, self.language)
        if full == name:
            return Row(name, party.abbreviation)
        return Row(name, party.abbreviation if full == party.abbreviation else f"{party.abbreviation} · {full}")

    def _label(self, name: str) -> str:
        for language in (self.language, *self.definition.languages):
            if language in voter_languages():
                return section(language, "slip")[name]
        return section(FIRST, "slip")[name]


def station_line(definition: Definition, station_id: str) -> str:
    """The code line that names election (eight digits of its digest) and station; raises `InvalidInput` if too long."""
    return _code_line(f"{qr.digest_prefix(definition)[:8]} {station_id}")


def style_line(style_id: str, language: str) -> str:
    """The code line that names ballot style and language; raises `InvalidInput` if too long."""
    return _code_line(f"{style_id} {language}")


def qr_picture(payload: str) -> tuple[str, int]:
    """The QR code as SVG, and how many modules wide it is."""
    svg = typeset.qr_svg(payload)
    return svg, int(svg.split('width="', 1)[1].split('"', 1)[0])


def _code_line(line: str) -> str:
    if len(line) > CODE_LINE_LENGTH:
        raise InvalidInput("slip.code-line-too-long", line=line[:80], most=CODE_LINE_LENGTH)
    return line
