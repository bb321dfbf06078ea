"""Fingerprint readers: from a finger on the glass to a `FingerImage` that is worth matching.

    >>> from testigo.fingerprint import reader
    >>> with reader.open_reader("usb") as usb:
    ...     taken = reader.take(usb, tell=lambda wrong, left: print(wrong))
    >>> taken.image, taken.wrong

`usb` speaks with libfprint, which lives in a process of its own (`_libfprint`); `folder` holds what stands in for a
reader: a folder that a vendor's program fills, a folder of images for rehearsals, an upload. `judgement` says what is
wrong with an impression, `taking` repeats until nothing is, `errors` has a sentence for everything on the way.

A further reader is a class with the shape of `Reader`, a module here, and a word in `open_reader`.
"""

from testigo.fingerprint.reader.errors import (
    FingerStays,
    GivesNoImages,
    LibfprintMissing,
    NoFinger,
    NoMoreImages,
    NoReader,
    NothingSeen,
    OffCentre,
    PoorImpression,
    ReaderBroken,
    ReaderBusy,
    ReaderError,
    ReaderHangs,
    ReaderNotAllowed,
    ReaderTooHot,
    ReaderUnplugged,
    Smeared,
    TooDry,
    TooLittleOfTheFinger,
    TooShort,
    TooWet,
    TryAgain,
    Unclear,
)
from testigo.fingerprint.reader.folder import DropFolder, ImageFolder, UploadedImage
from testigo.fingerprint.reader.judgement import Measures, judge, measure
from testigo.fingerprint.reader.taking import SECONDS, TRIES, Capture, Reader, open_reader, take
from testigo.fingerprint.reader.usb import Attached, UsbReader, attached_readers

__all__ = [
    "SECONDS",
    "TRIES",
    "Attached",
    "Capture",
    "DropFolder",
    "FingerStays",
    "GivesNoImages",
    "ImageFolder",
    "LibfprintMissing",
    "Measures",
    "NoFinger",
    "NoMoreImages",
    "NoReader",
    "NothingSeen",
    "OffCentre",
    "PoorImpression",
    "Reader",
    "ReaderBroken",
    "ReaderBusy",
    "ReaderError",
    "ReaderHangs",
    "ReaderNotAllowed",
    "ReaderTooHot",
    "ReaderUnplugged",
    "Smeared",
    "TooDry",
    "TooLittleOfTheFinger",
    "TooShort",
    "TooWet",
    "TryAgain",
    "Unclear",
    "UploadedImage",
    "UsbReader",
    "attached_readers",
    "judge",
    "measure",
    "open_reader",
    "take",
]
