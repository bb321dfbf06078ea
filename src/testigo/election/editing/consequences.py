"""What goes with an edit besides: rules that another kind of contest has not, texts of a language with another code."""

from collections.abc import Iterator, Sequence

from testigo.election.diagnostic import DefinitionPath
from testigo.election.editing.edits import Edit, Put, Remove
from testigo.election.editing.fields import PARTS, Field, fields_of, list_of, text_parts
from testigo.election.editing.plain import Plain, at, items, single


def rules_gone(values: Plain, path: DefinitionPath, edits: Sequence[Edit]) -> list[Remove]:
    """What the contest at a path says that its new kind has not, where these edits give it another: it would be
    refused, and no field of the new kind shows it.
    """
    put = {edit.path: edit.value for edit in edits if isinstance(edit, Put)}
    before, kind = single(at(values, (*path, "kind"))), str(put.get((*path, "kind"), ""))
    if list_of(path) != "contests" or not kind or kind == before:
        return []
    gone = [*_of_other_kinds(values, path, PARTS["contests"], kind)]
    for number in range(len(items(at(values, (*path, "options"))))):
        gone += _of_other_kinds(values, (*path, "options", number), PARTS["options"], kind)
    if kind != "party-list" and at(values, (*path, "agreements")) is not None:
        gone.append(Remove((*path, "agreements")))
    return gone


def _of_other_kinds(values: Plain, path: DefinitionPath, fields: Sequence[Field], kind: str) -> Iterator[Remove]:
    used = {field.path[0] for field in fields if not field.kinds or kind in field.kinds}
    for key in dict.fromkeys(field.path[0] for field in fields if field.path[0] not in used):
        if at(values, (*path, key)) is not None:
            yield Remove((*path, key))


def texts_renamed(before: Plain, after: Plain) -> list[Put]:
    """The texts of each language that stands in the place of another, both lists being of one length: it is that one
    with another code. `after`: what is said with the edits that were asked for.
    """
    old, new = ([single(one) for one in items(at(values, ("languages",)))] for values in (before, after))
    if len(old) != len(new):
        return []
    renamed = {one: other for one, other in zip(old, new, strict=True) if one not in new and other not in old}
    return list(_in_all_texts(after, renamed)) if renamed else []


def _in_all_texts(values: Plain, renamed: dict[str, str]) -> Iterator[Put]:
    for path in text_parts(values, ()):
        part = at(values, path)
        for field in fields_of(values, path) if isinstance(part, dict) else ():
            said = at(part, field.path)
            if field.kind not in ("texts", "names") or not isinstance(said, dict):
                continue
            codes = {code: renamed[code] for code in said if code in renamed and renamed[code] not in said}
            if codes:
                yield Put((*path, *field.path), {codes.get(code, code): text for code, text in said.items()})
