"""A chair's event log in words: what each event is called, and what it says."""

from collections.abc import Sequence
from typing import Any

from testigo.ballot.reasons import in_words
from testigo.election import StationMachine
from testigo.event_log import Event
from testigo.words import Message, Value, instant, message, or_itself, value_text

_SHOWN = 60
"""Characters of a text or digest."""
_REASONS = {
    "opened": "count.opened_outside",
    "paused": "pause",
    "session-voided": "void",
    "print-allowed": "allow",
    "closed": "count.closed_early",
}
"""Event whose reason is one of a list → how its words begin; other reasons are in somebody's own words."""


def event_name(event: Event, language: str) -> str:
    """What an event is called; its id, where a newer release wrote it."""
    return or_itself(language, f"event.{event.event}", event.event)


def event_data(event: Event, language: str) -> list[tuple[str, str]]:
    """What an event says: names and values in words, without values that are nothing to read."""
    said = [(name, _value(event.event, name, value, language)) for name, value in event.data.items()]
    return [(or_itself(language, f"event-data.{name}", name), value) for name, value in said if value]


def _value(event: str, name: str, value: Any, language: str) -> str:
    if name == "last_heard":  # the counters are on the tally sheet
        return _shortened(str(value.get("head", "")))
    if name == "reason":
        kind = _REASONS.get(event)
        return or_itself(language, f"{kind}.{value}", value) if kind else in_words(value, language)
    return _shortened(value_text(_message(name, value), language)) if name != "issued" else instant(value, language)


def _message(name: str, value: Any) -> Value:
    if name in ("role", "machine"):
        return _machine(value)
    if name == "reports":
        return [message("term", "figure-of", figure=_machine(one), what=digest[:16]) for one, digest in value.items()]
    if name == "step":
        left, _, right = value.partition("=")
        return message(
            "term", "reason-for.difference", left=Message("counters", left), right=Message("counters", right)
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(one)[:16] for one in value]
    said: Value = value
    return said


def _machine(name: str) -> Message:
    machine = StationMachine.named(name)
    return message("screens", f"{machine.role}.role") if machine.number == 1 else machine.label


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
