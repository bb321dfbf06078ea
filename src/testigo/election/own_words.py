"""An election's own catalogues: files `words/LANGUAGE.po` beside its definition, for languages that Testigo lacks.

They are checked as Testigo's own are, carried in the definition (so its digest names them, and every machine of the
election has them), and stand in place of Testigo's where it has that language too.
"""

from pathlib import Path

import msgspec

from testigo import canonical, storage, words
from testigo.election import source, yaml_text
from testigo.election.definition import Definition
from testigo.election.own_fonts import write_fonts
from testigo.errors import InvalidInput

FOLDER = "words"


def with_own_catalogues(definition: Definition, folder: Path) -> Definition:
    """The definition with the catalogues beside it, of the languages that it names; this process speaks them.

    Raises `InvalidInput` where a file lacks a sentence that voters meet, or is of no language of the election.
    """
    found = {file.stem: file for file in sorted((folder / FOLDER).glob("*.po"))}
    texts = {language: _read(language, file, definition) for language, file in found.items()}
    return msgspec.structs.replace(definition, catalogues=texts) if texts else definition


def write_definition(definition: Definition, file: Path) -> None:
    """Write a definition as a file that `load` reads, its own catalogues and fonts beside it: as JSON where it is named
    so, else as YAML that people can edit.
    """
    storage.make_folder(file.parent)
    write_fonts(definition, file.parent)
    for language, text in definition.catalogues.items():
        storage.make_folder(file.parent / FOLDER)
        storage.write(file.parent / FOLDER / f"{language}.po", text.encode())
    alone = msgspec.structs.replace(definition, catalogues={}, fonts=())
    if source.is_json(file):
        storage.write(file, canonical.encode(alone))
    else:  # through JSON: its keys in the order of the fields, and lists for tuples
        storage.write(file, yaml_text.document(msgspec.json.decode(msgspec.json.encode(alone))).encode())


def speak_own_languages(definition: Definition) -> None:
    """Let this process speak what the definition's own catalogues say; those that this release cannot use are left out:
    the definition stays valid, and its sentences are said in another of its languages.
    """
    for language, text in definition.catalogues.items():
        try:
            words.add(language, text)
        except ValueError:
            continue


def _read(language: str, file: Path, definition: Definition) -> str:
    if language not in definition.languages:
        raise InvalidInput("catalogue.of-other-language", place=file, language=language[:60])
    data = storage.read(file, limit=words.MOST_BYTES)
    try:
        text = data.decode("utf-8")
        own = words.parse(text)
    except ValueError as error:
        raise InvalidInput("catalogue.malformed", place=file, why=str(error)[:200]) from None
    if own.names.lower() not in ("", language.partition("-")[0].lower()):
        raise InvalidInput("catalogue.names-other-language", place=file, language=language, named=own.names[:20])
    if lacks := words.lacking(own, for_voters=True):
        raise InvalidInput("catalogue.incomplete", place=file, count=len(lacks), first=lacks[:6])
    if unfit := words.unfit(own):
        raise InvalidInput("catalogue.not-to-be-shown", place=file, count=len(unfit), first=unfit[:6])
    words.add(language, text)
    return text
