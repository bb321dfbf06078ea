"""Reading paper votes from photographs and scans: a flattened slip to choices.

`reader` does all the steps. `code_lines` says which slip it is, `legal_print` what may stand on it, `similarity`
compares what is seen with that, `as_printed` finds what was written on it since; `doubts` are why a slip is refused.
Finding and flattening the slip in an image is the work of the room `scan`.
"""

from testigo.slip_reader.reader import SlipReader, SlipReading, read_slips

__all__ = ["SlipReader", "SlipReading", "read_slips"]
