"""The chair's steps in any order, with restarts in between: only the legal ones happen, and the log says which."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from testigo.errors import IllegalStep
from testigo.event_log import log_origin, verify_event_log
from testigo.station.chair.chair import Chair
from testigo.station.install import machine_folders

LEGAL = {
    "test": {"installed": "tested", "tested": "tested"},
    "zero_report": {"tested": "zero-reported", "zero-reported": "zero-reported"},
    "open": {"zero-reported": "open"},
    "pause": {"open": "paused"},
    "resume": {"paused": "open"},
    "close_polls": {"open": "closed", "paused": "closed", "closed": "closed"},
    "send": {"closed": "sent", "sent": "sent"},
}
"""Step → state before → state after; any other state refuses the step."""


class Steps(RuleBasedStateMachine):
    make_place = None

    @initialize()
    def begin(self):
        self.home = tempfile.TemporaryDirectory()
        self.place = type(self).make_place(Path(self.home.name) / "station")
        self.place.start()
        self.place.check_in.load_poll_book(self.place.poll_book)
        self.codes = [card.code for card in self.place.booth.make_cards(spare=0).cards]
        self.state, self.votes, self.package = "installed", 0, None

    def teardown(self):
        if hasattr(self, "place"):
            self.place.stop()
            self.home.cleanup()

    @rule(step=st.sampled_from(sorted(LEGAL)))
    def step(self, step):
        chair: Chair = self.place.chair
        action = {"test": self.place.test, "pause": lambda: chair.pause("power")}.get(step) or getattr(chair, step)
        entries = len(chair.folder.log)
        try:
            result = action()
        except IllegalStep:
            assert self.state not in LEGAL[step]
            assert len(chair.folder.log) == entries  # a refused step leaves no trace among the steps taken
            return
        self.state = LEGAL[step][self.state]
        if step == "send":
            assert self.package in (None, result)
            self.package = result

    @rule()
    def vote(self):
        documents = ["103", "104"][self.votes : self.votes + 1]
        if self.state == "open" and documents:
            self.place.release(documents[0])
            self.place.vote(self.codes.pop(0))
            self.votes += 1
        elif self.state != "open":
            for refused in (lambda: self.place.check_in.find("103"), lambda: self.place.booth.accept_card("x")):
                try:
                    refused()
                except IllegalStep:
                    continue
                raise AssertionError("a voter was let through")

    @rule()
    def restart(self):
        self.place.restart()

    @invariant()
    def state_is_the_logs(self):
        if not hasattr(self, "place"):
            return
        assert self.place.chair.state == self.state
        sheet = self.place.chair.tally_sheet()
        assert (sheet is not None) == (self.state in ("closed", "sent"))
        if sheet is not None:
            assert sheet.reconciliation.is_consistent and sheet.reconciliation.booth.recorded == self.votes
        programs = {"chair": self.place.chair, "booth": self.place.booth, "check-in": self.place.check_in}
        for path, machine in machine_folders(self.place.folder):
            folder = programs[machine.role].folder
            origin = log_origin(folder.settings.election, "s1", machine.name)
            verify_event_log((path / "events.log").read_bytes(), folder.key.public, origin, head=folder.log.head)


def test_steps_in_any_order(installed, root, place):
    def make_place(folder):
        shutil.copytree(installed[0], folder)
        return type(place)(folder, root, installed[1])

    Steps.make_place = staticmethod(make_place)
    run_state_machine_as_test(Steps, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))
