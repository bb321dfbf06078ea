"""What the screen of the check-in desk shows: the visit under way, or why a visitor gets no card."""

from typing import Literal

import msgspec


class Visit(msgspec.Struct, frozen=True):
    """The visitor at the desk.

    `stage`: `finger` (tries are left), `unmatched` (none are, or no finger was enrolled: the chair decides), `second`
    (the chair wants to release the voter for the reason `proposed`, and a second person has to agree), `admitted` (a
    card is to be drawn). `outcome`: "" | matched | released. `style`: whose tray the clerk offers. `failed`: tries
    that did not match. `fingers`: positions that were enrolled (ISO/IEC 19794-2, 1 to 10); `exceptions`: those that
    could not be taken, or hardly, with the kind (missing, bandaged, worn). `impostors`: how many were refused on this
    document before. `photograph`: whether the poll book has one. `interrupted`: shown again after a
    restart.
    """

    id: str
    document: str
    name: str
    style: str
    stage: Literal["finger", "unmatched", "second", "admitted"]
    tries_left: int
    fingers: tuple[int, ...] = ()
    exceptions: tuple[tuple[int, str], ...] = ()
    outcome: Literal["", "matched", "released"] = ""
    failed: int = 0
    impostors: int = 0
    proposed: str = ""
    photograph: bool = False
    interrupted: bool = False
    listed: bool = False


class RefusedVoter(msgspec.Struct, frozen=True):
    """Why a visitor gets no card: found by the machine, and counted only once the clerk confirms it; or said by a
    person. `reason`: one of `reasons.REFUSAL_REASONS`. `where`: id of the station to go to (`other-station`). `at`: UTC
    time at which the hour of the earlier check-in began (`already-voted`). `why`: what the register says (`barred`)."""

    document: str
    reason: str
    where: str = ""
    at: str = ""
    why: str = ""


class AtAnotherDesk(msgspec.Struct, frozen=True):
    """The voter is sent to another desk, and nothing is counted. `desk`: its number. `reached`: whether the home desk
    answered that this desk has the voter now; else it is the home desk itself, which cannot be asked. `out`: that desk
    was taken out, and may have admitted the voter before: only its printed list can tell."""

    document: str
    desk: int
    reached: bool = True
    out: bool = False
