"""From an image to its template: the minutiae network, the quality of an impression, prints from files, conversion."""
