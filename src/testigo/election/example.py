"""The elections that ship with Testigo, for trials and rehearsals: `testigo/examples/NAME/election.yaml`."""

from importlib import resources
from pathlib import Path

from testigo import storage

EXAMPLES = {
    "municipality": "one station, a mayor and a council, with 24 voters",
    "republic": "a whole country: a president and an assembly of 277 seats",
}
"""Name → what is voted on there."""


def example_definition(name: str) -> Path:
    """The definition file of one of `EXAMPLES`, where it is installed."""
    return Path(str(resources.files("testigo") / "examples" / name / "election.yaml"))


def copy_example(name: str, folder: Path) -> list[Path]:
    """Copy an example's files into a new folder; returns them. Raises `StorageError` where the folder is in use."""
    sources = sorted(example_definition(name).parent.iterdir())
    with storage.new_folder(folder) as building:
        for source in sources:
            storage.write(building / source.name, storage.read(source))
    return [folder / source.name for source in sources]
