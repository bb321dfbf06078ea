"""Decode one image in a process of its own: the file on standard input, header and pixels on standard output.

NIST's WSQ decoder crashes on some damaged files; OpenJPEG and libtiff read formats that let a small file ask for hours
of work or gigabytes of memory. Here such a file ends this process, within limits, and not the desk's.
`image_file` runs this file as a script; it imports nothing of Testigo, to start quickly.
"""

import importlib
import io
import resource
import struct
import sys

HEADER = struct.Struct(">II8s")  # width, height, and the name of Pillow's mode that says what a pixel is
_WSQ_MARK = b"\xff\xa0"
_MEMORY = 1 << 30
_SECONDS = 10
_PLAIN_MODES = ("1", "L", "LA", "RGB", "RGBA", "I;16", "I;16B", "I", "F")


def decode(data: bytes, formats: tuple[str, ...]) -> bytes:
    """Header and pixels of a file in one of Pillow's formats, or in WSQ where they are empty."""
    if data.startswith(_WSQ_MARK):
        pixels, width, height, _dpi = importlib.import_module("_wsq").decompress(data)
        return HEADER.pack(width, height, b"L") + bytes(pixels)
    from PIL import Image  # not where the file is WSQ: the process starts quickly

    with Image.open(io.BytesIO(data), formats=formats) as opened:
        opened.load()
        picture: Image.Image = opened
        if opened.mode not in _PLAIN_MODES:
            alpha = opened.mode in ("PA", "La", "RGBa") or "transparency" in opened.info
            picture = opened.convert("RGBA" if alpha else "RGB")
        return HEADER.pack(*picture.size, picture.mode.encode()) + picture.tobytes()


def main(formats: tuple[str, ...]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(decode(sys.stdin.buffer.read(), formats))
    return 0


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
