"""Templates: the minutiae of one impression, and the standard records that hold them.

`template` is the value; `formats` names the formats, recognises them, writes and reads records. Each family of formats
is a module (`minutiae_2005`, `minutiae_2009`, `minutiae_2011`) on what they share (`minutiae_record`). A new format is
a module beside them and a line in `formats.FORMATS`.
"""

from testigo.fingerprint.templates.formats import FORMATS, choose, decode_all, decode_template, encode_template, name_of
from testigo.fingerprint.templates.minutiae_record import View
from testigo.fingerprint.templates.template import Kind, Template

__all__ = [
    "FORMATS",
    "Kind",
    "Template",
    "View",
    "choose",
    "decode_all",
    "decode_template",
    "encode_template",
    "name_of",
]
