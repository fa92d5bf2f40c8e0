"""Revision 0004: work belongs to a space and can be published; people, and what the lab knows of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns and tables; all that is there is the one person's."""
    op.add_column("runs", sa.Column("space", sa.String(32), nullable=False, server_default=""))
    op.add_column("runs", sa.Column("is_published", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_runs_space", "runs", ["space"])
    op.create_table(
        "people",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.String(400), nullable=False, unique=True),
        sa.Column("code_hash", sa.String(200)),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("page", sa.String(40), nullable=False, server_default=""),
        sa.Column("n_wrong", sa.Integer, nullable=False, server_default="0"),
        sa.Column("wait_until", sa.Float, nullable=False, server_default="0"),
        sa.Column("limits", sa.JSON, nullable=False, server_default="{}"),
    )
    op.create_table(
        "lab",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
