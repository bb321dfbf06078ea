"""What an ESC/POS printer answers to a question about its paper, among all that it may send besides.

A printer may speak unasked: *automatic status back* (ASB), four bytes, whenever something changes. Whatever else comes
(flow control, an answer to somebody else, a device of another kind) is foreign. Only a whole and certain answer
says that there is paper; a byte that is not understood makes an answer uncertain, wherever it stands.

Bits as Epson's *ESC/POS Command Reference* has them (`DLE EOT 4`, `GS r 1`, `GS a`): an answer to `DLE EOT` has
`0··1··10`, the first byte of an ASB `0··1··00`, its others `0··0····`, the answer to `GS r` `0000····`.
"""

from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["incomplete", "paper", "no-paper", "not-ready", "foreign"]

MOST: Final = 256
"""Bytes that a printer may send about one question."""

_ASB_LENGTH = 4
_ASB_NOT_READY = 0x08 | 0x20
"""In the first byte: offline, cover open."""
_ASB_ERROR = 0x08 | 0x20 | 0x40
"""In the second: of the cutter, one that cannot be recovered from, one that can."""
_ASB_PAPER_END = 0x0C
"""In the third."""


@dataclass(frozen=True)
class PaperQuestion:
    """A question: the `command`, which bits its one-byte answer has fixed (`mask`, `fixed`), which say that the paper
    is at its end (`end`), and which that it is near it, all or none (`near`)."""

    command: bytes
    mask: int
    fixed: int
    end: int
    near: int

    def verdict(self, answer: int) -> Verdict:
        """What its answer says; `foreign` for a byte that cannot be one."""
        if answer & self.mask != self.fixed:
            return "foreign"
        if answer & self.end:
            return "no-paper"
        return "paper" if answer & self.near in (0, self.near) else "foreign"


NOW: Final = PaperQuestion(b"\x10\x04\x04", mask=0x93, fixed=0x12, end=0x60, near=0x0C)
"""`DLE EOT 4`: answered at once, whatever is still to be printed."""

IN_ORDER: Final = PaperQuestion(b"\x1dr\x01", mask=0xF0, fixed=0x00, end=0x0C, near=0x03)
"""`GS r 1`: answered in its turn, after everything sent before it has been printed."""


def judge(received: bytes, question: PaperQuestion | None) -> Verdict:
    """What all bytes since a question say together. `None`: nothing was asked yet, and `paper` means that nothing is
    against printing.

    `paper` only where there is exactly one answer, which says so, and any number of whole ASB, none of which says
    otherwise. Bytes of a status that was asked for earlier are foreign, too.
    """
    if len(received) > MOST:
        return "foreign"
    answered = question is None
    at = 0
    while at < len(received):
        byte = received[at]
        if byte & 0x93 == 0x10:
            whole = received[at : at + _ASB_LENGTH]
            said = _asb(whole)
            if said != "paper":
                return said
            at += _ASB_LENGTH
            continue
        said = "foreign" if answered or question is None else question.verdict(byte)
        if said != "paper":
            return said
        answered = True
        at += 1
    return "paper" if answered else "incomplete"


def _asb(group: bytes) -> Verdict:
    if any(byte & 0x90 for byte in group[1:]):
        return "foreign"
    if len(group) > 2 and group[2] & _ASB_PAPER_END:
        return "no-paper"
    if len(group) < _ASB_LENGTH:
        return "incomplete"
    return "not-ready" if group[0] & _ASB_NOT_READY or group[1] & _ASB_ERROR else "paper"
