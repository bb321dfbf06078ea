"""Everything that a station prints for a day on paper, beside its poll book and signature list."""

from collections.abc import Callable, Iterator

from testigo.election import Definition
from testigo.paper_mode.ballots import paper_ballot
from testigo.paper_mode.forms import blank_minutes, paper_tally_form


def paper_kit(
    definition: Definition, station_id: str, *, sample: bool = False
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files of a station by name, each with what sets it: a ballot of each style, the tally form, the minutes.

    Raises `InvalidInput` for an unknown station.
    """
    for number, style in enumerate(definition.styles_of_station(station_id), 1):
        yield (
            f"{number}-ballot-{_plain(style.id)}.pdf",
            lambda one=style.id: paper_ballot(  # type: ignore[misc]
                definition, station_id, one, sample=sample
            ),
        )
    yield "tally-form.pdf", lambda: paper_tally_form(definition, station_id, sample=sample)
    yield "minutes.pdf", lambda: blank_minutes(definition, station_id, sample=sample)


def _plain(style: str) -> str:
    """A ballot style's id as a part of a file's name."""
    return "".join(one if one.isalnum() or one in "-_" else "-" for one in style)
