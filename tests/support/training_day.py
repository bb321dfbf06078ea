"""A training day under way: its machines behind their pages, and whatever anybody saw of it."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from polling_place import MemoryPrinter
from served_station import DEFINITION, ServedStation
from testigo.ballot.reasons import REHEARSAL
from testigo.election import Definition
from testigo.rehearsal.chair import when_tested
from testigo.training import Training
from testigo.web.client import Client, SeenPage


def _in_every_language(value: Any) -> Any:
    """The same plain value, each text in all languages of the election."""
    if isinstance(value, dict) and "es" in value:
        return {"es": value["es"], "en": value.get("en", value["es"])}
    if isinstance(value, dict):
        return {key: _in_every_language(one) for key, one in value.items()}
    return [_in_every_language(one) for one in value] if isinstance(value, list | tuple) else value


ELECTION = Definition.from_payload(_in_every_language(msgspec.to_builtins(DEFINITION)))
"""The election beside which is trained: one that a centre takes."""


@dataclass
class TrainingDay:
    """A day under way or over. `pages`: every page that anybody saw; `cards`: the codes of the tray."""

    training: Training
    place: ServedStation
    cards: list[str] = field(default_factory=list)
    pages: list[SeenPage] = field(default_factory=list)
    pdfs: dict[str, bytes] = field(default_factory=dict)
    package: bytes = b""

    @classmethod
    def again(cls, made: Training, out: Path, cards: list[str]) -> "TrainingDay":
        """A day that was begun before, its machines started again."""
        place = ServedStation(out / "station", b"")
        place.start()
        return cls(made, place, cards)

    @property
    def printer(self) -> MemoryPrinter:
        return self.place.printer

    def sign_in(self, address: str, machine: str, account: str) -> Client:
        client = Client(address)
        self.pages.append(client.get("/pin"))
        self.see(client, "/pin", account=account, pin=pin_of(self.training, machine, account))
        return client

    def see(self, client: Client, path: str, **fields: Any) -> SeenPage:
        """Send a form; the page must not be an error's."""
        page = client.send(path, **fields)
        assert page.ok, (path, page.name, page.code)
        self.pages.append(page)
        return page

    def open(self) -> None:
        with self.sign_in(self.place.chair_address, "chair", "chair") as chair:
            self.pages.append(chair.get("/readiness"))
            self.pages.append(when_tested(chair, self.see(chair, "/test")))
            self.see(chair, "/zero-report")
            assert self.see(chair, "/open", reason=REHEARSAL).facts["state"] == "open"
            self.pdfs["zero-report"] = chair.get("/zero-report.pdf").content

    def check_in(self, clerk: Client, document: str) -> SeenPage:
        """A voter whose finger matches at the second try; where the tray is shown."""
        self.see(clerk, "/find", document=document)
        assert self.see(clerk, "/practise-finger", matches="no").facts["left"] == "3"
        return self.see(clerk, "/practise-finger", matches="yes")

    def vote(self, card: str, *, spoil: bool = False) -> None:
        with self.place.voter() as voter:
            self.pages.append(voter.get("/"))
            self.see(voter, "/card", code=card)
            self.see(voter, "/language", language="en")
            self.see(voter, "/contest/1", option="ana", go="next")
            self.see(voter, "/contest/2", option=["c1", "c2"], go="next")
            self.see(voter, "/contest/3", option="h3", go="review")
            self.see(voter, "/print")
            if spoil:
                self.see(voter, "/printed", right="no")
                self.see(voter, "/spoil", reason="changed-mind")
                self.see(voter, "/print")
            assert self.see(voter, "/printed", right="yes").name == "thanks"

    def close(self) -> None:
        with self.sign_in(self.place.chair_address, "chair", "chair") as chair:
            assert self.see(chair, "/close", early=REHEARSAL).name == "tally-sheet"
            self.pdfs["tally-sheet"] = chair.get("/tally-sheet.pdf").content
            self.see(chair, "/send", address="")
            self.package = chair.get("/package").content


def pin_of(training: Training, machine: str, account: str) -> str:
    (pin,) = (new.pin for new in training.pins if (new.place.machine, new.account.id) == (machine, account))
    return pin


def start(made: Training, out: Path) -> TrainingDay:
    """The machines of a copy of a training, started."""
    shutil.copytree(made.out, out)
    place = ServedStation(out / "station", b"")
    place.start()
    return TrainingDay(made, place, place.make_cards())
