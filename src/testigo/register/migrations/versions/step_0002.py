"""Traces of erasures by law; release 0.1 refuses the register from here on."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Add the traces. `format` 2 says to release 0.1, which reads nothing else, that the tables are not its own."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("voter", sa.Integer, sa.ForeignKey("voter.id"), nullable=False, index=True),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("enrolments", sa.Integer, nullable=False),
        sa.Column("templates", sa.Integer, nullable=False),
        sa.Column("images", sa.Integer, nullable=False),
        sa.Column("cleaned_at", sa.String(20)),
    )
    op.add_column("enrolment", sa.Column("erasure", sa.Integer, sa.ForeignKey("erasure.id")), inline_references=True)
    op.execute("UPDATE register_about SET format = 2")
