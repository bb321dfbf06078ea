"""The tables of release 0.1."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Make them as release 0.1 did: a register that it made is only marked with this number."""
    op.create_table(
        "register_about",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("election", sa.String(64), nullable=False),
        sa.Column("key_check", sa.String(64), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
    )
    op.create_table(
        "voter",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document", sa.String(24), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False, index=True),
        sa.Column("roll", sa.Text, nullable=False),
    )
    _enrolments()
    _duplicates()
    op.create_table(
        "poll_book",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("issued", sa.String(20), nullable=False),
        sa.Column("voters", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.UniqueConstraint("station", "serial"),
    )


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("voter", sa.Integer, sa.ForeignKey("voter.id"), nullable=False, index=True),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
        sa.Column("accepted_because", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.String(20)),
        sa.Column("withdrawn_by", sa.Text),
        sa.Column("withdrawn_because", sa.Text),
    )
    op.create_table(
        "impression",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("finger", sa.Integer, nullable=False),
        sa.Column("quality", sa.Integer, nullable=False),
        sa.Column("template", sa.LargeBinary, nullable=False),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("enrolment", "number"),
    )


def _duplicates() -> None:
    op.create_table(
        "duplicate_case",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("earlier", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("later", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False, index=True),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("earlier_impression", sa.Integer, nullable=False),
        sa.Column("later_impression", sa.Integer, nullable=False),
        sa.Column("opened", sa.String(20), nullable=False),
        sa.UniqueConstraint("earlier", "later"),
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("duplicate_case", sa.Integer, sa.ForeignKey("duplicate_case.id"), nullable=False, index=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("at", sa.String(20), nullable=False),
    )
