"""Fingers that could not be taken at an enrolment, each with its reason."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Add the table, empty: of enrolments made before, nobody knows."""
    op.create_table(
        "finger_exception",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False, index=True),
        sa.Column("finger", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("enrolment", "finger"),
    )
