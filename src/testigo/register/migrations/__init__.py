"""The steps from one version of the register's schema to the next, run by Alembic (`schema` starts it).

`versions` holds a file per step, numbered 0001, 0002, …; `env` is what Alembic runs them with. A step is never changed
once a release has it. It writes its tables out and does not import `tables`, which shows the newest version only.

A new column or table: write it in `tables`, add the next file with `revision` and `down_revision`, and set
`tables.SCHEMA` to its number. What `testigo register upgrade` shows of it stands in the catalogues, as the term
`register-step.NUMBER`. A test compares the tables that the steps make with `tables`, another runs all steps over
registers of every release.

There are no steps back: whoever must go back restores the copy that the upgrade made.
"""
