"""Photographs of voters' faces, for people to look at."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "photograph",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("voter", sa.Integer, sa.ForeignKey("voter.id"), nullable=False, unique=True),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("image", sa.LargeBinary, nullable=False),
    )
