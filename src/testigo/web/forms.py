"""What a person sent: fields of a form, read once, with the token checked before any page sees them."""

from collections.abc import Iterator

from litestar.di import NamedDependency

from testigo.errors import InvalidInput, NotAllowed, is_printable
from testigo.web import browser_session
from testigo.web.browser_session import Request
from testigo.web.form_body import read_body

LONGEST_TEXT = 2000
_MOST_DIGITS = 8


class Form:
    """Texts and files by field name."""

    def __init__(self, texts: dict[str, list[str]], files: dict[str, list[bytes]]) -> None:
        self._texts = texts
        self._files = files

    def __contains__(self, field: str) -> bool:
        return field in self._texts

    def text(self, field: str, otherwise: str | None = None) -> str:
        """The one text of a field, without the white space around it; raises `InvalidInput` where it is missing or
        too long, or holds control or other unprintable characters.
        """
        texts = self._texts.get(field, [])
        if not texts and otherwise is not None:
            return otherwise
        if len(texts) != 1 or len(texts[0]) > LONGEST_TEXT:
            raise InvalidInput("field.not-once", most=LONGEST_TEXT)
        text = texts[0].strip()
        if not is_printable(text, LONGEST_TEXT):
            raise InvalidInput("field.not-printable")
        return text

    def texts(self, field: str) -> tuple[str, ...]:
        """Every text of a field, in the form's order; empty if none."""
        return tuple(self._texts.get(field, []))

    def all_texts(self) -> Iterator[tuple[str, str]]:
        """Every field's name with every text of it, to send the same form again."""
        return ((name, text) for name, texts in self._texts.items() for text in texts)

    def file(self, field: str) -> bytes:
        """The bytes of an uploaded file; raises `InvalidInput` where none was chosen."""
        files = self.files(field)
        if len(files) != 1:
            raise InvalidInput("upload.not-one-file")
        return files[0]

    def files(self, field: str) -> tuple[bytes, ...]:
        """Every file chosen for a field, in the form's order; empty if none."""
        return tuple(data for data in self._files.get(field, []) if data)


def whole_number(text: str, otherwise: int) -> int:
    """The whole number that a browser sent, of 1 to 8 digits; `otherwise` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else otherwise


FormSent = NamedDependency[Form]
"""A handler's parameter `form: FormSent` is the form of this request."""


async def read_form(request: Request) -> Form:
    """Read a form whose token is the session's own; raises `NotAllowed` for any other, `InvalidInput` for what is not a
    form.
    """
    texts, files = await read_body(request)
    session = browser_session.session_or_none(request)
    if session is None or not session.owns(texts.get("token", [""])[0]):
        raise NotAllowed("form.of-another-visit")
    request.state.sent_file = any(data for sent in files.values() for data in sent)
    return Form(texts, files)
