"""Voting cards: one-use random codes, made before opening, drawn by voters from a shuffled tray.

A code has ten characters of an alphabet without look-alikes: eight random ones, a check over those eight, and a check
that also covers election, station and booth. So a slip of the finger is told from a wrong card, and another station's
or booth's card from an invented one. Eight random characters are 31⁸ ≈ 8.5·10¹¹ codes: with 1000 cards out, a guess is
right once in 850 million, and the booth stops listening for a while after five wrong ones.

The plain codes exist only in `Deck`, from which the cards are printed once. The booth keeps for each an HMAC-SHA256
under a secret of its own, sorted, with the ballot style; nothing relates a card to a place in the deck or to a voter.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from testigo.ballot.check_character import ALPHABET, check_character
from testigo.election import GENERAL_ROLL, Definition, StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.station.machine.names import title
from testigo.station.machine.training_mark import marked
from testigo.stored import StoredFormat
from testigo.words import day, offered_to_voters, section

RANDOM_LENGTH = 8
CODE_LENGTH = RANDOM_LENGTH + 2
DEFAULT_SPARE = 20
MOST_SPARE = 10_000
_QR_HEAD = "TESTIGO1"
_TEMPLATE = Path(__file__).with_name("cards.typ")


class Card(msgspec.Struct, frozen=True):
    """One card. `code`: ten characters without hyphens. `style`: id of the ballot style."""

    code: str
    style: str

    @property
    def printed(self) -> str:
        """The code as a person reads it: `ABCDE-FGHJK`."""
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def qr(self) -> str:
        """What the card's QR code holds."""
        return f"{_QR_HEAD}:{self.style}:{self.code}"


class Deck(msgspec.Struct, frozen=True):
    """All cards of a booth in plain, shuffled: for printing, once, and never for keeping. `booth`: its number where the
    station has several, else 0."""

    definition: Definition
    station: str
    cards: tuple[Card, ...]
    booth: int = 0

    def pdf(self) -> bytes:
        """Pages of cards to cut, each style on pages of its own; each names its booth, where there are several.

        What a card is, which its holder reads, stands on it in every language of the election; whose it is, which the
        station's staff read, in the official one.
        """
        definition, station = self.definition, self.definition.station(self.station)
        language = definition.languages[0]
        styles = list(dict.fromkeys(card.style for card in self.cards))
        texts = {
            "title": definition.words(definition.title, language),
            "date": day(definition.date, language),
            "station": f"{station.id} · {station.name}",
            "style": section(language, "cards")["style"],
            "booth": title(StationMachine("booth"), language) + f" {self.booth}" if self.booth else "",
        }
        told = [(code, section(code, "cards")["once"]) for code in offered_to_voters(definition.languages)]
        data = {
            **all_isolated(texts, language),
            "language": PageLanguage.of(language),
            "once": [{"language": PageLanguage.of(code), "text": text} for code, text in told],
            "styles": [
                {
                    "id": style,
                    "cards": [
                        {"code": card.printed, "qr": typeset.qr_svg(card.qr)}
                        for card in self.cards
                        if card.style == style
                    ],
                }
                for style in styles
            ],
        }
        return marked(typeset.compile(_TEMPLATE, data, fonts=definition.fonts), definition)


def make_deck(
    definition: Definition, station_id: str, spare: int = DEFAULT_SPARE, *, booth: int = 1, several: bool = False
) -> Deck:
    """A card for each voter on the register by roll, and `spare` more of each ballot style; codes all differ.

    `booth`: whose they are. Where there are `several`, each has cards for all voters: if another fails it is enough.

    Raises `InvalidInput` for an unknown station or a spare outside 0 to 10 000.
    """
    if not 0 <= spare <= MOST_SPARE:
        raise InvalidInput("cards.spare-out-of-range", count=spare, most=MOST_SPARE)
    station = definition.station(station_id)
    special = sum(station.roll_sizes.values())
    issuer = _issuer(definition, station_id)
    codes: set[str] = set()
    cards = []
    for style in definition.styles_of_station(station_id):
        voters = station.register_size - special if style.roll == GENERAL_ROLL else station.roll_sizes[style.roll]
        for _ in range(voters + spare):
            code = _new_code(issuer, booth)
            while code in codes:
                code = _new_code(issuer, booth)
            codes.add(code)
            cards.append(Card(code, style.id))
    secrets.SystemRandom().shuffle(cards)
    return Deck(definition, station_id, tuple(cards), booth if several else 0)


def new_card(definition: Definition, station_id: str, style_id: str) -> Card:
    """One card, of no deck."""
    return Card(_new_code(_issuer(definition, station_id), booth=1), style_id)


class KnownCard(msgspec.Struct, frozen=True):
    """A card of this booth. `position`: of its hash among all of the booth's, sorted. `style`: id of the ballot
    style."""

    position: int
    style: str


class _Cards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`styles`: hash of a card's code → id of its ballot style."""

    styles: dict[str, str]


CARDS_FORMAT = StoredFormat("cards.json", _Cards, lambda first: {"styles": first})


class CardIndex:
    """What the booth knows of its cards: the hash of each code with its ballot style. `file`: where it is kept, None
    for in memory alone."""

    def __init__(
        self,
        file: Path | None,
        salt: bytes,
        definition: Definition,
        station_id: str,
        *,
        booth: int = 1,
        booths: int = 1,
    ) -> None:
        """`booth`: this booth's number. `booths`: how many the station has."""
        self._file = file
        self._salt = salt
        self._booth = booth
        self._booths = booths
        self._issuer = _issuer(definition, station_id)
        self._styles: dict[str, str] = {}
        if file is not None and file.exists():
            self._styles = CARDS_FORMAT.read(file).styles

    def __len__(self) -> int:
        return len(self._styles)

    def keep(self, deck: Deck) -> None:
        """Replace the cards that are known by those of a deck."""
        styles = {self._hash(card.code): card.style for card in deck.cards}
        styles = dict(sorted(styles.items()))
        if self._file is not None:
            CARDS_FORMAT.write(self._file, _Cards(styles), mode=0o600)
        self._styles = styles

    def position(self, card: str) -> int:
        """The place of a card's hash among all hashes, sorted; raises `ValueError` for one that is not there."""
        return sorted(self._styles).index(card)

    def look_up(self, typed: str) -> KnownCard:
        """The card, from what was typed or scanned.

        Raises `InvalidInput` for something mistyped, `IllegalStep` for a card of another booth of the station,
        `UnknownCard` for a well-formed code that is neither.
        """
        code, printed_style = _parse(typed)
        if check_character(code[:RANDOM_LENGTH]) != code[RANDOM_LENGTH]:
            raise InvalidInput("card.wrong-character")
        booth = self._booth_of(code)
        if booth is None:
            raise UnknownCard("card.of-another-station", hint="call-the-clerk")
        if booth != self._booth:
            # Somebody stands at the wrong booth: nobody guesses, and it does not count as a guess.
            raise IllegalStep("card.of-another-booth", hint="go-to-that-booth", booth=str(booth), own=str(self._booth))
        card = self._hash(code)
        style = self._styles.get(card)
        if style is None:
            raise UnknownCard("card.unknown")
        if printed_style not in ("", style):
            raise UnknownCard("card.of-another-style", hint="call-the-clerk", style=printed_style[:40])
        return KnownCard(self.position(card), style)

    def _booth_of(self, code: str) -> int | None:
        """Which booth of this station the card's last character names; None if none."""
        numbers = range(1, self._booths + 1)
        issuer, characters = self._issuer, code[:RANDOM_LENGTH]
        return next((one for one in numbers if _station_character(issuer, characters, one) == code[-1]), None)

    def _hash(self, code: str) -> str:
        return hmac.digest(self._salt, b"testigo card 1\n" + code.encode(), "sha256").hex()


class UnknownCard(IllegalStep):
    """A well-formed code that this booth never had: worth noting, because somebody may be guessing."""


def _issuer(definition: Definition, station_id: str) -> bytes:
    return f"testigo card of {definition.digest}/{station_id}/".encode()


def _new_code(issuer: bytes, booth: int) -> str:
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return random + check_character(random) + _station_character(issuer, random, booth)


def _station_character(issuer: bytes, characters: str, booth: int) -> str:
    """Covers election, station and booth: cards of different booths of one station differ in it for certain."""
    digest = hashlib.sha256(issuer + characters.encode()).digest()
    return ALPHABET[(int.from_bytes(digest[:8], "big") + booth - 1) % len(ALPHABET)]


def _parse(typed: str) -> tuple[str, str]:
    """The ten characters and the style that the QR code says ("" where typed by hand)."""
    text, style = typed.strip()[:200], ""
    if text.startswith(f"{_QR_HEAD}:"):
        parts = text.split(":")
        if len(parts) != 3:
            raise InvalidInput("card.not-its-qr-code")
        _, style, text = parts
    code = "".join(text.upper().replace("-", "").split())
    if len(code) != CODE_LENGTH or set(code) - set(ALPHABET):
        raise InvalidInput("card.not-a-code", length=CODE_LENGTH)
    return code, style
