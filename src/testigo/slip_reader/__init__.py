"""Reading paper votes from photographs and scans: a flattened slip to choices.

`reader` does all the steps; `legal_print` says what may stand on a slip, `similarity` compares what is seen with it.
Finding and flattening the slip in an image is the work of the room `scan`.
"""

from testigo.slip_reader.reader import SlipReader, SlipReading, read_slips

__all__ = ["SlipReader", "SlipReading", "read_slips"]
