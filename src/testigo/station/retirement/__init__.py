"""The end of a machine: what the law keeps goes into an archive, its keys and all that they open are destroyed.

`retire` does it step by step, `archive` is the file that is kept, `page` what officers and witnesses sign.
"""
