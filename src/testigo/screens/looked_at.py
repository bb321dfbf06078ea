"""What is signed is what was looked at: a form that signs sends the digest of the body that its page showed."""

from testigo import canonical
from testigo.canonical import SignedValue
from testigo.web.forms import Form


def digest_of(body: SignedValue) -> str:
    """What the form's field `seen` sends; another body has another."""
    return canonical.digest(canonical.encode(body))


def was_seen(form: Form, body: SignedValue) -> bool:
    """Whether the form comes from a page that showed this very body."""
    return form.text("seen", "") == digest_of(body)
