"""From an image to its template.

`extractor` crops the image, runs the minutiae network (`leader`; `network_file` finds its file, `_leader_graph` builds
it, `_onnx` reads and writes such files) and keeps the minutiae above a quality. `quality` tells the clerk whether to
take the finger again, `prints` reads files that hold an image or a template, `conversion` turns any format into any
other.
"""

from testigo.fingerprint.extraction.conversion import BY_ENDING, TARGETS, Conversion, convert
from testigo.fingerprint.extraction.extractor import Extractor, extract
from testigo.fingerprint.extraction.network_file import NETWORK_SHA256, find_network, keep_network, network_bytes
from testigo.fingerprint.extraction.prints import Print, each_print, is_template, prints_in, read_print
from testigo.fingerprint.extraction.quality import quality, quality_label, quality_word

__all__ = [
    "BY_ENDING",
    "NETWORK_SHA256",
    "TARGETS",
    "Conversion",
    "Extractor",
    "Print",
    "convert",
    "each_print",
    "extract",
    "find_network",
    "is_template",
    "keep_network",
    "network_bytes",
    "prints_in",
    "quality",
    "quality_label",
    "quality_word",
    "read_print",
]
