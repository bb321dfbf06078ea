"""What the screen of the check-in desk shows: the visit under way, or that a visitor was turned away."""

from typing import Literal

import msgspec


class Visit(msgspec.Struct, frozen=True):
    """The visitor at the desk.

    `stage`: `finger` (tries are left), `unmatched` (none are, or no finger was enrolled: release or refuse), `admitted`
    (a card is to be drawn). `outcome`: "" | matched | released. `style`: whose tray the clerk offers. `fingers`:
    positions that were enrolled (ISO/IEC 19794-2, 1 to 10). `impostors`: how many were refused on this document before.
    `interrupted`: shown again after a restart.
    """

    id: str
    document: str
    name: str
    style: str
    stage: Literal["finger", "unmatched", "admitted"]
    tries_left: int
    fingers: tuple[int, ...] = ()
    outcome: Literal["", "matched", "released"] = ""
    impostors: int = 0
    interrupted: bool = False


class RefusedVoter(msgspec.Struct, frozen=True):
    """Turned away. `reason`: one of `reasons.REFUSAL_REASONS`. `where`: id of the station to go to (`other-station`).
    `at`: UTC time at which the hour of the earlier check-in began (`already-voted`). `why`: what the register says
    (`barred`)."""

    document: str
    reason: str
    where: str = ""
    at: str = ""
    why: str = ""
