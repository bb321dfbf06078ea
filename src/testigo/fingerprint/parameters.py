"""Every number that tunes extraction and matching, in one place, each with where it came from.

"Tuned" means: chosen on synthetic fingers and on the first half of the fingers of the shared sets (FVC2002 DB1_B and
DB3_B, FVC2004 DB1_B and DB2_B, UPEK), see docs/fingerprint.md; the other half is what is reported.
"""

from typing import NamedTuple


class MatchingParameters(NamedTuple):
    """Numbers of the matcher. Lengths in pixels at 500 dpi, angles in radians. A plain tuple, as numba wants it."""

    # Edges: what a template is prepared into.
    max_minutiae: int = 100  # the best by quality; more add time and chance pairs, not evidence
    neighbours: int = 9  # edges from each minutia
    shortest_edge: float = 9.0  # below one ridge period the edge's direction is noise
    longest_edge: float = 190.0

    # Votes: when two edges are alike.
    length_tolerance: float = 6.0  # plus the share below: distortion grows with length
    length_share: float = 0.08
    vote_floor: float = 0.25  # what two edges just within the tolerances still give
    edge_angle_tolerance: float = 0.40

    # Alignments.
    seeds: int = 12  # minutia pairs tried as the start of an alignment, best voted first
    least_votes: float = 1.0  # a pair of minutiae with less is no start
    local_radius: float = 110.0  # the first fit looks no farther from the seed than this
    local_distance: float = 14.0
    rigid_passes: int = 3  # fit and pair again, over the whole print
    rigid_distance: float = 18.0
    angle_tolerance: float = 0.52  # 30 degrees
    direction_arm: float = 20.0  # how much a minutia's direction weighs in the fit

    # Elastic correction.
    finalists: int = 3  # alignments refined elastically
    elastic_passes: int = 2
    elastic_reach: float = 70.0  # width of the kernel that carries displacement from pairs to neighbours
    elastic_prior: float = 0.7  # weight of "no displacement"
    elastic_distance: float = 13.0

    # Evidence.
    share_prior: float = 6.0  # minutiae's worth of doubt about the share that pairs up: few prove little


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


MATCHING = MatchingParameters()
EXTRACTION = ExtractionParameters()
IMAGE = ImageLimits()
