"""`testigo fingerprint convert`: templates and images from one format into another."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from testigo import storage
from testigo.cli.output import print_json, say
from testigo.errors import InvalidInput
from testigo.words import Either, message

if TYPE_CHECKING:
    from testigo.fingerprint import Conversion


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A template or an image, in any format that is read.")],
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    to: Annotated[
        str | None,
        typer.Option(
            help="iso-2005, iso-2011, ansi-2004 or ansi-2009 (templates); png, bmp, tiff, fir-2005 or fir-2011 "
            "(images). By default what OUT ends like: .fmr is iso-2005, .fir is fir-2011."
        ),
    ] = None,
    dpi: Annotated[int | None, typer.Option(help="The resolution, where IN does not state it truly.")] = None,
    finger: Annotated[
        str | None, typer.Option(help="The finger (left-index), where IN has several, or does not say which it is.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over OUT if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Write a template or an image in another format; an image becomes a template by extraction.

    Templates are read from ISO/IEC 19794-2 (2005, 2011) and ANSI INCITS 378 (2004, 2009); images from ISO/IEC 19794-4,
    WSQ, JPEG 2000, PNG, BMP, TIFF and JPEG. What is written is as exact as the format: only the two-degree angles of
    ANSI lose anything.

    Example: testigo fingerprint convert card.iso thumb.fmr --to ansi-2004 --finger right-thumb

    Python: data = convert("card.iso", "ansi-2004", position=Position.RIGHT_THUMB).data
    """
    from testigo import fingerprint
    from testigo.fingerprint.extraction import BY_ENDING

    target = to or BY_ENDING.get(out.suffix.lower())
    if target is None:
        raise InvalidInput("format.not-said", place=out, endings=Either(BY_ENDING))
    position = fingerprint.Position.named(finger) if finger else None
    made = fingerprint.convert(source, target, dpi=dpi, position=position)
    if replace:
        storage.write(out, made.data, mode=0o600)
    else:
        storage.write_new(out, made.data)
    if as_json:
        print_json(_fields(source, out, made))
        return
    size = len(made.data)
    say(message("cli", "converted", source=source, was=made.source, out=out, to=made.to, size=size))


def _fields(source: Path, out: Path, made: "Conversion") -> dict[str, Any]:
    from testigo.fingerprint import FingerImage

    what: dict[str, Any] = {"width": made.content.width, "height": made.content.height}
    if isinstance(made.content, FingerImage):
        what["dpi"] = made.content.dpi
    else:
        what["minutiae"] = len(made.content)
    return {
        "in": {"path": str(source), "format": made.source},
        "out": {"path": str(out), "format": made.to, "bytes": len(made.data)},
        "finger": made.position.word if made.position else None,
        **what,
    }
