"""The definition of a training: one station of an election, with an id, titles and a day that are not the election's.

Every title says *sample* in its own language: the election's, the station's and each contest's. So all pages, papers
and statements say it too, whatever prints them; on a paper vote each contest does, also on a piece of it.
"""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from testigo import storage
from testigo.election import Contest, Definition, Station, Text, is_training, load, open_station_file
from testigo.election.cut_out import cut_out, ending_in
from testigo.election.training import TRAINING_ENDING
from testigo.errors import InvalidInput
from testigo.keys import PublicKey
from testigo.paper.sample import sample_words
from testigo.station.install import installed_folders
from testigo.station.machine.folder import DEFINITION, read_settings


def read_election(source: Path, station_id: str = "") -> tuple[Definition, str]:
    """The election's definition and the station to train for. `source`: a definition's file, or the folder of an
    installed station, of which nothing else is read. `station_id`: "" for the first, or for that of the folder.

    Raises what `load` raises; `InvalidInput` for an unknown station, and for the folder of a training.
    """
    if source.is_dir():
        machine = installed_folders(source)[0]
        settings = read_settings(machine)
        root, place = PublicKey.from_hex(settings.root), machine / DEFINITION
        definition = open_station_file(storage.read(place), root, place=str(place))
        station_id = station_id or settings.station
    else:
        definition = load(source)
        station_id = station_id or definition.stations[0].id
    if is_training(definition):
        raise InvalidInput("training.of-a-training", place=source)
    definition.station(station_id)
    return definition, station_id


def training_of(definition: Definition, station_id: str, voters: int, day: date) -> Definition:
    """The training for a station of an election, on that day and with so many voters.

    Raises `InvalidInput` for an unknown station, and where there is no voter.
    """
    fields = {name: getattr(definition, name) for name in Definition.__struct_fields__}
    alone = Definition(**{**fields, "stations": (definition.station(station_id),)})
    small = cut_out(alone, 1, voters, ending=TRAINING_ENDING)
    return replace(
        small,
        title=_marked(small.title),
        date=day.isoformat(),
        stations=tuple(_marked_station(one, small) for one in small.stations),
        contests=tuple(_marked_contest(one) for one in small.contests),
    )


def training_id(election: Definition) -> str:
    """The id of the trainings of an election."""
    return ending_in(election.id, TRAINING_ENDING)


def _marked(text: Text) -> Text:
    return {language: f"{sample_words((language,))[0]} · {words}" for language, words in text.items()}


def _marked_station(station: Station, definition: Definition) -> Station:
    return replace(station, name=f"{sample_words(definition.languages[:1])[0]} · {station.name}")


def _marked_contest(contest: Contest) -> Contest:
    return replace(contest, title=_marked(contest.title))
