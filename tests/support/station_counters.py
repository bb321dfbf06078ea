"""A station's counters in tests, by the counters' names alone."""

from typing import Any

import msgspec

from testigo.ballot import COUNTERS, Counter, Reconciliation


def counted(**counters: Any) -> Reconciliation:
    """A reconciliation of these counters and, where given, the chair's `reasons`; all others are at zero."""
    return changed(Reconciliation.zero(), **counters)


def changed(before: Reconciliation, **counters: Any) -> Reconciliation:
    """A reconciliation with other counters, or other `reasons` of the chair."""
    for name, value in counters.items():
        if name == "reasons":
            before = msgspec.structs.replace(before, reasons=value)
            continue
        (machine,) = {one.machine.replace("-", "_") for one in COUNTERS if one.name == name}
        own = msgspec.structs.replace(getattr(before, machine), **{name: value})
        before = msgspec.structs.replace(before, **{machine: own})
    return before


def incremented(before: Reconciliation, counter: Counter) -> int | dict[str, int]:
    """That counter's value with one more counted, for the last of its reasons where it has some."""
    figures = dict(before.figures())[counter]
    last = counter.reasons[-1] if counter.reasons else ""
    more = figures | {last: figures.get(last, 0) + 1}
    return more if counter.reasons else more[""]
