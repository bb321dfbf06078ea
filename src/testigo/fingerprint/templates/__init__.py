"""Templates: what is kept of an impression, and the standard records it is written in."""
