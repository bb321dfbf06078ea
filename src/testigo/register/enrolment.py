"""Taking a voter's fingers: what was taken, how good it is, and how it is kept."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, insert, select, update

from testigo.canonical import utc_now
from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage, Position, Template, decode_template, encode_template, extract, quality
from testigo.register.gallery import EnrolledPrint
from testigo.register.tables import enrolments, impressions, is_holding, voters
from testigo.register.values import FingerQuality
from testigo.register.vault import PrintAddress, RegisterKey

LEAST_QUALITY = 20
"""The fingerprint room's *fair*: below, a finger should be taken again, and needs an officer's reason to be kept."""

MOST_IMPRESSIONS = 40
"""Of one enrolment: four of each finger."""


class PoorFingers(InvalidInput):
    """A finger is too poor to be kept without an officer's reason. `qualities`: of all fingers, to be shown."""

    def __init__(self, qualities: tuple[FingerQuality, ...]) -> None:
        poor = [quality.label for quality in qualities if not quality.good_enough]
        super().__init__("fingers.too-poor", fingers=poor)
        self.qualities = qualities


class ExtractedPrint(msgspec.Struct, frozen=True):
    """One impression taken at the desk, with what was made of it."""

    number: int
    finger: Position
    image: FingerImage
    template: Template
    quality: int

    @property
    def impression(self) -> EnrolledPrint:
        """Made ready to be searched."""
        return EnrolledPrint.of(self.number, self.finger, self.quality, self.template)


class Kept(msgspec.Struct, frozen=True):
    """One impression as the register keeps it, opened, without its image. `template`: ISO/IEC 19794-2 record."""

    number: int
    finger: int
    quality: int
    template: bytes


def take(given: Sequence[tuple[str, FingerImage]]) -> list[ExtractedPrint]:
    """Extract and judge every (finger, image); raises `InvalidInput` for unknown fingers, none, or too many."""
    if not 1 <= len(given) <= MOST_IMPRESSIONS:
        raise InvalidInput("finger-images.wrong-number", count=len(given), most=MOST_IMPRESSIONS)
    positions = [Position.named(finger) for finger, _ in given]
    taken = []
    for number, (finger, (_, image)) in enumerate(zip(positions, given, strict=True), start=1):
        template = extract(image)
        taken.append(ExtractedPrint(number, finger, image, template, quality(image, template)))
    return taken


def judge(taken: Sequence[ExtractedPrint]) -> tuple[FingerQuality, ...]:
    """The quality of each finger, in the order of positions: that of its best impression."""
    best: dict[Position, int] = {}
    for one in taken:
        best[one.finger] = max(best.get(one.finger, 0), one.quality)
    return tuple(FingerQuality(finger.word, best[finger], best[finger] >= LEAST_QUALITY) for finger in sorted(best))


def keep(
    connection: Connection,
    voter: int,
    document: str,
    taken: Sequence[ExtractedPrint],
    officer: str,
    reason: str,
    key: RegisterKey,
) -> int:
    """Store an enrolment with everything encrypted; its id."""
    row = {"voter": voter, "officer": officer, "at": utc_now(), "accepted_because": reason}
    enrolment = int(connection.scalar(insert(enrolments).returning(enrolments.c.id), row) or 0)
    rows = []
    for one in taken:
        place = PrintAddress(document, enrolment, int(one.finger), one.number)
        rows.append(
            {
                "enrolment": enrolment,
                "number": one.number,
                "finger": int(one.finger),
                "quality": one.quality,
                "template": key.encrypt(encode_template(one.template), "template", place),
                "image": key.encrypt(one.image.to_png(), "image", place),
            }
        )
    if rows:  # none of a voter whose ten fingers are all exceptions
        connection.execute(insert(impressions), rows)
    return enrolment


def rebind(connection: Connection, voter: int, before: str, document: str, key: RegisterKey) -> None:
    """Tie all ciphertexts of a voter to another document number, which they name."""
    own = select(impressions).join(enrolments).where(enrolments.c.voter == voter)
    for row in connection.execute(own).all():
        old = PrintAddress(before, row.enrolment, row.finger, row.number)
        new = PrintAddress(document, row.enrolment, row.finger, row.number)
        template = key.encrypt(key.decrypt(row.template, "template", old), "template", new)
        image = key.encrypt(key.decrypt(row.image, "image", old), "image", new)
        connection.execute(update(impressions).where(impressions.c.id == row.id).values(template=template, image=image))


def holding_enrolment(connection: Connection, voter: int) -> int | None:
    """The id of the voter's enrolment that holds; None where there is none."""
    query = select(enrolments.c.id).where(enrolments.c.voter == voter, is_holding())
    return connection.scalar(query)


def images_of(
    connection: Connection, enrolment: int, document: str, key: RegisterKey
) -> list[tuple[int, str, FingerImage]]:
    """(number, finger, decrypted image) of each impression of an enrolment."""
    query = select(impressions.c.number, impressions.c.finger, impressions.c.image)
    query = query.where(impressions.c.enrolment == enrolment).order_by(impressions.c.number)
    return [
        (
            number,
            Position(finger).word,
            FingerImage.read(key.decrypt(image, "image", PrintAddress(document, enrolment, finger, number))),
        )
        for number, finger, image in connection.execute(query)
    ]


def enrolled_after(connection: Connection, newest: int, key: RegisterKey) -> list[tuple[int, list[EnrolledPrint]]]:
    """Every holding enrolment with an id over `newest`, in their order, with its impressions ready to be compared."""
    return [
        (
            enrolment,
            [EnrolledPrint.of(one.number, one.finger, one.quality, decode_template(one.template)) for one in own],
        )
        for enrolment, own in _kept(connection, impressions.c.enrolment > newest, key)
    ]


def kept_after(
    connection: Connection, newest: int, until: int, most: int, key: RegisterKey
) -> list[tuple[int, list[Kept]]]:
    """The next holding enrolments with ids over `newest` and at most `until`, in their order, at most `most` of them.

    A page of what `enrolled_after` gives whole, for those who go through registers that no memory holds.
    """
    page = select(enrolments.c.id).where(enrolments.c.id > newest, enrolments.c.id <= until)
    page = (
        page.where(is_holding(), enrolments.c.id.in_(select(impressions.c.enrolment)))
        .order_by(enrolments.c.id)
        .limit(most)
    )
    ids = connection.scalars(page).all()
    return _kept(connection, impressions.c.enrolment.between(ids[0], ids[-1]), key) if ids else []


def _kept(connection: Connection, which: ColumnElement[bool], key: RegisterKey) -> list[tuple[int, list[Kept]]]:
    """The holding enrolments among these, in their order, each with its impressions, opened."""
    query = (
        select(
            impressions.c.enrolment,
            impressions.c.number,
            impressions.c.finger,
            impressions.c.quality,
            impressions.c.template,
            voters.c.document,
        )
        .join(enrolments, enrolments.c.id == impressions.c.enrolment)
        .join(voters, voters.c.id == enrolments.c.voter)
        .where(which, is_holding())
        .order_by(impressions.c.enrolment, impressions.c.number)
    )
    found: dict[int, list[Kept]] = {}
    for row in connection.execute(query):
        place = PrintAddress(row.document, row.enrolment, row.finger, row.number)
        one = Kept(row.number, row.finger, row.quality, key.decrypt(row.template, "template", place))
        found.setdefault(row.enrolment, []).append(one)
    return list(found.items())
