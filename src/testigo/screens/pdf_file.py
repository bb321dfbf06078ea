"""A PDF document as an answer: kept as a file by the browser, or shown by it in place of the page."""

from litestar import Response


def pdf_file(pdf: bytes, name: str) -> Response[bytes]:
    """The document, to be saved as `name` (an id of ours and `.pdf`)."""
    return Response(pdf, media_type="application/pdf", headers=saved_as(name))


def pdf_shown(pdf: bytes, name: str) -> Response[bytes]:
    """The document, to be looked at, and saved as `name`."""
    return Response(pdf, media_type="application/pdf", headers=saved_as(name, "inline"))


def saved_as(name: str, how: str = "attachment") -> dict[str, str]:
    """The header by which a browser saves an answer as `name`; `how`: `inline` where it may show it first."""
    return {"content-disposition": f'{how}; filename="{name}"'}
