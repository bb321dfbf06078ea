"""What a page offers to whoever looks at it: its links, and its forms with what may be filled in and pressed.

A form offers what a browser without a script would send: every control that is not disabled, by the rules of HTML 5
(required, maxlength, the options of a list, the values of boxes and buttons). A button that is hidden from people is
none. `OfferedForm.filled` is what the browser sends, or says why the page does not let it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_CHOICES = frozenset({"checkbox", "radio", "option"})
_SENDS_NOTHING = frozenset({"button", "reset"})


class NotOffered(Exception):
    """Why a page does not let a form be sent so: the name of a field, or what is missing."""


@dataclass
class _Control:
    """One control of a form. `kind`: an input's type, `option`, `textarea` or `submit`. `value`: what it sends;
    `on`: whether it sends that unless somebody changes it."""

    kind: str
    name: str
    value: str
    on: bool = False
    required: bool = False
    longest: int | None = None
    multiple: bool = False


@dataclass
class OfferedForm:
    """One form. `action`: the path it is sent to; `method`: get | post."""

    action: str
    method: str
    controls: list[_Control] = field(default_factory=list)

    def filled(self, fields: Mapping[str, Sequence[str]], files: Mapping[str, int]) -> list[tuple[str, str]]:
        """What is sent where somebody fills in `fields` (name → values) and chooses files (name → how many), and leaves
        everything else as it is. Raises `NotOffered`."""
        by_name: dict[str, list[_Control]] = {}
        for control in self.controls:
            by_name.setdefault(control.name, []).append(control)
        for name in (*fields, *files):
            if name not in by_name:
                raise NotOffered(name)
        sent: list[tuple[str, str]] = []
        for name, controls in by_name.items():
            sent += [(name, value) for value in _values(name, controls, fields.get(name), files.get(name, 0))]
        self._check_button(fields)
        return sent

    def _check_button(self, fields: Mapping[str, Sequence[str]]) -> None:
        buttons = [control for control in self.controls if control.kind == "submit"]
        if not any(not button.name or button.value in fields.get(button.name, ()) for button in buttons):
            raise NotOffered("submit")


def _values(name: str, controls: Sequence[_Control], given: Sequence[str] | None, files: int) -> Iterator[str]:
    kinds = {control.kind for control in controls}
    if kinds == {"submit"}:
        yield from _pressed(name, controls, given)
    elif kinds == {"file"}:
        _check_files(name, controls[0], files)
    elif kinds <= _CHOICES:
        yield from _chosen(name, controls, given)
    else:
        yield from _typed(name, controls, given)


def _pressed(name: str, buttons: Sequence[_Control], given: Sequence[str] | None) -> Iterator[str]:
    """The one button of that name that is pressed; none, where another button sends the form."""
    if not name or given is None:
        return
    if len(given) != 1 or given[0] not in {button.value for button in buttons}:
        raise NotOffered(f"{name}={','.join(given)}")
    yield given[0]


def _chosen(name: str, choices: Sequence[_Control], given: Sequence[str] | None) -> Iterator[str]:
    """Boxes, circles, or the options of a list."""
    one_only = choices[0].kind == "radio" or (choices[0].kind == "option" and not choices[0].multiple)
    chosen = [one.value for one in choices if one.on] if given is None else list(given)
    for value in chosen:
        if value not in {one.value for one in choices}:
            raise NotOffered(f"{name}={value}")
    if (one_only and len(chosen) > 1) or (choices[0].required and not any(chosen)):
        raise NotOffered(name)
    yield from chosen


def _typed(name: str, controls: Sequence[_Control], given: Sequence[str] | None) -> Iterator[str]:
    values = [control.value for control in controls] if given is None else list(given)
    if len(values) != len(controls):
        raise NotOffered(name)
    for control, value in zip(controls, values, strict=True):
        if control.kind == "hidden" and value != control.value:
            raise NotOffered(f"{name}={value}")
        too_long = control.longest is not None and len(value) > control.longest
        if too_long or (control.required and not value):
            raise NotOffered(name)
        yield value


def _check_files(name: str, control: _Control, files: int) -> None:
    if (control.required and not files) or (files > 1 and not control.multiple):
        raise NotOffered(name)


class Offered(HTMLParser):
    """The forms and links of one page. `links`: addresses that it names, pictures among them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[OfferedForm] = []
        self.links: set[str] = set()
        self._by_id: dict[str, list[_Control]] = {}
        self._ids: dict[str, OfferedForm] = {}
        self._open: OfferedForm | None = None
        self._list: dict[str, str | None] | None = None
        self.feed(text)
        for form_id, controls in self._by_id.items():
            if form_id in self._ids:
                self._ids[form_id].controls += controls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what may be followed, filled in or pressed."""
        of = dict(attrs)
        self.links |= {target for key in ("href", "src") if (target := of.get(key))}
        if tag == "form":
            self._open = OfferedForm(of.get("action") or "", (of.get("method") or "get").lower())
            self.forms.append(self._open)
            if form_id := of.get("id"):
                self._ids[form_id] = self._open
        elif tag == "select":
            self._list = of
        elif "disabled" in of or of.get("aria-hidden") == "true":
            pass
        elif tag == "option" and self._list is not None:
            self._take(self._list, _Control("option", self._list.get("name") or "", of.get("value") or "",
                       "selected" in of, "required" in self._list, multiple="multiple" in self._list))  # fmt: skip
        elif tag in ("input", "button", "textarea"):
            self._take(of, _control(tag, of))

    def handle_endtag(self, tag: str) -> None:
        """A form or a list ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._end_list()

    def _end_list(self) -> None:
        """A list shows its first option until somebody chooses another."""
        if self._list is None:
            return
        form_id = self._list.get("form")
        kept = self._by_id.get(form_id, []) if form_id else self._open.controls if self._open else []
        options = [one for one in kept if one.kind == "option" and one.name == self._list.get("name")]
        if options and not any(one.on for one in options) and "multiple" not in self._list:
            options[0].on = True
        self._list = None

    def _take(self, of: Mapping[str, str | None], control: _Control) -> None:
        if control.kind in _SENDS_NOTHING:
            return
        if form_id := of.get("form"):
            self._by_id.setdefault(form_id, []).append(control)
        elif self._open is not None:
            self._open.controls.append(control)


def _control(tag: str, of: Mapping[str, str | None]) -> _Control:
    kind = (of.get("type") or ("submit" if tag == "button" else "text")).lower()
    value, longest = of.get("value"), of.get("maxlength")
    return _Control(
        kind,
        of.get("name") or "",
        ("on" if kind in ("checkbox", "radio") else "") if value is None else value,
        "checked" in of,
        "required" in of,
        int(longest) if longest and longest.isdecimal() else None,
        "multiple" in of,
    )
