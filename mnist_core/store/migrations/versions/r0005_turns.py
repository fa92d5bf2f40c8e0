"""Revision 0005: work knows its turn."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; nobody has had a turn."""
    op.add_column("runs", sa.Column("turn", sa.Integer, nullable=False, server_default="0"))
