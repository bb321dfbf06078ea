"""The check-in's lines on the page of readiness: reader, disk, poll book."""

from pathlib import Path

from testigo.errors import TestigoError
from testigo.fingerprint.reader import Reader, TryAgain
from testigo.station.machine.readiness import ReadinessLine, failed, line, tried
from testigo.station.machine.self_test import disk
from testigo.words import message


def check_in_lines(folder: Path, reader: Reader | None, *, registered: int) -> tuple[ReadinessLine, ...]:
    """The check-in. `reader`: the desk's, None where images are chosen as files."""
    book = line("poll-book", "ok", message("hardware", "poll-book.loaded", count=registered))
    return (
        _reader_line(reader),
        tried("disk", lambda: disk(folder)),
        book if registered else line("poll-book", "failed", message("hardware", "poll-book.none")),
    )


def _reader_line(reader: Reader | None) -> ReadinessLine:
    if reader is None:
        return line("finger", "warning", message("hardware", "reader.none"))
    try:
        reader.capture(1.0)
    except TryAgain:
        pass  # nobody put a finger on it: the reader is well
    except TestigoError as error:
        return failed("finger", error)
    return line("finger", "ok", message("hardware", "reader.answers"))
