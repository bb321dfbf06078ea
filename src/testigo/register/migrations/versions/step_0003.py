"""What officers said of likely doubles among the voters."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "judged_double",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("voters", sa.String(16), nullable=False, index=True),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
    )
