"""`testigo fingerprint identify` and `gallery build`: whose finger is this, of a folder of prints or a gallery?"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from testigo import storage
from testigo.cli.output import COMPILING, Bar, console, patience, print_json, progress, table
from testigo.errors import InvalidInput
from testigo.stored import NewerFormat, StoredFormat
from testigo.words import message

if TYPE_CHECKING:
    from testigo.fingerprint.extraction import Print

gallery_app = typer.Typer(
    help="Galleries: many templates, to be searched.", no_args_is_help=True, rich_markup_mode=None
)

Dpi = Annotated[int | None, typer.Option(help="The images' resolution, where the files do not state it truly.")]
Skip = Annotated[bool, typer.Option("--skip-unreadable", help="Leave out files that cannot be read, rather than stop.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

_HEADER = "gallery.json"


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]


NAMES_FORMAT = StoredFormat("names.json", _Names, lambda first: {"names": first})
"""Beside a gallery's own files: the names of its prints, by number."""


@gallery_app.callback()
def _group() -> None:
    """Galleries: many templates, to be searched."""


@gallery_app.command()
def build(
    prints_folder: Annotated[Path, typer.Argument(metavar="PRINTS", help="A folder of images and templates.")],
    out: Annotated[Path, typer.Argument(metavar="GALLERY", help="The folder to make, new or empty.")],
    dpi: Dpi = None,
    skip_unreadable: Skip = False,
    as_json: Json = False,
) -> None:
    """Make a gallery of a folder's prints, for identify: millions are searched in it in a second or so.

    Example: testigo fingerprint gallery build fingers fingers.gallery

    Python: with Gallery.create(folder) as gallery: gallery.add(17, template)
    """
    from testigo.fingerprint import Gallery, extraction

    files = extraction.prints_in(prints_folder)
    skipped: list[str] = []
    names: list[str] = []
    with storage.new_folder(out, mode=0o700) as made, progress(message("cli", "progress.building"), len(files)) as bar:
        gallery = Gallery.create(made)
        for found in _readable(files, dpi, skipped if skip_unreadable else None, bar):
            gallery.add(len(names), found.template)
            names.append(found.name)
        if not names:
            raise InvalidInput("folder.without-readable-prints", place=prints_folder)
        NAMES_FORMAT.write(made / NAMES_FORMAT.name, _Names(tuple(names)))
        gallery.close()
    if as_json:
        print_json({"gallery": str(out), "templates": len(names), "skipped": skipped})
        return
    console.print(str(message("cli", "prints.in-gallery", count=len(names), folder=out)), soft_wrap=True)
    _say_skipped(skipped)


def identify(
    probe: Annotated[Path, typer.Argument(help="An image, or a template made by extract.")],
    gallery: Annotated[Path, typer.Argument(help="A folder of images and templates, or one made by gallery build.")],
    most: Annotated[int, typer.Option(min=1, help="How many candidates to show.")] = 10,
    dpi: Dpi = None,
    skip_unreadable: Skip = False,
    as_json: Json = False,
) -> None:
    """Search a finger among many: the prints most like it, the best first.

    A folder of prints is read and compared one by one; a gallery is searched. With k prints there are k chances of a
    false match, so log10 k is taken off each score before it is judged.

    Example: testigo fingerprint identify probe.png fingers.gallery --most 5

    Python: candidates = Gallery.open(Path("fingers.gallery")).identify(extract(FingerImage.read("probe.png")))
    """
    from testigo.fingerprint import extraction

    wanted = extraction.read_print(probe, dpi=dpi)
    skipped: list[str] = []
    if (gallery / _HEADER).is_file():
        with patience(COMPILING):
            scored, compared = _searched(wanted, gallery, most)
    else:
        own = storage.resolved(probe)
        files = [path for path in extraction.prints_in(gallery) if storage.resolved(path) != own]
        with progress(message("cli", "progress.reading-prints"), len(files)) as bar:
            known = list(_readable(files, dpi, skipped if skip_unreadable else None, bar))
        if not known:
            raise InvalidInput("folder.without-other-prints", place=gallery)
        with patience(COMPILING):
            scored, compared = _compared(wanted, known, most), len(known)
    answer = _answer(wanted, scored, compared) | {"skipped": skipped}
    if as_json:
        print_json(answer)
        return
    _print(answer)


def _readable(files: list[Path], dpi: int | None, skipped: list[str] | None, bar: Bar) -> "Iterator[Print]":
    """The prints that can be read; the others' names go into `skipped`, or stop all where there is none."""
    from testigo.fingerprint import extraction

    for path, found in zip(files, extraction.each_print(files, dpi=dpi), strict=True):
        if isinstance(found, extraction.Print):
            yield found
        elif skipped is None:
            raise InvalidInput("print.unreadable", place=path, why=found.message, how=found.hint_message)
        else:
            skipped.append(path.name)
        bar.advance()


def _searched(wanted: "Print", folder: Path, most: int) -> tuple[list[tuple[str, float]], int]:
    """Names and scores of a gallery's candidates, and how many templates it has."""

    from testigo.fingerprint import Gallery

    opened = Gallery.open(folder)
    found = opened.identify(wanted.template, most)
    file = folder / NAMES_FORMAT.name
    if not file.is_file():  # made in Python: its numbers are its maker's
        return [(str(one.number), one.score) for one in found], len(opened)
    try:
        names = NAMES_FORMAT.read(file, limit=1 << 32).names
    except NewerFormat:
        raise
    except InvalidInput as error:
        raise InvalidInput("gallery.names-unreadable", place=file) from error
    # a name that is not its print's would be somebody else's
    if len(names) != len(opened) or not all(0 <= one.number < len(names) for one in found):
        raise InvalidInput("gallery.other-names", place=folder)
    return [(names[one.number], one.score) for one in found], len(opened)


def _compared(wanted: "Print", known: "list[Print]", most: int) -> list[tuple[str, float]]:
    """Names and scores of those most like the probe, by comparing all."""
    from testigo import fingerprint

    scores = fingerprint.Matcher([one.template for one in known]).scores(wanted.template)
    best = sorted(range(len(known)), key=lambda number: (-scores[number], known[number].name))[:most]
    return [(known[number].name, float(scores[number])) for number in best]


def _answer(wanted: "Print", scored: list[tuple[str, float]], compared: int) -> dict[str, Any]:
    from testigo import fingerprint

    off = math.log10(compared) if compared else 0.0
    return {
        "probe": wanted.name,
        "minutiae": len(wanted.template),
        "compared": compared,
        "threshold": fingerprint.THRESHOLD,
        "candidates": [
            {
                "name": name,
                "score": round(max(0.0, score - off), 4),
                "single_score": round(score, 4),
                "matched": score - off >= fingerprint.THRESHOLD,
            }
            for name, score in scored
        ],
    }


def _print(answer: dict[str, Any]) -> None:
    decisions = {True: message("cli", "prints.matched"), False: message("cli", "prints.not-matched")}
    rows = [(one["name"], f"{one['score']:.2f}", decisions[one["matched"]]) for one in answer["candidates"]]
    probe, count = answer["probe"], answer["compared"]
    if rows:
        columns = [str(message("cli", f"prints.{column}")) for column in ("name", "score", "decision")]
        table(str(message("cli", "prints.similar", probe=probe, count=count)), columns, rows)
    else:
        console.print(str(message("cli", "prints.none-similar", probe=probe, count=count)), soft_wrap=True)
    threshold = message("cli", "prints.threshold", threshold=f"{answer['threshold']:.2f}")
    console.print(str(threshold), soft_wrap=True)
    _say_skipped(answer["skipped"])


def _say_skipped(skipped: list[str]) -> None:
    if skipped:
        console.print(str(message("cli", "prints.left-out", names=skipped)), soft_wrap=True)
