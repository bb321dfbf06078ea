import io
import itertools
import socket
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from escpos.exceptions import ImageWidthError
from escpos.printer import Dummy
from PIL import Image

from testigo.errors import InvalidInput
from testigo.slip import FolderPrinter, PrinterError, open_printer
from testigo.slip.escpos_printer import EscposPrinter

PAPER_NOW, PAPER_DONE = b"\x10\x04\x04", b"\x1dr\x01"
ENOUGH, NONE = b"\x12", b"\x72"


class BadPrinter:
    """A TCP printer: `answers` maps a question to its answer; it closes after `close_after` bytes, or stops reading."""

    def __init__(self, answers, close_after=None, stop_reading=False):
        self.answers, self.close_after, self.stop_reading = answers, close_after, stop_reading
        self.received = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.done = threading.Event()
        self.thread.start()

    def serve(self):
        try:
            connection, _ = self.server.accept()
        except OSError:
            return
        with connection:
            asked = 0
            while data := connection.recv(4096):
                self.received += data
                if self.close_after is not None and len(self.received) > self.close_after:
                    return
                if self.stop_reading and len(self.received) > 100:
                    self.done.wait(10)
                    return
                for question, answer in self.answers.items():
                    if self.received.endswith(question) and len(self.received) > asked:
                        connection.sendall(answer)
                        asked = len(self.received)


@contextmanager
def bad_printer(*args, **options):
    printer = BadPrinter(*args, **options)
    try:
        yield printer
    finally:
        printer.done.set()
        printer.server.close()
        printer.thread.join(5)


def raster(data):
    """The picture that ESC/POS bytes print: all `GS v 0` images, one under the other."""
    rows, place = [], 0
    while (place := data.find(b"\x1dv0", place)) >= 0:
        width, height = (int.from_bytes(data[place + at : place + at + 2], "little") for at in (4, 6))
        start = place + 8
        packed = np.frombuffer(data[start : start + width * height], np.uint8).reshape(height, width)
        rows.append(np.unpackbits(packed, axis=1))
        place = start + width * height
    return np.concatenate(rows)


def test_a_good_printer_gets_the_very_picture_and_says_that_it_is_done(make_slip):
    slip = make_slip(mayor=("ortega",))
    with bad_printer({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x00"}) as printer:
        open_printer(printer.address).print_slip(slip)
    expected = ~np.asarray(Image.open(io.BytesIO(slip.png())))
    assert np.array_equal(raster(printer.received), expected)


def test_the_same_bytes_go_to_the_librarys_own_dummy(make_slip, monkeypatch):
    dummy = Dummy(profile="TM-T20II")
    printer = EscposPrinter("file:unused")
    printer._connect = lambda: dummy
    slip = make_slip()
    printer.print_slip(slip)
    assert raster(dummy.output).shape[1] == 576
    assert dummy.output.endswith(b"\x1dV\x00") or b"\x1dV" in dummy.output[-12:]


@pytest.mark.parametrize(
    ("answers", "options", "problem"),
    [
        ({PAPER_NOW: NONE}, {}, "no paper"),
        ({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x0c"}, {}, "ran out"),
        ({PAPER_NOW: ENOUGH}, {}, "does not answer"),
        ({}, {}, "does not answer"),
        ({PAPER_NOW: ENOUGH}, {"close_after": 3000}, "printer"),
        ({}, {"close_after": 0}, "closed the connection"),
        ({PAPER_NOW: ENOUGH}, {"stop_reading": True}, "printer"),
    ],
)
def test_a_printer_that_behaves_badly_is_one_sentence(answers, options, problem, make_slip):
    with bad_printer(answers, **options) as bad:
        printer = EscposPrinter(bad.address, timeout=0.7)
        with pytest.raises(PrinterError, match=problem) as caught:
            printer.print_slip(make_slip())
    assert bad.address in str(caught.value) and caught.value.hint


def test_no_printer_there_is_one_sentence(make_slip):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp:127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(PrinterError, match=r"cannot be reached \(the connection is refused\)") as refused:
        open_printer(address).print_slip(make_slip())
    assert "no se llega a la impresora (no se aceptó la conexión)" in refused.value.text("es")
    with pytest.raises(PrinterError, match=r"cannot be reached \(it is not attached\)"):
        open_printer("file:/nowhere/lp0").print_slip(make_slip())
    with pytest.raises(PrinterError, match="cannot be reached"):
        open_printer("usb:04b8:0e15").print_slip(make_slip())


def test_a_system_without_libusb_is_one_sentence(make_slip, monkeypatch):
    monkeypatch.setattr("usb.backend.libusb1.get_backend", lambda *_, **__: None)
    monkeypatch.setattr("usb.backend.libusb0.get_backend", lambda *_, **__: None)
    monkeypatch.setattr("usb.backend.openusb.get_backend", lambda *_, **__: None)
    with pytest.raises(PrinterError, match="apt-get install libusb"):
        open_printer("usb:04b8:0e15").print_slip(make_slip())


def test_a_quiet_printer_is_not_asked(make_slip):
    with bad_printer({}) as printer:
        open_printer(printer.address + ",quiet").print_slip(make_slip())
        printer.server.close()
        printer.thread.join(5)
    assert PAPER_NOW not in printer.received and raster(printer.received).shape[1] == 576


def test_a_file_printer_writes_to_its_device(make_slip, tmp_path):
    device = tmp_path / "lp0"
    device.write_bytes(b"")
    open_printer(f"file:{device}").print_slip(make_slip())
    assert raster(device.read_bytes()).shape[1] == 576


def test_a_folder_tells_nothing_of_order(make_slip, tmp_path):
    folder = tmp_path / "paper"
    printer = open_printer(f"folder:{folder}")
    slips = [make_slip(mayor=("ortega",)), make_slip()]
    for slip in slips:
        printer.print_slip(slip)
    files = [file for file in folder.iterdir() if file.is_file()]
    assert {file.name for file in files} == {f"{slip.number}{end}" for slip in slips for end in (".png", ".pdf")}
    assert len({file.stat().st_mtime_ns for file in files}) == 1
    assert (folder / f"{slips[0].number}.pdf").read_bytes() == slips[0].pdf()


class Plain:
    """A slip of which only the number matters."""

    def __init__(self, number):
        self.number = f"{number:08}"

    def png(self):
        return b"png"

    pdf = png


def test_attack_whoever_sorts_the_files_of_a_folder_learns_nothing(tmp_path):
    """Sorted by any of what the file system tells of them, files come in no order: of 60 slips, printed by three
    processes, less is in its place than chance would put there once in ten million times."""
    order = []
    for start in (0, 20, 40):
        printer = FolderPrinter(tmp_path)  # as after a restart
        for number in range(start, start + 20):
            printer.print_slip(Plain(number))
            order.append(f"{number:08}.png")
    files = list(tmp_path.glob("*.png"))
    for told in ("st_ino", "st_ctime_ns", "st_mtime_ns", "st_atime_ns"):
        by = {file.name: (getattr(file.stat(), told)) for file in files}
        # Two files of the same instant, which a busy machine's clock gives to many, say nothing of their order.
        later = sum(by[one] < by[other] for one, other in itertools.combinations(order, 2))
        earlier = sum(by[one] > by[other] for one, other in itertools.combinations(order, 2))
        pairs = len(order) * (len(order) - 1) / 2
        # Kendall's tau of 60: standard deviation 0.088.
        assert abs(later - earlier) / pairs < 5.4 * 0.088, told


def test_a_folder_that_cannot_be_written_is_one_sentence(make_slip, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PrinterError, match="cannot be written"):
        FolderPrinter(tmp_path / "file" / "paper").print_slip(make_slip())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tcp:",
        "tcp:host:port",
        "tcp:host:0",
        "tcp:host:65536",
        "usb:1",
        "usb:x:y",
        "folder:",
        "file:",
        "lpr:x",
        "tcp",
    ],
)
def test_an_address_that_says_nothing_is_refused(address):
    with pytest.raises(InvalidInput):
        open_printer(address)


@pytest.mark.parametrize("step", ["image", "cut", "listen"])
def test_error_of_the_printer_library_is_a_printer_error(make_slip, step, monkeypatch):
    printer = EscposPrinter("tcp:127.0.0.1:9")

    class Device(Dummy):
        said = b""

        def open(self, raise_not_found=True):
            pass

        def listen(self, seconds):
            self.said, new = self.output, self.output.endswith(PAPER_NOW) and self.said != self.output
            return ENOUGH if new else None

    def fail(*args, **options):
        raise ImageWidthError("too wide")

    device = Device()
    monkeypatch.setattr(device, step, fail)
    monkeypatch.setattr(printer, "_connect", lambda: device)
    with pytest.raises(PrinterError, match="ImageWidthError"):
        printer.print_slip(make_slip())


ASB_PAPER, ASB_NEAR_END, ASB_PAPER_END = b"\x10\x00\x00\x00", b"\x10\x00\x03\x00", b"\x18\x00\x0c\x00"
ASB_COVER = b"\x38\x00\x00\x00"


class SpeakingPrinter(BadPrinter):
    """It also speaks unasked: at once (`greeting`), and after so many bytes of the slip (`interrupts`)."""

    def __init__(self, answers, greeting=b"", interrupts=(0, b"")):
        self.greeting, self.interrupts = greeting, interrupts
        super().__init__(answers)

    def serve(self):
        connection, _ = self.server.accept()
        with connection:
            connection.sendall(self.greeting)
            after, said = self.interrupts
            told = 0
            while data := connection.recv(4096):
                self.received += data
                if said and len(self.received) > after:
                    connection.sendall(said)
                    said = b""
                for question, answer in self.answers.items():
                    if self.received.endswith(question) and len(self.received) > told:
                        connection.sendall(answer)
                        told = len(self.received)


GOOD = {PAPER_NOW: ENOUGH, PAPER_DONE: b"\x00"}


@pytest.mark.parametrize(
    ("answers", "greeting", "interrupts", "code"),
    [
        (GOOD, b"", (0, b""), ""),
        (GOOD, ASB_PAPER, (0, b""), ""),
        (GOOD, ASB_NEAR_END, (20_000, ASB_NEAR_END), ""),
        ({PAPER_NOW: b"\x1e", PAPER_DONE: b"\x03"}, b"", (0, b""), ""),
        (GOOD, ASB_PAPER_END, (0, b""), "printer.no-paper"),
        (GOOD, b"", (20_000, ASB_PAPER_END), "printer.paper-ran-out"),
        ({PAPER_NOW: ENOUGH}, b"", (20_000, ASB_PAPER_END), "printer.paper-ran-out"),
        (GOOD, b"", (20_000, ASB_COVER), "printer.not-ready"),
        (GOOD, ASB_COVER, (0, b""), "printer.not-ready"),
        ({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x13\x0c"}, b"", (0, b""), "printer.answers-strangely"),
        ({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x00A"}, b"", (0, b""), "printer.answers-strangely"),
        ({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x00\x00"}, b"", (0, b""), "printer.answers-strangely"),
        ({PAPER_NOW: b"220 ready\r\n"}, b"", (0, b""), "printer.no-paper"),
        ({PAPER_NOW: b"HTTP/1.1 400\r\n"}, b"", (0, b""), "printer.answers-strangely"),
        (GOOD, b"220 ready\r\n", (0, b""), "printer.answers-strangely"),
        ({PAPER_NOW: PAPER_NOW, PAPER_DONE: PAPER_DONE}, b"", (0, b""), "printer.no-paper"),  # an echo
        ({PAPER_NOW: ENOUGH, PAPER_DONE: b"\x10\x00"}, b"", (0, b""), "printer.no-answer"),  # half an ASB
        (GOOD, b"\x00", (0, b""), "printer.answers-strangely"),  # late, to an earlier question
    ],
)
def test_only_a_certain_answer_is_printed(answers, greeting, interrupts, code, make_slip):
    """`shared/data/cases/vote/printer_statuses.py`, and its neighbours."""
    printer = SpeakingPrinter(answers, greeting, interrupts)
    try:
        outcome = ""
        try:
            EscposPrinter(printer.address, timeout=0.7).print_slip(make_slip())
        except PrinterError as error:
            outcome = error.code
    finally:
        printer.server.close()
    assert outcome == code
