"""`POST /orders`: how the chair's machine speaks to the others. The envelope's signature is checked by the
station's room.
"""

from collections.abc import Callable

from litestar import Response

from testigo.errors import TestigoError
from testigo.web.pages import Answer


def answer_order(order: Callable[[bytes], bytes], envelope: bytes) -> Answer:
    """The machine's signed report, or 409 with the parts of the sentence why it did not obey."""
    try:
        report = order(envelope)
    except TestigoError as error:
        return Response(error.as_json(), status_code=409)
    return Response(report, media_type="application/json", status_code=200)
