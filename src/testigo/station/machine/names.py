"""What people call a machine on screens and paper: the first of a role has no number."""

from testigo.election import StationMachine
from testigo.words import Message, message, say


def numbered(name: str, machine: StationMachine) -> str:
    """A name of the role with the machine's number, from the second on."""
    return name if machine.number == 1 else f"{name} {machine.number}"


def title(machine: StationMachine, language: str) -> str:
    """The machine as a heading: `Booth`, `Booth 2`."""
    return numbered(say(language, f"{machine.role}.role"), machine)


def titled(machine: StationMachine) -> Message:
    """The same as a value of a sentence."""
    role = message("screens", f"{machine.role}.role")
    return message("term", "machine-numbered", role=role, number=machine.number) if machine.number > 1 else role
