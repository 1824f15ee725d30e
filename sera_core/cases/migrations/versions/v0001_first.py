"""The first tables: cases and their nodules."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("saved", sa.DateTime, nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
    )
    op.create_index("ix_cases_owner_saved", "cases", ["owner", "saved"])
    op.create_table(
        "nodules",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("size_mm", sa.Double),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("probability", sa.Double),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("bethesda", sa.Integer),
        sa.Column("histology", sa.String(16)),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("arrays", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Take both away."""
    op.drop_table("nodules")
    op.drop_table("cases")
