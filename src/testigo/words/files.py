"""Catalogues as gettext files for translators: every sentence with what it says in English and Spanish above it."""

from collections.abc import Iterator

from babel.core import Locale, UnknownLocaleError
from babel.messages.plurals import get_plural
from babel.messages.pofile import normalize

from testigo.words.catalogues import FALLBACK, FIRST, Address, Catalogue, Forms, catalogue_of, of_release
from testigo.words.voters import is_for_voters

_SHOWN = (FALLBACK, FIRST)

_FOR_VOTERS = "for voters"
"""Above each sentence that a language of voters must have."""


def catalogue_file(language: str) -> str:
    """One file with every sentence of a language, empty where it has none yet."""
    own = catalogue_of(language)
    number, rule = own.rule if own.forms else _plural(language)
    entries = (_entry(address, own, number) for address in of_release(FIRST).forms)
    return "\n".join([_head(language, number, rule, own.reviewed_by), *entries])


def _head(language: str, number: int, rule: str, reviewed_by: str) -> str:
    fields = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals={number}; plural={rule};",
        "X-Reviewed-By": reviewed_by,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}'


def _entry(address: Address, own: Catalogue, number: int) -> str:
    section, key = address
    forms = own.forms.get(address, ())
    lines = [*_comments(address), f"msgctxt {_quoted(section)}", f"msgid {_quoted(key)}"]
    if len(of_release(FIRST).forms[address]) == 1:
        lines.append(f"msgstr {_quoted(forms[0] if forms else '')}")
    else:
        given: Forms = (*forms, *("",) * number)[:number]
        lines += [f"msgid_plural {_quoted(key)}", *(f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(given))]
    return "\n".join(lines) + "\n"


def _comments(address: Address) -> Iterator[str]:
    if is_for_voters(*address):
        yield f"#. {_FOR_VOTERS}"
    for language in _SHOWN:
        for form in catalogue_of(language).forms.get(address, ()):
            for line in form.split("\n"):
                yield f"#. {language}: {line}"


def _quoted(text: str) -> str:
    return str(normalize(text, width=0))


def _plural(language: str) -> tuple[int, str]:
    """How many plural forms a language has, and which is for which number (CLDR)."""
    try:
        number, rule = get_plural(Locale.parse(language, sep="-"))[:2]
    except (UnknownLocaleError, ValueError):
        return 2, "(n != 1)"
    return number, str(rule)
