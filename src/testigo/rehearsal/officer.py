"""A registration officer at an enrolment desk: takes fingers, and settles likely duplicates by looking at the fingers.

The officer's eyes are the one thing simulated: `Sight` remembers whose finger made each image, as a person would see it
from the ridges. A case is ruled by the pictures that its page shows, never by the numbers or names beside them.
"""

import hashlib
from dataclasses import dataclass

from testigo.errors import StorageError
from testigo.fingerprint import FingerImage
from testigo.register import Position
from testigo.rehearsal.fingers import Fingers
from testigo.rehearsal.people import Person
from testigo.web.browser import Browser
from testigo.web.client import SeenPage
from testigo.words import message

OFFICER = "officer"
MOST_ATTEMPTS = 3
"""How often the officer takes poor fingers before keeping them with a reason."""
_MOST_CASES = 10_000


class Sight:
    """Whose finger an image shows. Several officers may share one: each entry is set once, by one operation."""

    def __init__(self) -> None:
        self._owners: dict[str, int] = {}

    def notice(self, image: bytes, owner: int) -> None:
        """See a finger being laid on the reader."""
        self._owners[_ridges(image)] = owner

    def owner(self, image: bytes) -> int | None:
        """Whose finger it is; None for one that nobody has laid on a reader."""
        return self._owners.get(_ridges(image))


def _ridges(image: bytes) -> str:
    return hashlib.sha256(FingerImage.read(image).pixels.tobytes()).hexdigest()


@dataclass(frozen=True)
class CompletedEnrolment:
    """An enrolment. `attempts`: how often the fingers were taken; `good_fingers`: how many of judged quality are kept,
    0 where any is poor.
    """

    person: Person
    attempts: int
    good_fingers: int


@dataclass(frozen=True)
class Settled:
    """A case that the officer has ruled on. `earlier`, `later`: document numbers; `same`: one person's fingers."""

    number: int
    earlier: str
    later: str
    same: bool


class Officer:
    """One officer, signed in at one desk. Every method raises `StorageError` where a page is not what it should be."""

    def __init__(self, desk: Browser, pin: str, fingers: Fingers, sight: Sight) -> None:
        self._desk = desk
        self._fingers = fingers
        self._sight = sight
        desk.get("/pin")
        self._must(desk.send("/pin", account=OFFICER, pin=pin), "find")

    def enrol(self, person: Person) -> CompletedEnrolment:
        """Take a person's fingers, again where they are poor, and in the end with a reason."""
        self._find(person.document)
        for attempt in range(MOST_ATTEMPTS):
            images = self._fingers.for_enrolment(person.finger, int(person.first_document != ""), attempt)
            for _, image in images:
                self._sight.notice(image, person.finger)
            page = self._must(self._desk.send("/enrol", files=_files(images)), "voter")
            if page.facts["poor"] == "no":
                return self._enrolled(
                    page, CompletedEnrolment(person, attempt + 1, len({finger for finger, _ in images}))
                )
            if attempt + 1 < MOST_ATTEMPTS:
                self._must(self._desk.send("/take-again"), "voter")
        page = self._must(self._desk.send("/accept", because="the best this finger gives"), "voter")
        return self._enrolled(page, CompletedEnrolment(person, MOST_ATTEMPTS, 0))

    def settle_cases(self) -> list[Settled]:
        """Rule on every case that waits, the oldest first."""
        settled: list[Settled] = []
        page = self._must(self._desk.get("/cases"), "cases")
        while page.facts["next"] and len(settled) < _MOST_CASES:
            settled.append(self._settle(int(page.facts["next"])))
            page = self._must(self._desk.get("/cases"), "cases")
        return settled

    def _settle(self, number: int) -> Settled:
        page = self._must(self._desk.get(f"/cases/{number}"), "case")
        earlier, later = (self._owners(page, number, side) for side in ("earlier", "later"))
        same = bool(earlier & later)
        verdict, note = ("same", "the same ridges") if same else ("different", "the ridges differ")
        self._must(self._desk.send(f"/cases/{number}", verdict=verdict, note=note), "cases")
        return Settled(number, page.facts["earlier"], page.facts["later"], same)

    def _owners(self, page: SeenPage, number: int, side: str) -> set[int]:
        """Whose fingers one side of a case shows, by its pictures alone."""
        owners = set()
        for place in range(int(page.facts[f"{side}-images"])):
            picture = self._desk.get(f"/cases/{number}/{side}/{place}")
            owner = self._sight.owner(picture.content) if picture.ok else None
            if owner is None:
                raise StorageError("case.finger-of-nobody", place=message("place", "case", number=str(number)))
            owners.add(owner)
        return owners

    def is_barred(self, document: str) -> bool:
        """Whether the desk says that this voter is on no poll book."""
        return self._find(document).facts["barred"] == "yes"

    def _find(self, document: str) -> SeenPage:
        self._desk.get("/")
        return self._must(self._desk.send("/find", document=document), "voter")

    def count_barred(self) -> int:
        """How many voters the desk says are on no poll book."""
        return int(self._must(self._desk.get("/"), "find").facts["barred"])

    def _enrolled(self, page: SeenPage, enrolment: CompletedEnrolment) -> CompletedEnrolment:
        if page.facts["enrolled"] != "yes":
            raise StorageError("person.not-enrolled", place=enrolment.person.document)
        return enrolment

    def _must(self, page: SeenPage, name: str) -> SeenPage:
        if page.name != name or not page.ok:
            raise StorageError(
                "page.not-expected", place=page.path, shown=page.name, expected=name, error=page.code or "–"
            )
        return page


def _files(images: list[tuple[str, bytes]]) -> dict[str, list[bytes]]:
    """The form's files by finger position; several impressions of one finger are several files."""
    files: dict[str, list[bytes]] = {}
    for name, image in images:
        files.setdefault(f"finger-{Position.named(name).value}", []).append(image)
    return files
