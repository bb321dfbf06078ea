"""How long one part waits for another before it gives up, and why so long: the one place for such numbers.

A wait ends in a failure that a person has to deal with, so it must never end only because a machine is busy. With 25
programs to a core, what takes two seconds on an idle machine takes a minute. So:

- Whatever waits for a *program* (another process, a server, a database's lock) waits at least two minutes.
- What waits for a *device* or for the *network* itself is answered by hardware or by the kernel, which a busy processor
  does not slow down. It gives up sooner, because a person stands before a machine that is off or a cable that is out.
  The numbers of a USB finger reader, whose driver may hang, stand beside it (`fingerprint.reader.usb`).
- What waits for a *person* (a finger on the reader, `fingerprint.reader.SECONDS`) fails nothing: the person is asked
  again.
- A limit against harmful input counts processor time (`fingerprint.images._apart`), not time on the clock.

All numbers are seconds.
"""

from typing import Final

ANSWER: Final = 180.0
"""For the answer of a program that is there: a page, a report, a decoder, `lp`. The longest honest one, a deck of test
ballots through the booth, takes some five seconds on an idle machine."""

TELLING: Final = 20.0
"""For all that a check-in desk says to the others before it obeys the chair, who waits `ANSWER` for the whole. It fails
nothing: what was not heard by then is said again, in the background and before the next order."""

START: Final = 600.0
"""For a process to start and answer for the first time: two seconds on an idle machine, most of them loading libraries
from a disk that everybody reads."""

LOCK: Final = 180.0
"""For the database's lock while another process changes it. Several enrolment desks queue here."""

END: Final = 120.0
"""For a process that was told to end, and for the requests that it still answers; afterwards it is killed, which loses
nothing (a power cut does the same)."""

REACH: Final = 5.0
"""For a connection to a machine on the station's cable, or from the chair to the centre. The kernel there answers,
however busy the machine is; no answer means that it is off or the cable is out, and the chair has to know at once."""

REQUEST: Final = 30.0
"""For a request to begin on an open connection, and for its body beyond what the slowest line takes (`web.patience`).
What a browser or machine on the cable sends is there at once; who takes longer keeps a connection from others."""

DEVICE: Final = 10.0
"""For a slip printer to take a slip and to say that it is printed: a slip of 20 cm takes about 2 s."""

SHOWN_AFTER: Final = 2.0
"""What takes longer shows that it is under way."""
