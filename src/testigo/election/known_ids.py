"""The ids of a definition that its parts refer to, and where each district stands."""

from collections.abc import Iterator

from testigo.election.definition import Definition, District
from testigo.election.diagnostic import DefinitionPath
from testigo.election.value import Text


class KnownIds:
    """The definition, with the ids that others may refer to and the place of every district."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.districts = list(districts_with_paths(definition.districts))
        self.district_ids = {district.id for _, district in self.districts}
        self.parties = {party.id: party for party in definition.parties}
        self.paths = {district.id: path for district, path in definition.all_districts()}

    def words(self, text: Text, language: str) -> str:
        """A text as it is printed in a language: in the first one where that lacks it, which is an error of its own."""
        return text.get(language) or text.get(next(iter(self.definition.languages), ""), "")


def districts_with_paths(districts: tuple[District, ...]) -> Iterator[tuple[DefinitionPath, District]]:
    """Every district of a tree with its place in the definition, parents first."""
    waiting: list[tuple[DefinitionPath, District]] = [
        (("districts", place), one) for place, one in enumerate(districts)
    ]
    waiting.reverse()
    while waiting:
        path, district = waiting.pop()
        yield path, district
        below = list(enumerate(district.districts))
        waiting.extend(((*path, "districts", place), one) for place, one in reversed(below))
