"""Phrases that documents and docstrings of this project do not use, and what to write in their place.

English is a second language to many who will carry this code on: no metaphors, no old words, no turns of phrase that a
dictionary does not explain. A phrase is a regular expression, tried on one paragraph at a time, whatever its case.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PHRASES = {
    r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|(?:more|less|other|later|earlier|better|worse) than\b)\w+": (
        "is not a …"
    ),
    r"\b(?:is|are|was|were) wanted\b": "is required; expected …",
    r"\ba (?:second|minute|millimetre|core|worker|image) a (?:second|core|image|worker)\b": "per second and core",
    r"\d a (?:second|minute|millimetre)\b": "per second",
    r"\btwice is once\b": "idempotent",
    r"\ball of it or nothing\b": "atomic",
    r"\bnobody vouches\b": "untrusted input",
    r"\bfingers? of nobody\b": "synthetic fingers",
    r"\bstrangers?\b": "anyone; an impostor; an unknown key; independent (verification)",
    r"\bstor(?:y|ies)\b": "steps; contents",
    r"\bmistakes?\b": "error",
    r"\bnotebooks?\b": "log",
    r"\btongues?\b": "language",
    r"\blikest\b|\blikeness\b": "most similar; similarity",
    r"\buntil it suits\b": "until the value is favourable",
    r"\botherwise than\b": "unexpected; differently from",
    r"\bto the last byte\b": "byte-identical",
    r"\banew\b": "again",
    r"\bbegun\b": "started",
    r"\bmend(?:s|ed|ing)?\b": "hint; to correct",
    r"\bvouch(?:es|ed)?\b": "to guarantee",
    r"\bheld by a test\b": "checked by a test",
    r"\bnought\b|\bhence\b|\bthereof\b|\bwhence\b|\blest\b": "zero; so; of it; from where; so that not",
    r"\b(?:letters?|digits?|alphanumeric|check|wrong|twelve|eleven|\d+) signs?\b": "character",
}
"""Phrase → what to write."""

GONE_NAMES = frozenset(
    "mistake mistakes stranger strangers story notebook courier mend heard held visitor tongue tongues likest likeness"
    " glance glanced seekers hasty belonging commander impressing".split()
)
"""Words that stand in no name of the code any more."""

GONE_TYPES = frozenset({"Taken", "Said", "Story", "Filing", "Ledger", "LastWords", "OrderBook", "PinWanted"})
"""Names of types that are gone."""

ONE_MEANING = (
    "Entry", "Session", "Report", "Machine", "Visit", "ContestView", "Place", "Refused", "VerifiedStatement",
    "Impression", "Gallery", "Candidate", "StationMachine", "Incident", "Desk", "Tries", "Told",
)  # fmt: skip
"""Names that once were several types'; each is at most one's."""

ALLOWED = {
    ("docs/glossary.md", "*"): "the list of these phrases",
}
"""(File, phrase found or `*`) → why it may stand there."""


def paragraphs_of(page: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of each paragraph of a page, without code blocks and `code`."""
    text = re.sub(r"```.*?```", lambda found: "\n" * found[0].count("\n"), page.read_text(), flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "`…`", text)
    line = 1
    for part in re.split(r"(\n\s*\n)", text):
        if part.strip():
            yield line, part
        line += part.count("\n")


def docstrings_of(module: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of each docstring of public names, and of each text that follows a public constant."""
    tree = ast.parse(module.read_text())
    yield from _docstrings(tree)


def _docstrings(node: ast.Module | ast.ClassDef) -> Iterator[tuple[int, str]]:
    for child in node.body:
        match child:
            case ast.Expr(ast.Constant(str() as text)):
                yield child.lineno, re.sub(r"`[^`]*`", "`…`", text)
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield from _docstrings(child)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
                if text := ast.get_docstring(child):
                    yield child.body[0].lineno, re.sub(r"`[^`]*`", "`…`", text)


def names_of(module: Path) -> Iterator[tuple[int, str]]:
    """Line number and name of everything that a module names: modules, types, functions, parameters, variables."""
    yield 1, module.stem
    for node in ast.walk(ast.parse(module.read_text())):
        for field in ("name", "id", "arg", "attr"):
            if isinstance(name := getattr(node, field, None), str):
                yield getattr(node, "lineno", 1), name


def types_of(module: Path) -> Iterator[str]:
    """The types that a module defines at its top, aliases among them."""
    for node in ast.parse(module.read_text()).body:
        match node:
            case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def phrases_in(text: str) -> Iterator[tuple[str, str]]:
    """What is found of `PHRASES`, and what to write in its place."""
    flat = re.sub(r"\s+", " ", text)
    for phrase, instead in PHRASES.items():
        for found in re.finditer(phrase, flat, re.IGNORECASE):
            yield found[0], instead
