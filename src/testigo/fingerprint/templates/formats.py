"""Template formats: which there are, which one some bytes are in, and one view of several.

| name | standard | angles | lost in writing |
|---|---|---|---|
| `iso-2005` | ISO/IEC 19794-2:2005 | 1.41° | nothing |
| `iso-2011` | ISO/IEC 19794-2:2011 | 1.41° | nothing |
| `ansi-2004` | ANSI INCITS 378-2004 | 2° | an angle by at most one step of 1.41° |
| `ansi-2009` | ANSI INCITS 378-2009 | 2° | the same |

A new format is a line in `FORMATS` and a module beside `minutiae_2005`.
"""

from collections.abc import Callable
from typing import NamedTuple

from testigo.errors import InvalidInput
from testigo.fingerprint.parameters import IMAGE
from testigo.fingerprint.position import Position, label_of
from testigo.fingerprint.templates import minutiae_2005, minutiae_2009, minutiae_2011
from testigo.fingerprint.templates.minutiae_record import MARK, MOST_BYTES, View
from testigo.fingerprint.templates.template import Template
from testigo.words import Either


class Format(NamedTuple):
    """`title`: what the standard is called; `encode`: a template of some finger, as its bytes."""

    title: str
    encode: Callable[[Template, Position | None], bytes]


FORMATS = {
    "iso-2005": Format("ISO/IEC 19794-2:2005", minutiae_2005.encode_iso),
    "iso-2011": Format("ISO/IEC 19794-2:2011", minutiae_2011.encode),
    "ansi-2004": Format("ANSI INCITS 378-2004", minutiae_2005.encode_ansi),
    "ansi-2009": Format("ANSI INCITS 378-2009", minutiae_2009.encode),
}


def encode_template(template: Template, format: str = "iso-2005", *, position: Position | None = None) -> bytes:
    """The template as a record: `iso-2005`, `iso-2011`, `ansi-2004` or `ansi-2009`.

    `position`: the finger, where it is known. `decode_template` gives back exactly the same template from both ISO
    formats, and from the ANSI ones angles that differ by at most one of their 256 steps. Raises `InvalidInput` for
    any other format.
    """
    if format not in FORMATS:
        raise InvalidInput("format.unknown", format=format[:40], formats=Either(FORMATS))
    return FORMATS[format].encode(template, position)


def name_of(data: bytes) -> str:
    """The format of a record that `decode_all` reads."""
    version = data[len(MARK) : 2 * len(MARK)]
    if version == minutiae_2005.VERSION:
        return "iso-2005" if minutiae_2005.is_iso(data) else "ansi-2004"
    if version == minutiae_2005.AFIS_VERSION:
        return "iso-2005"
    return "iso-2011" if version == minutiae_2011.VERSION and minutiae_2011.fits(data) else "ansi-2009"


def decode_all(data: bytes, dpi: int | None = None) -> list[View]:
    """Every view in a record of any of the formats, in its order, at 500 dpi.

    `dpi` overrules the resolution that the record states. Raises `InvalidInput` for anything else.
    """
    if dpi is not None and not IMAGE.lowest_dpi <= dpi <= IMAGE.highest_dpi:
        lowest, highest = IMAGE.lowest_dpi, IMAGE.highest_dpi
        raise InvalidInput("resolution.impossible", dpi=dpi, lowest=lowest, highest=highest)
    if len(data) > MOST_BYTES:
        most = MOST_BYTES >> 20
        raise InvalidInput("template-record.too-many-bytes", hint="give-a-whole-template", most=most)
    mark, version = data[: len(MARK)], data[len(MARK) : 2 * len(MARK)]
    if len(data) < 2 * len(MARK):
        raise InvalidInput("template-record.too-short", hint="give-a-whole-template")
    if mark == MARK and version in (minutiae_2005.VERSION, minutiae_2005.AFIS_VERSION):
        return minutiae_2005.decode(data, dpi)
    if mark == MARK and version == minutiae_2011.VERSION and minutiae_2011.fits(data):
        return minutiae_2011.decode(data, dpi)
    if mark == MARK and version in (minutiae_2009.VERSION, minutiae_2009.AMENDED_VERSION):
        return minutiae_2009.decode(data, dpi)
    raise InvalidInput("template-record.not-of-the-standard", hint="give-a-whole-template")


def decode_template(data: bytes, *, position: Position | None = None, dpi: int | None = None) -> Template:
    """Read the template in a record of any of the formats, recognised by itself, at 500 dpi; extended data is skipped.

    `position`: the required finger, where the record has several (`decode_all` gives them all, `choose` one of them);
    `dpi`: the resolution, where the record states it wrongly. Raises `InvalidInput` for any other bytes, where there
    is no such view, and where there are several to choose from.
    """
    return choose(decode_all(data, dpi), position).template


def choose(views: list[View], position: Position | None) -> View:
    """The only view, or the first of the finger at `position`; the only view may also be of an unknown finger.

    Raises `InvalidInput` where that is none or several.
    """
    if not views:
        raise InvalidInput("template-record.no-view", hint="give-a-whole-template")
    fingers = [label_of(finger) for finger in dict.fromkeys(view.position for view in views)]
    if position is not None:
        for view in views:
            if view.position == position or (view.position is None and len(views) == 1):
                return view
        raise InvalidInput("template-record.no-such-finger", finger=label_of(position), fingers=fingers)
    if len(views) > 1:
        raise InvalidInput("template-record.several-views", count=len(views), fingers=fingers)
    return views[0]
