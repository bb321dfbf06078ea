"""What can go wrong between a finger and its image, each with a code, a sentence and a hint of its own.

Three kinds, which a desk treats differently: `PoorImpression` (there is an image, which may match all the same), other
`TryAgain`s (the same finger once more, on the same reader), and all other `ReaderError`s (a person must act: a cable, a
program, a package; trying again afterwards starts the reader again).
"""

from pathlib import PurePath

from testigo.errors import TestigoError
from testigo.fingerprint.images.image import FingerImage
from testigo.words import Message, message


class ReaderError(TestigoError):
    """The reader gave no image that can be used. `kind`: the end of its code. `why`: what is known of the reason; the
    words of a library or driver where they have no translation.
    """

    kind = "failed"

    def __init__(self, why: Message | str = "", *, place: PurePath | str = "") -> None:
        super().__init__(f"reader.{self.kind}", place=place, why=why or message("term", "reader-reason.not-said"))


# ── A person must act ─────────────────────────────────────────────────────────────────────────────────────────────────


class NoReader(ReaderError):
    """Nothing is attached that libfprint knows, or no reader of the required driver."""

    kind = "none-attached"


class ReaderUnplugged(ReaderError):
    """The reader was there and is gone."""

    kind = "unplugged"


class ReaderBusy(ReaderError):
    """Another program, or another request of this one, is using it."""

    kind = "in-use"


class ReaderNotAllowed(ReaderError):
    """The system does not let this process open the device."""

    kind = "not-allowed"


class ReaderHangs(ReaderError):
    """The driver did not come back in time; its process was ended."""

    kind = "no-answer"


class ReaderBroken(ReaderError):
    """The driver failed, crashed, or its process said what makes no sense."""


class ReaderTooHot(ReaderError):
    """The reader switched itself off."""

    kind = "too-hot"


class GivesNoImages(ReaderError):
    """The reader compares fingers inside itself, and hands out no image."""

    kind = "gives-no-images"


class LibfprintMissing(ReaderError):
    """Debian's library, its introspection data or PyGObject is not installed."""

    kind = "libfprint-missing"


class NoMoreImages(ReaderError):
    """A folder used as a reader has given all it had."""

    kind = "no-more-images"


# ── The same finger once more ────────────────────────────────────────────────────────────────────────────────────────


class TryAgain(ReaderError):
    """The reader is well; the finger must be placed once more."""


class NoFinger(TryAgain):
    """Nobody put a finger on the reader in time."""

    kind = "no-finger"


class FingerStays(TryAgain):
    """The finger was not lifted, or lay there from before."""

    kind = "finger-stays"


class TooShort(TryAgain):
    """A swipe reader saw too little."""

    kind = "swipe-too-short"


class OffCentre(TryAgain):
    """The finger lay at the edge."""

    kind = "off-centre"


class Unclear(TryAgain):
    """libfprint found no ridges on what the reader saw, or the reader asks for another try without a reason."""

    kind = "unclear"


# ── There is an image, and something is wrong with it ────────────────────────────────────────────────────────────────


class PoorImpression(TryAgain):
    """An image was taken and judged too poor. `image`: that image, which may match all the same."""

    image: FingerImage | None = None


class NothingSeen(PoorImpression):
    """There is no finger on the image."""

    kind = "nothing-seen"


class TooLittleOfTheFinger(PoorImpression):
    """Only a part of the fingertip touched the glass."""

    kind = "too-little"


class TooDry(PoorImpression):
    """Ridges are thin and broken."""

    kind = "too-dry"


class TooWet(PoorImpression):
    """Ridges run into each other and valleys are filled."""

    kind = "too-wet"


class Smeared(PoorImpression):
    """The ridges are not sharp: the finger slid, or the glass is dirty."""

    kind = "smeared"
