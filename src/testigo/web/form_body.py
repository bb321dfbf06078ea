"""What a browser sends of a form, from untrusted bytes to texts and files: UTF-8 or refused, and nothing of it kept.

Litestar's own readers are not used. One keeps the last 1024 forms in the process's memory, in their order: PINs,
document numbers, votes. The other decodes each text by whatever encoding its sender names, of which some fail and some
take quadratic time, and puts files over 1 MiB, fingers too, on the disk.
"""

from urllib.parse import parse_qsl

from multipart import MultipartSegment, PushMultipartParser

from testigo.errors import InvalidInput
from testigo.web.browser_session import Request

URL_ENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

MOST_FIELDS = 1000
LONGEST_BOUNDARY = 70
"""Of RFC 2046, 5.1.1."""

Texts = dict[str, list[str]]
Files = dict[str, list[bytes]]


async def read_body(request: Request) -> tuple[Texts, Files]:
    """Texts and files by field name, in the form's order. Raises `InvalidInput` for what is not a form."""
    kind, options = request.content_type
    try:
        if kind == URL_ENCODED:
            return _url_encoded(await request.body()), {}
        if kind == MULTIPART:
            return await _multipart(request, options.get("boundary", ""))
    except ValueError:  # not UTF-8, not ASCII, too many fields, and every error of the multipart parser
        raise InvalidInput("request.malformed") from None
    raise InvalidInput("request.not-a-form")


def _url_encoded(body: bytes) -> Texts:
    texts: Texts = {}
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    for field, text in pairs:
        texts.setdefault(field, []).append(text)
    return texts


async def _multipart(request: Request, boundary: str) -> tuple[Texts, Files]:
    if len(boundary) > LONGEST_BOUNDARY:
        raise ValueError("boundary")
    texts: Texts = {}
    files: Files = {}
    segment: MultipartSegment | None = None
    data = bytearray()
    with PushMultipartParser(boundary, max_segment_count=MOST_FIELDS) as parser:
        async for chunk in request.stream():
            for part in parser.parse(chunk) if chunk else ():
                if isinstance(part, MultipartSegment):
                    segment, data = part, bytearray()
                elif part is not None:
                    data += part
                elif segment is not None and segment.filename is not None:
                    files.setdefault(segment.name, []).append(bytes(data))
                elif segment is not None:
                    texts.setdefault(segment.name, []).append(data.decode())
    return texts, files
