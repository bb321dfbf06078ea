"""Orders and reports: replayed, foreign, forged and late ones are refused."""

import contextlib

import msgspec
import pytest

from raising import raises_code
from testigo import keys
from testigo.election import StationMachine
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, StorageError, TestigoError
from testigo.keys import SigningKey
from testigo.station.chair.chair import Chair
from testigo.station.machine import order_receiver
from testigo.station.machine.orders import ORDER_TYPE, ORDERS, REPORT_TYPE, MachineReport, Order
from testigo.station.machine.ways import HttpMachine, LocalMachine


class Wire(LocalMachine):
    """A cable with a listener on it: keeps what passes, and may exchange the answer."""

    def __init__(self, machine):
        super().__init__(machine)
        self.sent, self.answers, self.exchange = [], [], None

    def order(self, envelope):
        self.sent.append(envelope)
        answer = super().order(envelope)
        self.answers.append(answer)
        return self.exchange(answer) if self.exchange else answer


class Failing(LocalMachine):
    """A machine that does not answer to the order `dead_at`."""

    dead_at = ""

    def order(self, envelope):
        if keys.unverified_payload(envelope, ORDER_TYPE)["name"] == self.dead_at:
            raise StorageError("machine.does-not-answer", place="machine", why="ConnectError")
        return super().order(envelope)


def machine_of(place, role):
    return place.booth if role == "booth" else place.check_in


@pytest.fixture
def wired(place):
    place.take_over_test()
    place.chair.close()
    place.wire = Wire(place.booth)
    place.chair = Chair(place.folder / "chair", booths=[place.wire], desks=[LocalMachine(place.check_in)])
    return place


def order(place, **changes):
    chair = place.chair.folder
    made = Order("status", chair.settings.election, "s1", "booth", 10**6, "2026-11-29T12:00:00Z")
    to = machine_of(place, changes.get("to", "booth"))._orders
    to.fresh, to._reported = to.fresh or "fresh", order_receiver.time.monotonic()  # as after a report
    changes = {"fresh": to.fresh, **changes}
    return keys.sign_envelope(ORDER_TYPE, msgspec.structs.replace(made, **changes), chair.key)


def test_replayed_orders_are_refused_also_after_a_restart(wired):
    wired.to_open()
    wired.chair.pause("power")
    (pause,) = wired.wire.sent[-1:]
    wired.chair.resume()
    for envelope in wired.wire.sent:
        with raises_code(IllegalStep, "order.old"):
            wired.booth.order(envelope)
    with raises_code(InvalidSignature, "order.for-another-machine"):
        wired.check_in.order(pause)
    wired.booth.close()
    wired.booth = type(wired.booth)(wired.folder / "booth", wired.printer)
    with raises_code(IllegalStep, "order.old"):
        wired.booth.order(pause)
    assert wired.booth.state == "open"


@pytest.mark.parametrize("restart", [True, False])
def test_attack_an_order_that_was_held_back_is_obeyed_no_more(wired, monkeypatch, restart):
    """Signed in the morning, never delivered, and nothing since then: or the booth has started again since."""
    wired.to_open()
    passing = wired.wire._machine

    class HeldBack:
        def order(self, envelope):
            if keys.unverified_payload(envelope, ORDER_TYPE)["name"] == "close":
                raise StorageError("machine.does-not-answer", place="machine", why="ConnectError")
            return passing.order(envelope)

    held = []
    wired.wire._machine = HeldBack()
    with pytest.raises(TestigoError):
        wired.chair._sender.give(StationMachine("booth"), "close")
    held.append(wired.wire.sent[-1])
    assert keys.unverified_payload(held[0], ORDER_TYPE)["name"] == "close"
    if restart:
        wired.restart_booth()
    else:
        now = order_receiver.time.monotonic() + order_receiver.ORDER_SECONDS + 1
        monkeypatch.setattr(order_receiver.time, "monotonic", lambda: now)
    with raises_code(IllegalStep, "order.expired"):
        wired.booth.order(held[0])
    assert wired.booth.state == "open"
    # What the chair gives now is obeyed, by a machine that has just started, too.
    wired.wire._machine = wired.booth
    wired.chair.pause("power")
    assert wired.booth.state == "paused"


def test_orders_of_others_are_refused(wired):
    mine = order(wired)
    for wrong in ({"station": "s2"}, {"election": "0" * 64}, {"to": "check-in"}):
        with raises_code(InvalidSignature, "order.for-another-machine"):
            wired.booth.order(order(wired, **wrong))
    forged = keys.sign_envelope(ORDER_TYPE, {"name": "close"}, SigningKey.generate())
    for envelope in (forged, mine[:-1], mine.replace(b"a", b"b", 1), b"", b"{}", b"\xff"):
        with pytest.raises(TestigoError):
            wired.booth.order(envelope)
    with raises_code(InvalidInput, "envelope.other-type"):
        wired.booth.order(wired.booth.order(mine))  # a report is no order
    with raises_code(InvalidInput, "order.malformed"):
        wired.booth.order(keys.sign_envelope(ORDER_TYPE, {"name": "explode"}, wired.chair.folder.key))


def test_orders_in_the_wrong_state_are_refused(place):
    for number, name in enumerate(("open", "pause", "resume", "close", "void-session", "zero")):
        with pytest.raises(IllegalStep):
            place.booth.order(order(place, name=name, sequence=10**6 + number))
    assert place.booth.state == "installed"
    with raises_code(InvalidInput, "order.for-the-booth"):
        place.check_in.order(order(place, to="check-in", name="test"))


def test_reports_that_are_not_the_answer_are_refused(wired):
    wired.chair.status()
    old = wired.wire.answers[-1]
    wired.wire.exchange = lambda answer: old
    assert wired.chair.status().machines[1].problem.code == "report.answers-another-order"

    def forge(answer):
        report = msgspec.convert(keys.unverified_payload(answer, REPORT_TYPE), MachineReport)
        return keys.sign_envelope(REPORT_TYPE, report, SigningKey.generate())

    wired.wire.exchange = forge
    assert wired.chair.status().machines[1].problem.code == "signature.by-another-key"
    wired.wire.exchange = lambda answer: b"<html>"
    assert wired.chair.status().machines[1].problem.code == "json.malformed"


def test_order_numbers_never_repeat(wired):
    seen = []
    for _ in range(3):
        wired.chair.status()
        wired.restart()
        wired.chair.close()
        wired.wire = Wire(wired.booth)
        wired.chair = Chair(wired.folder / "chair", booths=[wired.wire], desks=[LocalMachine(wired.check_in)])
        wired.chair.status()
        seen += [keys.unverified_payload(envelope, ORDER_TYPE)["sequence"] for envelope in wired.wire.sent]
    assert seen == sorted(set(seen))


def test_deaf_machine_is_a_sentence():
    with raises_code(StorageError, "machine.does-not-answer"):
        HttpMachine("http://127.0.0.1:9").order(b"{}")


def test_http_machine_speaks_with_a_real_server(place):
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                code, answer = 200, place.booth.order(body)
            except TestigoError as error:
                code, answer = 409, msgspec.json.encode(error.as_json())
            self.send_response(code if self.path == "/orders" else 404)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        place.chair.close()
        machine = HttpMachine(f"http://127.0.0.1:{server.server_port}/")
        place.chair = Chair(place.folder / "chair", booths=[machine], desks=[LocalMachine(place.check_in)])
        place.to_open()
        with raises_code(IllegalStep, "booth.nobody-voting") as refused:
            place.chair.sessions.void("voter-left")
        assert refused.value.text("es").startswith("mesa s1, máquina de votación: nadie está votando")
        with raises_code(StorageError, "machine.answers-with-error", status="404"):
            HttpMachine(f"http://127.0.0.1:{server.server_port}/elsewhere").order(b"{}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, "report.too-large"), (409, "report.too-large")])
def test_an_answer_without_end_is_cut_off(status, code):
    """Whoever pulled the booth's cable into another machine cannot fill the chair's memory."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Endless(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(status)
            self.send_header("content-encoding", "gzip")
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(bytes(1 << 16))

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Endless)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with raises_code(InvalidInput, code):
            HttpMachine(f"http://127.0.0.1:{server.server_port}").order(b"{}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_address_that_is_none_is_a_sentence():
    for address in (
        "http://[::",
        "",
        "{x}",
        "127.0.0.1:8083",
        "http://",
        "file:///etc/passwd",
        "http://x:65536",
        "http://[",
    ):
        with raises_code(InvalidInput, "machine.not-an-address"):
            HttpMachine(address)


def test_refused_order_is_not_obeyed_later(wired):
    """The booth refuses to close while somebody votes; whoever kept that order cannot close it afterwards."""
    codes = wired.to_open()
    wired.booth.accept_card(codes[0])
    with raises_code(IllegalStep, "booth.voter-inside"):
        wired.chair._sender.give(StationMachine("booth"), "close")
    kept = wired.wire.sent[-1]
    wired.booth.choose_language("es")
    wired.booth.review()
    wired.booth.print()
    wired.booth.confirm()
    wired.booth.close()
    wired.booth = type(wired.booth)(wired.folder / "booth", wired.printer)
    with raises_code(IllegalStep, "order.old"):
        wired.booth.order(kept)
    assert wired.booth.state == "open"
    refused = [event.data for event in wired.booth.folder.log if event.event == "order-refused"]
    assert [(one["name"], one["why"]) for one in refused] == [("close", "booth.voter-inside")]


def test_order_in_the_wrong_state_is_not_obeyed_later(wired):
    with pytest.raises(IllegalStep):
        wired.booth.order(early := order(wired, name="open"))
    wired.restart()
    with raises_code(IllegalStep, "order.old"):
        wired.booth.order(early)


def test_order_to_void_a_session_is_not_obeyed_twice(wired):
    """Its number is in no log, because its line would have one voter's time; but it is used up."""
    codes = wired.to_open()
    wired.booth.accept_card(codes[0])
    wired.chair.sessions.void("voter-left")
    kept = wired.wire.sent[-1]
    assert not [event for event in wired.booth.folder.log if event.data.get("name") == "void-session"]
    wired.booth.close()
    wired.booth = type(wired.booth)(wired.folder / "booth", wired.printer)
    wired.booth.accept_card(codes[1])
    with raises_code(IllegalStep, "order.old"):
        wired.booth.order(kept)
    assert wired.booth.current() is not None


STEPS_OF_BOTH = {
    "open": ("booth", lambda chair: chair.open()),
    "pause": ("check-in", lambda chair: chair.pause("power")),
    "resume": ("booth", lambda chair: chair.resume()),
    "close": ("check-in", lambda chair: chair.close_polls()),
}
"""Order of both machines → the one that obeys first, and the step."""


@pytest.mark.parametrize("dead", ["check-in", "booth"])
@pytest.mark.parametrize("name", STEPS_OF_BOTH)
def test_nobody_is_let_in_before_the_booth_is_ready(place, name, dead):
    """A machine dies at one order. What only the other has obeyed is said by the machines' names, and given again."""
    first, step = STEPS_OF_BOTH[name]
    if name == "open":
        place.to_zero_report()
    else:
        place.to_open()
    if name in ("resume", "close"):
        place.chair.pause("power")
    before = (place.chair.state, machine_of(place, dead).state)
    wires = {"booth": Failing(place.booth), "check-in": Failing(place.check_in)}
    place.chair.close()
    place.chair = Chair(place.folder / "chair", booths=[wires["booth"]], desks=[wires["check-in"]])
    wires[dead].dead_at = name
    with pytest.raises(TestigoError) as refused:
        step(place.chair)
    assert (place.chair.state, machine_of(place, dead).state) == before
    if dead == first:
        assert refused.value.code == "machine.does-not-answer"
        other = place.booth if dead == "check-in" else place.check_in
        assert other.state == before[1]
    else:
        assert refused.value.code == "order.half-done"
        called = {"booth": "voting machine", "check-in": "check-in"}
        assert f"obeyed by the {called[first]}; not obeyed by the {called[dead]}" in str(refused.value)
    wires[dead].dead_at = ""
    step(place.chair)
    assert place.booth.state == place.check_in.state == ORDERS[name][1]


@pytest.mark.parametrize("address", ["http://a..b", f"http://{'a' * 70}.org"])
def test_a_name_that_no_host_can_have_does_not_answer(address):
    with pytest.raises(StorageError) as silent:
        HttpMachine(address).order(b"{}")
    assert silent.value.code == "machine.does-not-answer"
    with pytest.raises(InvalidInput) as malformed:
        HttpMachine("http://xn--zz.com")
    assert malformed.value.code == "machine.not-an-address"
