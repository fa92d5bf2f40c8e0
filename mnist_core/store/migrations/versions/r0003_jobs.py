"""Revision 0003: jobs of other kinds stand beside searches, with wishes and a progress."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; all that is there is a search."""
    for column in (
        sa.Column("kind", sa.String(32), nullable=False, server_default="search"),
        sa.Column("wishes", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("n_wishes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("progress", sa.Float),
    ):
        op.add_column("runs", column)
