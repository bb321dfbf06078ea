"""The booth's search among the options of a long contest: by keyboard, or letter by letter on the touchscreen."""

from litestar import get, post
from litestar.params import FromPath

from testigo.screens.booth_stage import TheBooth, contests_of, speak_as, to_stage
from testigo.screens.contest_pages import may_mark, search_for, search_of, searched, typed
from testigo.web.application import change_appearance
from testigo.web.browser_session import Request
from testigo.web.forms import FormSent
from testigo.web.guards import own_screen
from testigo.web.pages import Answer, page, redirect


@get("/contest/{number:int}/find", guards=[own_screen], sync_to_thread=False)
def find_options(request: Request, number: FromPath[int], booth: TheBooth) -> Answer:
    """What is searched for so far, how many options that finds, and the letters that may come next."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    speak_as(request, session)
    contest = booth.definition.contest(contests_of(booth, session)[number - 1])
    find, search = searched(request, contest.id), search_of(booth, session, contest)
    return page(
        request, "booth/find.html", contest=contest, address=f"/contest/{number}", find=find,
        heading=booth.definition.words(contest.title, session.language), total=len(contest.options),
        found=len(search.found(find)), letters=search.letters(find),
    )  # fmt: skip


@post("/contest/{number:int}/find", guards=[own_screen], sync_to_thread=False)
def search_options(request: Request, number: FromPath[int], form: FormSent, booth: TheBooth) -> Answer:
    """One more `letter`, or one fewer; then the contest with only what was found, or with all options again."""
    session = booth.current()
    if session is None or not may_mark(booth, session, number):
        return to_stage(request, booth, session)
    change_appearance(request, form)
    contest = booth.definition.contest(contests_of(booth, session)[number - 1])
    wish, find = typed(form)
    search_for(request, contest.id, find)
    if wish == "language":
        return redirect(f"/language?back=/contest/{number}/find")
    found = search_of(booth, session, contest).found(find)
    to_options = wish == "all" or (wish == "show" and found)
    return redirect(f"/contest/{number}" if to_options else f"/contest/{number}/find")
