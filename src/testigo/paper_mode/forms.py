"""What a station fills in on a day on paper: the tally form of the count by hand, and the minutes with its steps.

The tally form is for strokes while the papers are counted; two persons fill in one each. The minutes has the counters,
the figures, why it was held on paper and places for signatures; it is the paper with which the authority compares the
signed `manual-tally`. `filled_minutes` prints the same page with the figures that were signed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from testigo.audit.hand_count import tally_keys
from testigo.ballot import BALLOTS, BLANK, NULL, ManualTally, numbered
from testigo.election import Contest, Definition, is_preference, is_training, list_of
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.paper.stamped import stamped
from testigo.station.chair.tally_sheet import signers
from testigo.words import day, message, officers_language, section

_TEMPLATE = Path(__file__).with_name("forms.typ")
_STEPS = 9
_COUNTERS = ("signed-in", "handed-out", "spoiled", "papers")


def paper_tally_form(definition: Definition, station_id: str, *, sample: bool = False) -> bytes:
    """The form in which one person marks strokes and sums while ballots are read out, as PDF."""
    return _set(definition, station_id, "tally-form", sample=sample)


def blank_minutes(definition: Definition, station_id: str, *, sample: bool = False) -> bytes:
    """The steps of a day on paper and the minutes to be filled in, as PDF."""
    return _set(definition, station_id, "minutes", sample=sample)


def filled_minutes(definition: Definition, manual: ManualTally, digest: str) -> bytes:
    """The minutes with what was signed, as PDF. `digest`: of its statement."""
    return _set(definition, manual.station, "filled", manual=manual, digest=digest)


def _set(
    definition: Definition,
    station_id: str,
    kind: str,
    *,
    manual: ManualTally | None = None,
    digest: str = "",
    sample: bool = False,
) -> bytes:
    language = officers_language(definition.languages)
    words = dict(section(language, "paper_mode"))
    station = definition.station(station_id)
    texts = {
        "words": words,
        "title": words["tally-form" if kind == "tally-form" else "minutes"],
        "election": definition.words(definition.title, language),
        "station": f"{station.id} · {station.name} · {day(definition.date, language)}",
        "steps": [words[f"step-{number}"] for number in range(1, _STEPS + 1)] if kind == "minutes" else [],
        "groups": _groups(definition, station_id, language, words, _figures(manual)),
        "counters": _counters(words, manual),
        "about": _about(words, manual),
        "signers": signers(definition, station_id, language),
    }
    data = all_isolated(texts, language)
    data |= {"kind": kind, "language": PageLanguage.of(language), "digest": digest or definition.digest}
    pdf = typeset.compile(_TEMPLATE, data, fonts=definition.fonts)
    if sample or is_training(definition):
        return stamped(pdf, definition.languages, definition.fonts)
    return pdf


def _figures(manual: ManualTally | None) -> Mapping[tuple[str, str], int]:
    if manual is None:
        return {}
    counted = {(one.contest, what): count for one in manual.tally.contests for what, count in one.figures()}
    return {**counted, **{("", style): count for style, count in manual.tally.ballots.items()}}


def _groups(
    definition: Definition,
    station_id: str,
    language: str,
    words: Mapping[str, str],
    figures: Mapping[tuple[str, str], int],
) -> list[dict[str, Any]]:
    """The figures in the order of `tally_keys`: ballots by style, then each contest's."""
    keys = tally_keys(definition, station_id)
    groups = []
    for contest_id in dict.fromkeys(contest for contest, _ in keys):
        contest = definition.contest(contest_id) if contest_id else None
        rows = [
            {
                "label": _label(definition, contest, what, language),
                "id": what,
                "count": str(figures.get((contest_id, what), "")),
                "sum": what == BALLOTS,
            }
            for of, what in keys
            if of == contest_id
        ]
        title = definition.words(contest.title, language) if contest else words["ballots-by-style"]
        groups.append({"title": title, "rows": rows})
    return groups


def _label(definition: Definition, contest: Contest | None, what: str, language: str) -> str:
    if contest is None:
        return ""
    if what in (BLANK, NULL, BALLOTS):
        return message("term", f"figure.{what[1:-1]}").text(language)
    if is_preference(what):
        return f"– {numbered(contest, what)}"
    option = contest.option(list_of(what))
    party = (definition.party(option.party).abbreviation,) if option.party else ()
    return " · ".join((definition.words(option.name, language), *party, *definition.people(option, language)))


def _counters(words: Mapping[str, str], manual: ManualTally | None) -> list[dict[str, str]]:
    figures: Sequence[object] = ("",) * len(_COUNTERS)
    if manual is not None:
        figures = (manual.signed_in, manual.handed_out, manual.spoiled, manual.papers)
    return [{"label": words[key], "count": str(figure)} for key, figure in zip(_COUNTERS, figures, strict=True)]


def _about(words: Mapping[str, str], manual: ManualTally | None) -> list[dict[str, str]]:
    """What is written in words, each with how it was signed, or room for it."""
    if manual is None:
        return [{"label": words[key], "said": ""} for key in ("why", "machine-part", "explanation", "entered-by")]
    said = {
        "why": manual.reason,
        "machine-part": words[f"is-{manual.part}"],
        "explanation": manual.explanation or "–",
        "entered-by": " · ".join(manual.entered_by),
        **({"made-again": manual.why} if manual.why else {}),
    }
    return [{"label": words[key], "said": text} for key, text in said.items()]
