"""Which random word of the template generator is for what: one table, so that no two purposes share a word.

A finger and each of its impressions draw a fixed number of 64-bit words from a stream of their own (`streams`). Each
purpose takes the word at its place. Where a name ends in `S`, its words follow each other from there on, one for each
of several things alike. What is drawn again and again (a try for a minutia, a sighting) takes its words from the end of
the fixed ones on; the places within one of these are counted from its first word.
"""

# ── A finger ─────────────────────────────────────────────────────────────────────────────────────────────────────────

FINGER_WORDS = 6144  # drawn for a finger; what is not used is thrown away
WAVES = 4  # of the ridges, that many of each kind of their words

PATTERN = 0  # arch, whorl, tented arch or loop
FIRST_PLACE = 1  # of the pattern's cores and deltas, two numbers each
SECOND_PLACE = 2
THIRD_PLACE = 3
WHORL_CORES_APART = 4
WAVE_TURNS = 5  # and lengths; every second word
WAVE_OFFSETS = 6  # every second word
WAVE_STRENGTHS = 14
MINUTIAE = 24  # how many the finger has
TRIES = 25  # from here on tries for a minutia, one after another

TRY_PLACE = 0
TRY_ROOM_AND_WAY = 1  # whether others leave room for it, and which of its two ways it runs
TRY_DENSITY = 2  # whether ridges ask for a minutia there
TRY_DIRECTION = 3
TRY_KIND = 4
TRY_CLARITY = 5
TRY_PAIRED = 6  # whether it runs against its neighbour
TRY_OUTSIDE, TRY_REFUSED, TRY_KEPT = 2, 3, 7  # words that a try takes: off the finger, no minutia, a minutia

# ── An impression ────────────────────────────────────────────────────────────────────────────────────────────────────

IMPRESSION_WORDS = 3072  # drawn for an impression
BENDS = 2  # slow displacements by uneven pressure
PATCHES = 2  # dry or wet

OFF_X, OFF_Y = 0, 1  # where on the finger the contact lies
CONTACT_SIZE = 2
CONTACT_SHAPE = 3
TURN = 4
PULL_X, PULL_Y = 5, 6
TORSION = 7
SCALE = 8
PLACE_X, PLACE_Y = 9, 10  # where in the image the contact lies
CLARITY = 11
BEND_TURNS = 12  # and lengths
BEND_OFFSETS = 14
BEND_PUSHES = 16
PATCH_PLACES = 18
PATCH_DEPTHS = 20
HARDNESS = 22  # how much worse than usual this impression is
SPURIOUS = 24  # from here on tries for a spurious minutia

SPURIOUS_TRIES = 40
SPURIOUS_PLACE = 0
SPURIOUS_DENSITY = 1
SPURIOUS_WAY = 2
SPURIOUS_KIND = 3
SPURIOUS_TAKES = 4  # words of a try

SIGHTINGS = SPURIOUS + SPURIOUS_TRIES * SPURIOUS_TAKES  # from here on each minutia in the contact, as it is seen
SIGHTING_CLARITY = 0
SIGHTING_X, SIGHTING_Y = 1, 2
SIGHTING_DIRECTION = 3
SIGHTING_KIND = 4
SIGHTING_TAKES = 5
