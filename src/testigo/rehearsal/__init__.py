"""A whole election in one command: simulated people, real everything else.

`plan` cuts a small election out of a definition, `people` makes its voters, `incidents` is the table of what may be
unusual about a visit, `population` gives each station its day's visits, `fingers` gives finger images. `rehearse` runs
all steps from the first key to the verified record: `enrolment` with its `officer`, `site` (a station's machines, each
a process of its own, and paper), `day` and `booth` (everybody's visits, over HTTP through the screens), `chair`,
`night` (packages, dice, paper counts, result; `photographs` of the paper). `journal` notes what really happened, and in
the end the counts must say the same. `chance` judges whether the matcher erred more often than it may. `summary` puts
it on one screen.

A rehearsal fails where a promise of the product is broken. What chance explains (a false case, a voter whose finger
does not match, an impostor whose does) is handled as people would handle it, and reported.

A new incident is a row of `incidents.INCIDENTS`.
"""

from testigo.rehearsal.fingers import Fingers, FolderFingers, SyntheticFingers
from testigo.rehearsal.plan import cut_out
from testigo.rehearsal.rehearse import Rehearsal, clear, hold, prepare

__all__ = ["Fingers", "FolderFingers", "Rehearsal", "SyntheticFingers", "clear", "cut_out", "hold", "prepare"]
