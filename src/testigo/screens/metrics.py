"""What a station's machine adds to its metrics: how far the day is, and its counters as the event log has them.

The counters are those of the newest line `counted`, of at least ten voters and a quarter of an hour at a time: whoever
keeps what Prometheus scrapes has no finer list of voters than the machine itself.
"""

from collections.abc import Iterable
from typing import Protocol

from prometheus_client.core import GaugeMetricFamily, Metric

from testigo.station.machine.batches import COUNTED
from testigo.station.machine.folder import MachineFolder
from testigo.web.metrics import Collect


class MeasuredMachine(Protocol):
    """Booth, check-in or chair."""

    folder: MachineFolder

    @property
    def state(self) -> str:
        """How far the day is."""


def of_machine(machine: MeasuredMachine) -> Collect:
    """The metrics of one machine."""

    def collect() -> Iterable[Metric]:
        entries = machine.folder.log.entries()
        state = GaugeMetricFamily("testigo_machine_state", "1 for the state of this machine.", labels=["state"])
        state.add_metric([machine.state], 1)
        counters = GaugeMetricFamily(
            "testigo_counter", "Counters of the newest batch of voters, by reason.", labels=["counter", "reason"]
        )
        counted = [entry for entry in entries if entry.event == COUNTED]
        for name, value in counted[-1].data.items() if counted else ():
            for reason, count in value.items() if isinstance(value, dict) else [("", value)]:
                counters.add_metric([name, reason], count)
        return [state, counters]

    return collect
