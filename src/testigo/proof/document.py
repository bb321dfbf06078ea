"""The proof as one PDF document: what it is made of, in words, for its template."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pypdfium2  # type: ignore[import-untyped]

from testigo import __version__
from testigo.election import Contest, Definition, DistinctBallot, LoadedDefinition, Option
from testigo.errors import TestigoError
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, isolated
from testigo.proof import papers
from testigo.proof.booth_pages import ORDER, BoothPage
from testigo.proof.pictures import Booth
from testigo.proof.poster import page_count, poster
from testigo.words import Value, day, language_name, message, officers_language, section

_TEMPLATE = Path(__file__).with_name("proof.typ")
_MORE_LINES = 3
"""Lines for signatures of others."""


class Selection(msgspec.Struct, frozen=True):
    """What a proof is of. `ballots`: those shown. `stations`: whose sheets and posters are. `languages`: of the booth's
    pages and of the posters. `made`: day on its front page, YYYY-MM-DD.
    """

    ballots: tuple[DistinctBallot, ...]
    stations: tuple[str, ...]
    languages: tuple[str, ...]
    made: str


class Proof(msgspec.Struct, frozen=True):
    """The finished document. `pages`: of it; `pictures`: photographs of the booth's pages."""

    pdf: bytes
    pages: int
    pictures: int


def make_proof(loaded: LoadedDefinition, selection: Selection, booth: Booth | None) -> Proof:
    """The proof of a definition. `booth`: the photographs; None for a proof without, which says so.

    The same definition, selection and photographs give the same bytes.
    """
    made = _Document(loaded, selection, booth or Booth(), without=booth is None)
    data = made.data()
    pdf = typeset.compile(_TEMPLATE, data, fonts=loaded.definition.fonts, files=made.files)
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return Proof(pdf, len(document), sum(len(one.photographs) for one in made.booth.pictures))


class _Document:
    """The template's data, and the files that it names."""

    def __init__(self, loaded: LoadedDefinition, selection: Selection, booth: Booth, *, without: bool) -> None:
        self.definition: Definition = loaded.definition
        self.booth = booth
        self.files: dict[str, bytes] = {}
        self._warnings = loaded.warnings
        self._selection = selection
        self._without = without
        self._language = officers_language(loaded.definition.languages)

    def data(self) -> dict[str, Any]:
        """All of it; texts of the definition isolated, so that names of both directions stand in one line."""
        definition = self.definition
        return {
            "language": PageLanguage.of(self._language),
            "words": dict(section(self._language, "proof")),
            "titles": self._parts(definition.title),
            "lines": self._lines(),
            "digest": definition.digest,
            "without": self._say("without-pages") if self._without else "",
            "warnings": [self._isolated(_without_folder(one).text(self._language)) for one in self._warnings],
            "signers": self._signers(),
            "contests": [self._contest(one) for one in self._contests()],
            "ballots": [self._ballot(place, one) for place, one in enumerate(self._selection.ballots)],
            "groups": self._groups(),
            "papers": [self._slips(), *self._sheets(), self._posters()],
        }

    def _lines(self) -> list[dict[str, str]]:
        definition = self.definition
        lines = {
            "day": f"{day(definition.date, self._language)}, {definition.opens} – {definition.closes}",
            "id": definition.id,
            "languages": ", ".join(language_name(language) for language in definition.languages),
            "size": self._say(
                "size-of", stations=len(definition.stations), contests=len(definition.contests),
                options=sum(len(contest.options) for contest in definition.contests),
            ),
            "shown": self._say(
                "shown-of", ballots=len(self._selection.ballots), stations=list(self._selection.stations),
                languages=[language_name(language) for language in self._selection.languages],
            ),
            "made": f"{day(self._selection.made, self._language)}, Testigo {__version__}",
        }  # fmt: skip
        return [{"label": self._say(name), "value": self._isolated(value)} for name, value in lines.items()]

    def _signers(self) -> list[str]:
        parties = [
            f"{party.abbreviation} · {self.definition.words(party.name, self._language)}"
            for party in self.definition.parties
        ]
        independent = section(self._language, "tally_sheet")["independent"]
        names = [
            self.definition.words(one.name, self._language)
            for contest in self._contests()
            for one in contest.independents
        ]
        others = [f"{name} ({independent})" for name in dict.fromkeys(names)]
        return [self._say("authority"), *map(self._isolated, (*parties, *others)), *[""] * _MORE_LINES]

    # ---- texts and ballots

    def _contests(self) -> list[Contest]:
        shown = {contest for ballot in self._selection.ballots for contest in ballot.style.contests}
        return [contest for contest in self.definition.contests if contest.id in shown]

    def _contest(self, contest: Contest) -> dict[str, Any]:
        return {
            "id": contest.id,
            "titles": self._parts(contest.title),
            "head": self._head(contest),
            "rows": [self._option(option) for option in contest.options],
        }

    def _head(self, contest: Contest) -> str:
        head = self._say("contest-head", choose=contest.choose, options=len(contest.options), seats=contest.offices)
        if contest.preferences is None:
            return head
        return "; ".join((head, self._say("contest-head-candidates", most=contest.preferences.most)))

    def _option(self, option: Option) -> dict[str, Any]:
        more = []
        if option.party:
            party = self.definition.party(option.party)
            more = self._parts(party.name, before=f"{party.abbreviation} · ")
        if option.candidates:
            more.append(self._part(", ".join(option.candidates), self.definition.languages[0]))
        for person in option.people:
            more += self._parts(person.role, after=f": {person.name}")
        return {"id": option.id, "names": self._parts(option.name), "more": more}

    def _ballot(self, place: int, ballot: DistinctBallot) -> dict[str, Any]:
        station = self.definition.station(ballot.station)
        contests = map(self.definition.contest, ballot.style.contests)
        shown = self.booth.of_ballots[place] if self.booth.of_ballots else ()
        return {
            "head": self._say(
                "ballot-head", style=ballot.style.id, station=f"{station.id} · {self._isolated(station.name)}",
                count=ballot.stations,
            ),
            "contests": [self._isolated(self.definition.words(one.title, self._language)) for one in contests],
            "paper": f"slip-{place}",
            "pictures": sorted({*shown, *self.booth.common}),
        }  # fmt: skip

    # ---- pictures

    def _groups(self) -> list[dict[str, Any]]:
        """The pictures of one language and text size after the other, each under its heading."""
        groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for place, one in enumerate(self.booth.pictures):
            names = [f"page-{place}-{number}.png" for number in range(len(one.photographs))]
            self.files |= dict(zip(names, one.photographs, strict=True))
            caption = self._say(f"page.{one.page.kind}")
            if one.page.contest:
                caption = self._say("page-of", page=caption, contest=self._about(one.page), number=one.page.number)
            picture = {"place": place, "caption": caption, "files": names}
            groups.setdefault((one.page.language, one.page.size), []).append(picture)
        return [
            {
                "title": self._say("screens", language=language_name(language), size=size),
                "pictures": sorted(pictures, key=lambda one: ORDER[self.booth.pictures[one["place"]].page.kind]),
            }
            for (language, size), pictures in groups.items()
        ]

    def _about(self, page: BoothPage) -> str:
        """The contest that a page shows, and the list."""
        contest = self.definition.contest(page.contest)
        texts = [contest.title, *([contest.option(page.option).name] if page.option else [])]
        return ", ".join(self._isolated(self.definition.words(text, page.language)) for text in texts)

    # ---- papers

    def _slips(self) -> dict[str, Any]:
        """A full sample of each ballot; of the longest also a blank one, before all others."""
        full = [papers.sample_of(self.definition, ballot, full=True) for ballot in self._selection.ballots]
        pdfs = [slip.pdf() for slip in full]
        longest = max(range(len(pdfs)), key=lambda place: _height(pdfs[place]))
        blank = papers.sample_of(self.definition, self._selection.ballots[longest], full=False)
        order = [longest, *(place for place in range(len(pdfs)) if place != longest)]
        shown = [self._slip("slip-blank", "slip-blank", longest, blank.pdf(), label="")]
        shown += [
            self._slip(f"slip-{place}", "slip-full", place, pdfs[place], label=f"slip-{place}") for place in order
        ]
        note = self._say("slips-how", millimetres=round(_height(pdfs[longest])))
        return {"title": self._say("slips"), "note": note, "kind": "slips", "files": shown}

    def _slip(self, name: str, words: str, place: int, pdf: bytes, *, label: str) -> dict[str, Any]:
        ballot = self._selection.ballots[place]
        self.files[f"{name}.pdf"] = pdf
        title = self._say(words, style=ballot.style.id, station=ballot.station)
        return {"name": f"{name}.pdf", "label": label, "title": title, "height": _height(pdf), "pages": 1}

    def _sheets(self) -> list[dict[str, Any]]:
        kinds = (("zero-report", papers.zero_report), ("tally-sheet", papers.sheet_of_figures))
        return [
            self._pages(
                kind, {f"{kind}-{place}": make(self.definition, station) for place, station in self._stations()}
            )
            for kind, make in kinds
        ]

    def _posters(self) -> dict[str, Any]:
        made = {
            f"poster-{place}-{language}": poster(self.definition, station, language)
            for place, station in self._stations()
            for language in self._selection.languages
        }
        return self._pages("poster", made)

    def _stations(self) -> Sequence[tuple[int, str]]:
        return list(enumerate(self._selection.stations))

    def _pages(self, kind: str, pdfs: dict[str, bytes]) -> dict[str, Any]:
        self.files |= {f"{name}.pdf": pdf for name, pdf in pdfs.items()}
        files = [{"name": f"{name}.pdf", "pages": page_count(pdf)} for name, pdf in pdfs.items()]
        return {"title": self._say(kind), "note": self._say(f"{kind}-how"), "kind": "pages", "files": files}

    # ---- words

    def _say(self, key: str, **values: Value) -> str:
        return message("proof", key, **values).text(self._language)

    def _isolated(self, text: str) -> str:
        return isolated(text, self._language)

    def _parts(self, texts: dict[str, str], *, before: str = "", after: str = "") -> list[dict[str, Any]]:
        """A text in every language of the election, the official one first; what is the same in several once."""
        said: dict[str, str] = {}
        for language in self.definition.languages:
            said.setdefault(f"{before}{self.definition.words(texts, language)}{after}", language)
        return [self._part(text, language) for text, language in said.items()]

    def _part(self, text: str, language: str) -> dict[str, Any]:
        return {**msgspec.structs.asdict(PageLanguage.of(language)), "text": isolated(text, language)}


def _without_folder(warning: TestigoError) -> TestigoError:
    """A warning at its line of the file, wherever the file was when the proof was made."""
    return warning.at(Path(warning.place).name)


def _height(pdf: bytes) -> float:
    """Millimetres of its first page."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return float(document[0].get_height()) / 72 * 25.4
