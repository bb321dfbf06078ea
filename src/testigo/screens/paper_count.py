"""Votes on paper, on the chair's screen: ballots and forms to print, figures entered by two persons, a signature.

Two persons enter the figures of the minutes apart from each other, a third decides where they differ. Then the page
shows what will be signed, and the chair signs it with why it was held on paper.
"""

from typing import Literal, cast

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testigo.audit.hand_count import tally_keys, tally_of
from testigo.ballot import ManualTally
from testigo.count import NO_RULINGS
from testigo.count.rulings_check import RulingsCheck
from testigo.count.statements import LONGEST_WHY
from testigo.count.unread import Unread
from testigo.errors import IllegalStep, InvalidInput
from testigo.paper_mode import filled_minutes, paper_kit
from testigo.screens.figure_rows import LARGEST_FORM, groups_of, made_of
from testigo.screens.looked_at import digest_of, was_seen
from testigo.screens.pdf_file import pdf_shown, saved_as
from testigo.station.chair.chair import Chair
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.double_entry import DoubleEntry, EntryGroup, EntryRow
from testigo.web.forms import Form, FormSent
from testigo.web.guards import person
from testigo.web.kept_entries import ENTRIES_FORMAT, KeptEntries
from testigo.web.pages import Answer, page, redirect
from testigo.words import Message, message

TheChair = NamedDependency[Chair]

_FORM = "manual-tally"
_COUNTERS = ("signed-in", "handed-out", "spoiled")


@get("/on-paper", guards=[person], sync_to_thread=False)
def show_paper(request: Request, chair: TheChair) -> Answer:
    """What to print, what was signed so far, and the next person's form; once both have entered, the form to sign."""
    told = browser_session.session(request).data.pop("told", "")
    entry, signed = _entry(chair), chair.manual_tally()
    files = [(name, _label(name)) for name, _ in paper_kit(chair.definition, chair.station_id)]
    body = _tally(chair, entry) if entry.step == "done" else None
    return page(
        request, "chair/on_paper.html", entry=entry, told=told, files=files, signed=signed, body=body, look=False,
        longest=LONGEST_WHY, forced=chair.tally_sheet() is not None, state=chair.state,
        station=chair.definition.station(chair.station_id),
    )  # fmt: skip


@get("/on-paper/print/{name:str}", guards=[person], sync_to_thread=False)
def print_paper(name: FromPath[str], chair: TheChair) -> Answer:
    """One of the files to print."""
    for known, make in paper_kit(chair.definition, chair.station_id):
        if known == name:
            return pdf_shown(make(), name)
    raise InvalidInput("page.unknown")


@post("/on-paper", guards=[person], request_max_body_size=LARGEST_FORM, sync_to_thread=False)
def take_figures(form: FormSent, chair: TheChair) -> Answer:
    """Take the next person's figures; figures that cannot be on paper are refused before they are compared."""
    entry = _entry(chair)
    entry.take(form)
    if entry.step == "done":
        _tally(chair, entry)
    _kept(chair).put(_FORM, entry)
    return redirect("/on-paper")


@post("/on-paper/again", guards=[person], sync_to_thread=False)
def enter_again(chair: TheChair) -> Answer:
    """Forget what was entered, before it is signed."""
    _kept(chair).drop(_FORM)
    return redirect("/on-paper")


@post("/on-paper/sign", guards=[person], sync_to_thread=False)
def sign_paper(request: Request, form: FormSent, chair: TheChair) -> Answer:
    """Show what will be signed; with `go` = `sign`, sign it where it is what was shown."""
    entry = _entry(chair)
    if entry.step != "done":
        raise IllegalStep("double-entry.not-done")
    body = _body(chair, entry, form)
    RulingsCheck(chair.definition, NO_RULINGS, "", Unread(), "").check(body)
    signs = form.text("go", "") == "sign"
    if signs and was_seen(form, body):
        chair.count_on_paper(body)
        _kept(chair).drop(_FORM)
        browser_session.session(request).data["told"] = "on-paper"
        return redirect("/on-paper")
    return page(
        request, "chair/on_paper.html", status_code=409 if signs else 200, entry=entry, told="", files=[],
        signed=chair.manual_tally(), body=body, look=True, seen=digest_of(body), changed=signs,
        longest=LONGEST_WHY, forced=False, state=chair.state,
        station=chair.definition.station(chair.station_id),
    )  # fmt: skip


@get("/on-paper.pdf", guards=[person], sync_to_thread=False)
def signed_minutes(chair: TheChair) -> Answer:
    """What was signed, as minutes for chair and witnesses to sign by hand."""
    signed = chair.manual_tally()
    if signed is None:
        raise IllegalStep("manual-tally.none", station=chair.station_id)
    body = msgspec.convert(signed.statement.body, ManualTally)
    return pdf_shown(filled_minutes(chair.definition, body, signed.digest), f"manual-tally-{chair.station_id}.pdf")


@get("/on-paper.json", guards=[person], sync_to_thread=False)
def signed_file(chair: TheChair) -> Answer:
    """The signed statement, to be carried to the authority."""
    headers = saved_as(f"manual-tally-{chair.station_id}.json")
    return Response(chair.manual_tally_json(), media_type="application/json", headers=headers)


ROUTES = [show_paper, print_paper, take_figures, enter_again, sign_paper, signed_minutes, signed_file]


def _label(name: str) -> Message:
    """What a file to print is called: the ballots are those of the styles that their names end with."""
    if name == "tally-form.pdf":
        return message("paper_mode", "tally-form")
    return message("paper_mode", "minutes") if name == "minutes.pdf" else message("slip", "on-paper.title")


def _kept(chair: Chair) -> KeptEntries:
    return KeptEntries(chair.folder.path / ENTRIES_FORMAT.name)


def _entry(chair: Chair) -> DoubleEntry:
    first = chair.definition.languages[0]
    rows = tuple(EntryRow(name, message("screens", f"on-paper.{name}").text(first), name) for name in _COUNTERS)
    counters = EntryGroup(message("screens", "on-paper.counters").text(first), rows)
    groups = groups_of(chair.definition, tally_keys(chair.definition, chair.station_id))
    return _kept(chair).get(_FORM, (counters, *groups))


def _tally(chair: Chair, entry: DoubleEntry) -> ManualTally:
    """What was entered, with nothing said in words yet; raises `InvalidInput` where sums do not come out."""
    tally = made_of(entry, lambda figures: tally_of(chair.definition, chair.station_id, figures))
    signed_in, handed_out, spoiled = (entry.figures[name] for name in _COUNTERS)
    return ManualTally(chair.station_id, "whole", tally, signed_in, handed_out, spoiled, "", "", entry.persons)


def _body(chair: Chair, entry: DoubleEntry, form: Form) -> ManualTally:
    """What will be signed, with what the chair says."""
    part = form.text("part", "whole")
    if part not in ("whole", "part"):
        raise InvalidInput("form.not-offered")
    said = {name: " ".join(form.text(name, "").split()) for name in ("reason", "explanation", "why")}
    body = _tally(chair, entry)
    if not body.differences():
        said["explanation"] = ""
    chosen = "part" if chair.tally_sheet() is not None else part
    return msgspec.structs.replace(body, part=cast(Literal["whole", "part"], chosen), **said)
