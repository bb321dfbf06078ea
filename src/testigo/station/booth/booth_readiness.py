"""The booth's lines on the page of readiness: printer, letters, screen, disk, cards."""

from collections.abc import Callable

from testigo.errors import TestigoError
from testigo.slip import Printer
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.readiness import Outcome, ReadinessLine, failed, line, tried
from testigo.station.machine.screen_seen import ScreenSeen
from testigo.station.machine.self_test import blank_slip, disk, read_back
from testigo.words import message


def booth_lines(
    folder: MachineFolder, printer: Printer, screen: ScreenSeen | None, *, cards: int, print_slip: bool
) -> tuple[ReadinessLine, ...]:
    """The booth. `screen`: what its browser told; `print_slip`: whether a test slip is to be printed."""
    slip = blank_slip(folder.definition, folder.station_id)
    return (
        _printer_line(printer, lambda: printer.print_slip(slip) if print_slip else None, printed=print_slip),
        tried("fonts", lambda: read_back(slip, slip.grey_png())),
        *_screen_lines(screen),
        tried("disk", lambda: disk(folder.path)),
        _cards_line(cards),
    )


def _cards_line(cards: int) -> ReadinessLine:
    if not cards:
        return line("cards", "failed", message("hardware", "cards.none"))
    return line("cards", "ok", message("hardware", "cards.made", count=cards))


def _printer_line(printer: Printer, print_slip: Callable[[], None], *, printed: bool) -> ReadinessLine:
    try:
        answers = printer.is_ready()
        print_slip()
    except TestigoError as error:
        return failed("printer", error)
    if printed:
        return line("printer", "ok", message("hardware", "printer.printed-test"))
    if answers:
        return line("printer", "ok", message("hardware", "printer.ready"))
    return line("printer", "warning", message("hardware", "printer.quiet"))


def _screen_lines(screen: ScreenSeen | None) -> tuple[ReadinessLine, ...]:
    if screen is None:
        return (line("screen", "warning", message("hardware", "screen.not-seen")),)
    outcome: Outcome = "ok" if screen.large_enough else "failed"
    found = message(
        "hardware",
        "screen.seen" if screen.large_enough else "screen.too-small",
        width=screen.width,
        height=screen.height,
        least=ScreenSeen.LEAST,
    )
    size = line("screen", outcome, found)
    fonts = line("screen-fonts", "ok", message("hardware", "screen-fonts.there"))
    return size, fonts if screen.fonts else line("screen-fonts", "failed", message("hardware", "screen-fonts.lacking"))
