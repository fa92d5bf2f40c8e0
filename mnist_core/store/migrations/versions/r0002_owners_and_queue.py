"""Revision 0002: runs have owners, a queue, pauses and tags; an epoch is there once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_DROP_DOUBLES = """
    DELETE FROM epochs WHERE id NOT IN (SELECT max(id) FROM epochs GROUP BY run_id, candidate, fold, epoch)
"""


def upgrade() -> None:
    """Add the columns, queue what waits in its order, and hold each epoch once."""
    for column in (
        sa.Column("owner", sa.String(400)),
        sa.Column("queue_position", sa.Float),
        sa.Column("worked_seconds", sa.Float, nullable=False, server_default="0"),
        sa.Column("tags", sa.JSON, nullable=False, server_default="[]"),
    ):
        op.add_column("runs", column)
    op.execute("UPDATE runs SET queue_position = created WHERE state = 'queued'")
    op.execute(_DROP_DOUBLES)
    # SQLite has to copy the table for both; ids that were given once are not given again.
    with op.batch_alter_table("epochs", table_kwargs={"sqlite_autoincrement": True}) as epochs:
        epochs.create_unique_constraint("one_row_an_epoch", ["run_id", "candidate", "fold", "epoch"])
