"""Every number that tunes extraction and matching, in one place, each with where it came from.

"Tuned" means: chosen on synthetic fingers and on the first half of the fingers of the shared sets (FVC2002 DB1_B and
DB3_B, FVC2004 DB1_B and DB2_B, UPEK), see docs/fingerprint.md; the other half is what is reported.
"""

from typing import NamedTuple


class MatchingParameters(NamedTuple):
    """Numbers of the matcher. Lengths in pixels at 500 dpi, angles in radians. A plain tuple, as numba wants it."""

    max_minutiae: int = 100  # the best by quality; more add time and chance pairs, not evidence

    # The prefilter: most impostors end here.
    prefilter_level: int = 90  # differing bits, of 256, from which a minutia's surroundings count as not alike
    least_prefilter: float = 0.27  # bits under that level, per probe minutia and logarithm of the candidate's number

    # Leads: pairs of minutiae with alike surroundings.
    leads: int = 32
    lead_level: int = 118  # differing bits; between any two minutiae 128 differ
    lead_turn: float = 0.6  # rotations that two leads of one motion may differ by
    shortest_lead: float = 8.0  # nearer than a ridge period two leads prove no motion
    lead_distance: float = 7.0  # plus the share below: distortion grows with length
    lead_stretch: float = 0.12

    # Alignments.
    seeds: int = 3  # leads tried as the start of an alignment, best supported first
    least_support: float = 0.2  # a lead with less starts no alignment: one chance agreement gives it
    least_promise: float = 0.03  # support times the prefilter's square: who hardly passed it needs more
    least_similarity: float = 0.07  # of an alignment's pairs (0 chance, 1 same), times the logarithm of prints' size
    rigid_passes: int = 2  # fit and pair again, over the whole print
    rigid_distance: float = 18.0
    angle_tolerance: float = 0.52  # 30 degrees
    direction_arm: float = 20.0  # how much a minutia's direction weighs in the fit

    # Elastic correction.
    finalists: int = 2  # alignments refined elastically
    elastic_passes: int = 2
    elastic_reach: float = 70.0  # width of the kernel that carries displacement from pairs to neighbours
    elastic_prior: float = 0.7  # weight of "no displacement"
    elastic_distance: float = 13.0

    # Evidence.
    share_prior: float = 6.0  # minutiae's worth of doubt about the share that pairs up: few prove little


class DescriptorParameters(NamedTuple):
    """Numbers of a minutia's descriptor; `descriptor.npz` is for these. Pixels at 500 dpi, radians."""

    radius: float = 100.0  # of the surroundings that are looked at
    side: int = 10  # cells of the grid across them
    directions: int = 6
    place_spread: float = 14.0  # standard deviation of a neighbour's share in the cells around it
    direction_spread: float = 0.7


class GalleryParameters(NamedTuple):
    """Numbers of the search among many."""

    scan_minutiae: int = 20  # of the probe, the best by quality; more cost time and find little
    scan_level: int = 20  # differing bits, of 64, from which a word is not alike; 31 at most (see `_bit_planes`)
    prefiltered: float = 0.06  # share of all templates that goes on from the scan to the prefilter
    least_prefiltered: int = 4096
    matched: float = 0.003  # share of all templates that goes on to the matcher
    least_matched: int = 512
    scan_share: int = 16_384  # templates that are worth another core
    prefilter_share: int = 2048
    match_share: int = 64


class ExtractionParameters(NamedTuple):
    """Numbers of the extraction. Lengths in pixels at 500 dpi."""

    quality_cut: float = 0.3  # minutiae below are dropped; 0.3 to 0.4 measured best, the authors' 0.6 clearly worse
    most_minutiae: int = 255  # what a record of ISO/IEC 19794-2:2005 can count
    block: int = 16  # side of the squares whose contrast tells finger from background
    least_contrast: float = 8.0  # standard deviation of grey within a block of the finger
    least_run: int = 2  # blocks of the finger that a row or column needs to belong to the crop
    margin: int = 24  # kept around the finger, so that the network sees where the ridges end
    longest_side: int = 1024  # of the crop: 5 cm are more than any finger, and the network's memory grows with the area
    multiple: int = 32  # the network halves its input five times


class ImageLimits(NamedTuple):
    """What is believed of a file before it is decoded."""

    most_bytes: int = 32 * 1024 * 1024
    longest_side: int = 4096  # four fingers at 1000 dpi are 3200 wide
    shortest_side: int = 64  # 3 mm at 500 dpi: less holds no pattern
    lowest_dpi: int = 200  # below: a screen's default (72, 96) or no unit (1), never a fingerprint reader
    highest_dpi: int = 2000
    usual_dpi: int = 500  # what is assumed where the file says nothing that can be true
    most_scans: int = 64  # of a progressive JPEG; cameras and libjpeg write 6 to 12, a file made to stall a million
    most_tiles: int = 1024  # of a JPEG 2000 image: 128 pixels a side at the largest size
    most_planes: int = 4  # of a JPEG 2000 image: red, green, blue, and what is transparent


MATCHING = MatchingParameters()
DESCRIPTOR = DescriptorParameters()
GALLERY = GalleryParameters()
EXTRACTION = ExtractionParameters()
IMAGE = ImageLimits()
