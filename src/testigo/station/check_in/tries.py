"""What happened on a document so far: a desk keeps it of the day, and desks tell each other."""

import msgspec


class Tries(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happened on the document of somebody who has not voted. `failed`: fingers, since somebody was last refused;
    `impostors`, `refused`: visitors turned away as impostors, and for another reason; `granted`: the chair has given
    new tries since."""

    failed: int = 0
    impostors: int = 0
    refused: int = 0
    granted: bool = False
