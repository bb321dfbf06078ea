"""A PDF document as an answer: kept as a file by the browser, which shows none of it in the page."""

from litestar import Response


def pdf_file(pdf: bytes, name: str) -> Response[bytes]:
    """The document, to be saved as `name` (an id of ours and `.pdf`)."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
