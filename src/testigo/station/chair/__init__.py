"""The chair: the steps of a station's day, what is signed at its end, and every order to the other machines.

| to find out | read |
|---|---|
| the machine and its steps | `chair`, `state`; how the station is now: `status` |
| the test before opening, the zero report | `deck_run`, `zero_report` |
| how the station is closed | `closing`, `closing_reports` |
| which statements the chair keeps, which it signs in words | `statement_store`, `statements` |
| what is printed | `tally_sheet`, `pages` |
| the voter who is in a booth: ended, or one more print | `booth_sessions`, `extra_print` |
| clocks that are wrong | `clocks`, `clock_set` |
"""
