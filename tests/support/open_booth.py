"""A booth alone, installed, opened and served, of any definition: for pages, without a check-in."""

from pathlib import Path

from polling_place import MemoryPrinter, Root
from served_station import Server
from testigo.election import Definition
from testigo.screens import booth as booth_pages
from testigo.station.booth import Booth
from testigo.station.folder import MachineFolder
from testigo.station.machine import LocalMachine, OrderSender


class OpenBooth:
    """The booth of the smallest station: its `address`, and the codes of its `cards`."""

    def __init__(self, definition: Definition, folder: Path, *, spare: int = 2) -> None:
        station = min(definition.stations, key=lambda one: one.register_size)
        Root(definition).install(folder / station.id, station.id)
        self.printer = MemoryPrinter()
        self.booth = Booth(folder / station.id / "booth", self.printer)
        self.cards = [card.code for card in self.booth.make_cards(spare=spare).cards]
        self._order_open(folder / station.id)
        self._server = Server(booth_pages.app(self.booth))
        self.address = self._server.address

    def _order_open(self, folder: Path) -> None:
        """What the chair's machine would order until the booth is open."""
        chair = MachineFolder(folder / "chair", "chair")
        sender = OrderSender(chair, {"booth": LocalMachine(self.booth)})
        sender.give("booth", "test", deck=[])
        sender.give("booth", "zero")
        sender.give("booth", "open")
        chair.close()

    def stop(self) -> None:
        """Give everything back."""
        self._server.stop()
        self.booth.close()
