"""Images of one finger: read and written in the formats that readers and registries use; untrusted input throughout."""
