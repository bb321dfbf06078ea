"""Corrections, moves and removals of voters, with their history; what was in a poll book when it was made."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Add the history, empty. Of poll books made before, nobody knows whether the register has changed since."""
    op.create_table(
        "voter_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("voter", sa.Integer, sa.ForeignKey("voter.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("erasure", sa.Integer, sa.ForeignKey("erasure.id")),
    )
    op.add_column("voter", sa.Column("removed", sa.String(20)))
    op.add_column("poll_book", sa.Column("contents", sa.String(64)))
