"""Revision 0001: the tables of version 0.1.0, made before revisions were written down."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _make_runs()
    _make_fits()
    _make_epochs()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("dataset_name", sa.String(300), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("n_fits", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("ended", sa.Float),
        sa.Column("heartbeat", sa.Float),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("outcome", sa.JSON),
    )


def _make_fits() -> None:
    op.create_table(
        "fits",
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("candidate", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fold", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("score", sa.Float),
        sa.Column("n_epochs", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )


def _make_epochs() -> None:
    op.create_table(
        "epochs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String(32), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("candidate", sa.Integer, nullable=False),
        sa.Column("fold", sa.Integer, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("train_loss", sa.Float),
        sa.Column("valid_loss", sa.Float),
        sa.Column("valid_accuracy", sa.Float),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Index("epochs_by_run", "run_id", "id"),
    )
