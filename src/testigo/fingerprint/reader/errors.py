"""What can go wrong between a finger and its image, each with its own sentence and its own hint.

Three kinds, which a desk treats differently: `PoorImpression` (there is an image, which may match all the same), other
`TryAgain`s (the same finger once more, on the same reader), and all other `ReaderError`s (a person must act: a cable, a
program, a package; trying again afterwards starts the reader again).
"""

from testigo.errors import TestigoError
from testigo.fingerprint.images.image import FingerImage


class ReaderError(TestigoError):
    """The reader gave no image that can be used. `said`: the problem; `how`: the hint. `detail`: a driver's words."""

    said = "the fingerprint reader has failed"
    how = "unplug it, plug it in again, and try again"

    def __init__(self, detail: str = "", *, place: str = "") -> None:
        super().__init__(f"{self.said} ({detail})" if detail else self.said, place=place, hint=self.how)
        self.detail = detail


# ── A person must act ─────────────────────────────────────────────────────────────────────────────────────────────────


class NoReader(ReaderError):
    """Nothing is attached that libfprint knows, or no reader of the required driver."""

    said = "no fingerprint reader is attached"
    how = "plug one in that libfprint knows, and try again"


class ReaderUnplugged(ReaderError):
    """The reader was there and is gone."""

    said = "the fingerprint reader was unplugged"
    how = "plug it in again, wait for its light, and try again"


class ReaderBusy(ReaderError):
    """Another program, or another request of this one, is using it."""

    said = "the fingerprint reader is in use"
    how = "end what else uses it, and try again"


class ReaderNotAllowed(ReaderError):
    """The system does not let this process open the device."""

    said = "this program may not open the fingerprint reader"
    how = "give its user the right to the device, as docs/fingerprint-readers.md says"


class ReaderHangs(ReaderError):
    """The driver did not come back in time; its process was ended."""

    said = "the fingerprint reader does not answer"


class ReaderBroken(ReaderError):
    """The driver failed, crashed, or its process said what makes no sense."""


class ReaderTooHot(ReaderError):
    """The reader switched itself off."""

    said = "the fingerprint reader is too hot"
    how = "let it cool down for a few minutes, and try again"


class GivesNoImages(ReaderError):
    """The reader compares fingers inside itself, and hands out no image."""

    said = "this fingerprint reader gives no images"
    how = "use one that does: `testigo fingerprint readers` says which"


class LibfprintMissing(ReaderError):
    """Debian's library, its introspection data or PyGObject is not installed."""

    said = "USB fingerprint readers need Debian's libfprint, which is not installed"
    how = "install it with: apt-get install libfprint-2-2 gir1.2-fprint-2.0 python3-gi"


class NoMoreImages(ReaderError):
    """A folder used as a reader has given all it had."""

    said = "all images of the folder were given"
    how = "put more images there, or start again"


# ── The same finger once more ────────────────────────────────────────────────────────────────────────────────────────


class TryAgain(ReaderError):
    """The reader is well; the finger must be placed once more."""


class NoFinger(TryAgain):
    """Nobody put a finger on the reader in time."""

    said = "no finger was put on the reader"
    how = "put the finger on the glass and keep it there until the image is taken"


class FingerStays(TryAgain):
    """The finger was not lifted, or lay there from before."""

    said = "the finger was not lifted from the reader"
    how = "lift the finger, and put it on again"


class TooShort(TryAgain):
    """A swipe reader saw too little."""

    said = "the finger was drawn over the reader too fast, or not far enough"
    how = "draw the whole fingertip over it slowly, without stopping"


class OffCentre(TryAgain):
    """The finger lay at the edge."""

    said = "the finger did not lie in the middle of the reader"
    how = "put the middle of the fingertip on the middle of the glass"


class Unclear(TryAgain):
    """libfprint found no ridges on what the reader saw, or the reader asks for another try without a reason."""

    said = "the reader could not make out the finger"
    how = "wipe the glass and the finger dry, and put it on again"


# ── There is an image, and something is wrong with it ────────────────────────────────────────────────────────────────


class PoorImpression(TryAgain):
    """An image was taken and judged too poor. `image`: that image, which may match all the same."""

    image: FingerImage | None = None


class NothingSeen(PoorImpression):
    """There is no finger on the image."""

    said = "there is no finger on the image"
    how = "put the finger flat on the middle of the glass"


class TooLittleOfTheFinger(PoorImpression):
    """Only a part of the fingertip touched the glass."""

    said = "too little of the finger is on the image"
    how = "put the whole fingertip flat on the middle of the glass"


class TooDry(PoorImpression):
    """Ridges are thin and broken."""

    said = "the finger is too dry, or pressed too lightly"
    how = "breathe on it or rub it on the palm, press a little more, and try again"


class TooWet(PoorImpression):
    """Ridges run into each other and valleys are filled."""

    said = "the finger is too wet, or pressed too hard"
    how = "dry the finger and the glass, press more lightly, and try again"


class Smeared(PoorImpression):
    """The ridges are not sharp: the finger slid, or the glass is dirty."""

    said = "the impression is smeared"
    how = "wipe the glass, put the finger on straight from above, and keep it still"
