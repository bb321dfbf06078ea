"""Decode one WSQ image in a process of its own: bytes on standard input, header and grey pixels on standard output.

The decoder (NIST's, in C) crashes on some damaged files, about 1 of 100 with random bytes changed. A crash here ends
this process and not the desk's. `image` runs this file as a script; it imports nothing of Testigo, to start quickly.
"""

import io
import resource
import struct
import sys

HEADER = struct.Struct(">III")  # width, height, resolution stated by the file (0: none)
_MEMORY = 1 << 30
_SECONDS = 10


def main(longest_side: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    import wsq  # noqa: F401  (importing it teaches Pillow the format)
    from PIL import Image

    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("WSQ",)) as picture:
        if max(picture.size) > longest_side:
            return 1
        pixels = picture.convert("L")
        dpi = picture.info.get("dpi", (0, 0))[0]
    sys.stdout.buffer.write(HEADER.pack(*pixels.size, max(0, int(dpi))) + pixels.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
