"""One file per step. Alembic reads the files; nothing imports this package."""
