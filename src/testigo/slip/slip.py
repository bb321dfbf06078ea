"""The paper vote: one ballot in words on an 80 mm slip. The text is the vote; the QR code only helps a reader.

Every slip of one ballot style has the same length, whatever was chosen: each contest has as many rows as it allows
choices (in an open list first the list's, then its candidates'), each row as high as the longest of them needs. So a
folded slip tells nothing, and no choice can be added later, because an unused row says that it is unused. Nothing on
the slip says when, in which order, or by whom.

Nor does it say in which language the voter read the screens: every slip bears the texts of all the election's
languages, the first (official) one large and above, each other smaller and below it where it says something else
(docs/adr/2026-11-28-all-languages-on-every-slip.md).

A new paper size is a template beside `slip.typ` and a case in `Slip`; docs/paper-vote.md describes the page and its
QR code.
"""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from PIL import Image

from testigo.ballot.marks import Ballot, numbered, options_in, preferences_in
from testigo.ballot.slip_number import check_slip_number
from testigo.election import Contest, Definition, Option, is_training, limits
from testigo.errors import InvalidInput
from testigo.paper import typeset
from testigo.paper.directions import isolated
from testigo.paper.frame import CORNER_MARKS, PPI
from testigo.paper.sample import sample_words
from testigo.slip import qr
from testigo.slip.texts import PaperTexts, Row, part
from testigo.words import Either, with_commas

_MOST_QR_CHARACTERS = 1500
"""So many make a code 54 mm wide (version 23, error correction M); choices that need more are in the text alone."""


QR_AT, QR_MODULE = (9.0, 1.0), 0.5
"""Millimetres: where in the tail the QR code stands in `slip.typ`, and how large a module is."""

_BELOW_TAIL = 2.0
"""Millimetres of paper below the tail: a margin, and what the template adds."""


class Slip(msgspec.Struct, frozen=True):
    """One paper vote, ready to print. `language`: the voter's, in which `text_lines` says it; the paper is the same in
    all.

    Raises `InvalidInput` on construction for a ballot style that the station does not have, for a wrong number, and for
    a language the election does not offer.
    """

    definition: Definition
    station: str
    ballot: Ballot
    number: str
    language: str

    TEMPLATE: ClassVar[Path] = Path(__file__).with_name("slip.typ")

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
        return typeset.compile(self.TEMPLATE, self.page(margin=4), format="pdf", fonts=self.definition.fonts)

    def png(self) -> bytes:
        """The slip as a black-and-white PNG 576 dots wide, as a printer with 8 dots a millimetre prints it."""
        grey = Image.open(io.BytesIO(self.grey_png())).convert("L")
        made = io.BytesIO()
        grey.point(lambda level: 255 if level > 150 else 0, mode="1").save(made, "PNG", dpi=(PPI, PPI))
        return made.getvalue()

    def grey_png(self, page: Mapping[str, Any] | None = None) -> bytes:
        """The same page before it is made black and white; what readers compare with. `page`: data with other rows."""
        return typeset.compile(self.TEMPLATE, page or self.page(), format="png", ppi=PPI, fonts=self.definition.fonts)

    def regions(self) -> list[dict[str, Any]]:
        """Where the parts of the page stand: `kind` (head, contest, row, tail), `contest`, `row`, `top` and `height` in
        millimetres, from the top down.
        """
        return typeset.query(self.TEMPLATE, self.page(), "<region>", fonts=self.definition.fonts)

    def length(self) -> float:
        """Millimetres of paper: the same for every ballot of the style. A sheet may have `frame.LONGEST`."""
        tail = self.regions()[-1]
        return float(tail["top"] + tail["height"]) + _BELOW_TAIL

    def rows(self) -> dict[str, tuple[Row, ...]]:
        """What each contest's rows say in the slip's language, in order; every contest has `Contest.rows`."""
        return {
            contest_id: tuple(make(self.language) for make in self._rows_of(self.definition.contest(contest_id)))
            for contest_id in self.ballot.choices
        }

    def text_lines(self) -> tuple[str, ...]:
        """The vote in words, a line a row, as a screen reader says it before the voter confirms."""
        lines = [self.definition.words(self.definition.title, self.language)]
        for contest_id, rows in self.rows().items():
            lines.append(self.definition.words(self.definition.contest(contest_id).title, self.language))
            lines.extend(with_commas((row.name, row.party), self.language) for row in rows)
        return (*lines, self.number)

    def qr_payload(self) -> str:
        """What the QR code holds; `testigo.slip.qr` says how it is made."""
        return qr.QrVote(self.station, self.ballot, self.number).encode(self.definition)

    def qr_modules(self) -> tuple[bytes, ...]:
        """The QR code as rows of modules, 1 for black; none where the slip has no code. It stands `QR_AT` (millimetres
        to the right and below the tail's corner), half a millimetre a module."""
        longest = self._longest_payload()
        return () if len(longest) > _MOST_QR_CHARACTERS else typeset.qr_modules(self.qr_payload(), like=longest)

    def _longest_payload(self) -> str:
        """Of all ballots of the style: with the last options, as many as may be chosen."""
        contests = (self.definition.contest(contest_id) for contest_id in self.ballot.choices)
        full = {contest.id: _last_choices(contest) for contest in contests}
        ballot = msgspec.structs.replace(self.ballot, choices=full)
        return qr.QrVote(self.station, ballot, self.number).encode(self.definition)

    def page(self, *, margin: int = 0) -> dict[str, Any]:
        """The template's data. `margin`: millimetres of paper on each side of the 72 printed ones."""
        definition = self.definition
        svg, modules = _qr_picture(self.qr_payload(), self._longest_payload())
        official, station = definition.languages[0], definition.station(self.station)
        place = f"{isolated(station.name, official)} · {isolated(definition.date, official)}"
        return {
            "margin": margin,
            "training": sample_words(definition.languages) if is_training(definition) else [],
            "number": list(self.number),
            "station": list(station_line(definition, self.station)),
            "style": list(style_line(self.ballot.style)),
            "head": self._texts.parts(lambda language: (definition.words(definition.title, language),)),
            "place": part(official, (place,)),
            "qr": svg,
            "qr-modules": modules,
            "marks": CORNER_MARKS,
            "foot": self._texts.parts(lambda language: (self._texts.label("foot", language),)),
            "contests": [self._contest(definition.contest(contest_id)) for contest_id in self.ballot.choices],
        }

    def _contest(self, contest: Contest) -> dict[str, Any]:
        return {
            "heading": self._texts.heading(contest),
            "rows": [self._row_parts(make) for make in self._rows_of(contest)],
            "measured": [self._row_parts(make) for make in self._possible(contest)],
        }

    def _rows_of(self, contest: Contest) -> list[Callable[[str], Row]]:
        """For each row of the contest what makes it in a language."""
        chosen = self.ballot.choices[contest.id]
        rows = [self._maker(contest.option(option_id)) for option_id in options_in(chosen)] or [self._blank]
        rows += [self._unused] * (contest.choose - len(rows))
        rows += [self._preference(contest, name) for name in preferences_in(chosen)]
        return rows + [self._preference_unused] * (contest.rows - len(rows))

    def _possible(self, contest: Contest) -> list[Callable[[str], Row]]:
        """What makes every row that a ballot could have."""
        rows = [*(self._maker(option) for option in contest.options), self._blank, self._unused]
        if contest.preferences is None:
            return rows
        return [
            *rows,
            *(self._preference(contest, name) for name in preferences_in(contest.marks)),
            self._preference_unused,
        ]

    def _preference(self, contest: Contest, name: str) -> Callable[[str], Row]:
        return lambda language: Row(numbered(contest, name), self._texts.label("preference", language))

    def _maker(self, option: Option) -> Callable[[str], Row]:
        return lambda language: self._texts.row(option, language)

    def _blank(self, language: str) -> Row:
        return Row(self._texts.label("blank", language))

    def _unused(self, language: str) -> Row:
        return Row("", self._texts.label("unused", language))

    def _preference_unused(self, language: str) -> Row:
        return Row("", self._texts.label("preference-unused", language))

    def _row_parts(self, make: Callable[[str], Row]) -> list[dict[str, Any]]:
        return self._texts.parts(lambda language: msgspec.structs.astuple(make(language)))

    @property
    def _texts(self) -> PaperTexts:
        return PaperTexts(self.definition)


def _last_choices(contest: Contest) -> tuple[str, ...]:
    """The choices in a contest that take most characters in a QR code: as many as may be, with the largest places."""
    if contest.preferences is None:
        return tuple(option.id for option in contest.options[-contest.choose :])
    places = {name: len(str(place)) + 1 for place, name in enumerate(contest.marks)}
    full = [(option.id, *option.preferences[-contest.preferences.most :]) for option in contest.options]
    return max(full, key=lambda chosen: sum(places[name] for name in chosen))


def station_line(definition: Definition, station_id: str) -> str:
    """The code line that names election (eight digits of its digest) and station; raises `InvalidInput` if too long."""
    return code_line(f"{qr.digest_prefix(definition)[:8]} {station_id}")


def style_line(style_id: str) -> str:
    """The code line that names the ballot style; raises `InvalidInput` if too long."""
    return code_line(style_id)


def _qr_picture(payload: str, longest: str) -> tuple[str, int]:
    """The QR code as SVG, as large as that of the `longest` payload, and how many modules wide it is.

    None, and 0, where there is no room for the longest."""
    if len(longest) > _MOST_QR_CHARACTERS:
        return "", 0
    svg = typeset.qr_svg(payload, like=longest)
    return svg, typeset.svg_width(svg)


def code_line(line: str) -> str:
    """The line itself; raises `InvalidInput` if it is too long."""
    if len(line) > limits.CODE_LINE:
        raise InvalidInput("slip.code-line-too-long", line=line[:80], most=limits.CODE_LINE)
    return line
