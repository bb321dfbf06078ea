"""A booth alone, installed, opened and served, of any definition: for pages, without a check-in."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from in_chromium import tap
from polling_place import MemoryPrinter, Root
from served_station import Server
from testigo.election import Definition, StationMachine
from testigo.screens import booth as booth_pages
from testigo.station.booth.booth import Booth
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.orders import OrderName
from testigo.station.machine.ways import LocalMachine


class OpenBooth:
    """The booth of the smallest station: its `address`, and the codes of its `cards`."""

    def __init__(self, definition: Definition, folder: Path, *, spare: int = 2) -> None:
        station = min(definition.stations, key=lambda one: one.register_size)
        self.root, self._folder = Root(definition), folder / station.id
        self.root.install(folder / station.id, station.id)
        self.printer = MemoryPrinter()
        self.booth = Booth(folder / station.id / "booth", self.printer)
        self.cards = [card.code for card in self.booth.make_cards(spare=spare).cards]
        self._order("test", deck=[])
        self._order("zero")
        self._order("open")
        self._server = Server(booth_pages.app(self.booth))
        self.address = self._server.address

    def show_statuses(self, *envelopes: bytes) -> None:
        """As the chair does when it has taken in who withdrew or died."""
        self._order("option-status", statements=[envelope.decode() for envelope in envelopes])

    def _order(self, name: OrderName, **data: Any) -> None:
        """What the chair's machine orders."""
        chair, booth = MachineFolder(self._folder / "chair", "chair"), StationMachine("booth")
        OrderSender(chair, {booth: LocalMachine(self.booth)}).give(booth, name, **data)
        chair.close()

    def stop(self) -> None:
        """Give everything back."""
        self._server.stop()
        self.booth.close()


def begin(page: Page, booth: OpenBooth, *, size: int = 1, language: str = "es") -> None:
    """From the card to the first contest."""
    page.goto(booth.address)
    tap(page, f"button.size[value='{size}']")
    page.fill("#code", booth.cards.pop())
    tap(page, "footer .primary")
    tap(page, f"main button[lang={language}]")
