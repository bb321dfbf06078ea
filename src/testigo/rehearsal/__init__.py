"""A whole election in one command: simulated people, real everything else.

`plan` cuts a small election out of a definition, `people` makes its voters and what happens to them, `fingers` gives
their finger images. `rehearse` tells the story from the first key to the verified record: `enrolment`, `site` (a
station's machines and paper, each machine a process of its own: `machines`), `day` (everybody's visits, over HTTP
through the screens), `night` (couriers, dice, paper counts, result; `photographs` of the paper). `journal` notes what
really happened, and in the end the counts must say the same. `summary` puts it on one screen.

A new incident is a line in `people.Incident`, the right outcome in `day`, and its place in `people._visits_of`.
"""

from testigo.rehearsal.fingers import Fingers, FolderFingers, SyntheticFingers
from testigo.rehearsal.plan import cut_out
from testigo.rehearsal.rehearse import Rehearsal, clear, hold

__all__ = ["Fingers", "FolderFingers", "Rehearsal", "SyntheticFingers", "clear", "cut_out", "hold"]
