"""`testigo fingerprint capture` and `readers`: a finger from a reader into a file, and what is attached."""

from pathlib import Path
from typing import Annotated

import typer

from testigo.cli.output import console, errors, print_json, table
from testigo.words import message

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Reader = Annotated[
    str,
    typer.Option(help="usb, usb:DRIVER, dropped:FOLDER (a vendor's program drops images there) or folder:FOLDER."),
]


def capture(
    out: Annotated[Path, typer.Argument(help="The PNG file to write; it must not be there yet.")],
    reader: Reader = "usb",
    tries: Annotated[int, typer.Option(min=1, max=20, help="How often to ask for the finger, at most.")] = 3,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds to wait for it each time.")] = 15.0,
    dpi: Annotated[int | None, typer.Option(help="The reader's resolution, where its driver does not know it.")] = None,
    as_json: Json = False,
) -> None:
    """Take one finger from a reader, say what is wrong with it, and try again.

    Example: testigo fingerprint capture thumb.png

    Python: taken = reader.take(reader.open_reader("usb"))
    """
    from testigo import fingerprint, storage
    from testigo.fingerprint import reader as readers

    opened = readers.open_reader(reader, dpi=dpi)
    with opened:
        errors.print(str(message("cli", "capture.put-the-finger")))
        taken = readers.take(opened, tries=tries, timeout=timeout, tell=_tell)
    storage.write_new(out, taken.image.to_png())
    score = fingerprint.quality(taken.image, fingerprint.extract(taken.image))
    if as_json:
        print_json(
            {
                "image": str(out),
                "width": taken.image.width,
                "height": taken.image.height,
                "dpi": taken.image.dpi,
                "quality": score,
                "wrong": taken.wrong.as_json() if taken.wrong else None,
            }
        )
        return
    if taken.wrong is not None:
        errors.print(str(message("cli", "capture.best-kept", wrong=str(taken.wrong))))
    word = fingerprint.quality_label(score)
    console.print(str(message("cli", "capture.done", file=out, score=score, word=word)))


def readers(as_json: Json = False) -> None:
    """List the attached USB readers that libfprint knows, and whether they give images.

    Example: testigo fingerprint readers

    Python: reader.attached_readers()
    """
    from testigo.fingerprint.reader import attached_readers

    found = attached_readers()
    if as_json:
        print_json(found)
        return
    if not found:
        console.print(str(message("cli", "readers.none")))
        return
    yes, no = (str(message("cli", f"readers.{images}")) for images in ("gives-images", "gives-none"))
    rows = [(one.name, f"usb:{one.driver}", yes if one.images else no) for one in found]
    columns = (str(message("cli", "readers.reader")), "--reader", str(message("cli", "readers.images")))
    table(str(message("cli", "readers.title")), columns, rows)


def _tell(wrong: Exception, left: int) -> None:
    errors.print(f"{wrong} {message('cli', 'capture.tries-left', count=left)}")
