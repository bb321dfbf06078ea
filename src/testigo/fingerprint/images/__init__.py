"""Images of one finger, read and written in the formats of readers and registries. All input is untrusted.

`image` is the image itself; `image_file` decodes the formats of files (`_apart`: some of them in a process of its own),
`image_header` reads what they state before anything is decoded, `image_record` reads and writes ISO/IEC 19794-4
records. A new format goes into `image_file.FORMATS`, or beside `image_record`.
"""

from testigo.fingerprint.images.image import ENDINGS, WRITTEN_FORMATS, FingerImage, check_dpi

__all__ = [
    "ENDINGS",
    "WRITTEN_FORMATS",
    "FingerImage",
    "check_dpi",
]
