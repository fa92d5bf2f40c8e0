"""The tables of the store, for any database that SQLAlchemy speaks to."""

import sqlalchemy as sa

METADATA = sa.MetaData()

RUNS = sa.Table(
    "runs",
    METADATA,
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
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("outcome", sa.JSON(none_as_null=True)),
    sa.Column("owner", sa.String(400)),
    sa.Column("queue_position", sa.Float),
    sa.Column("worked_seconds", sa.Float, nullable=False, server_default="0"),
    sa.Column("tags", sa.JSON, nullable=False, server_default="[]"),
    # A search, or a kind of job: then `plan` holds its settings, and `n_fits` is 0.
    sa.Column("kind", sa.String(32), nullable=False, server_default="search"),
    sa.Column("wishes", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("n_wishes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("progress", sa.Float),
    # Whose it is, and whether the others may look at it.
    sa.Column("space", sa.String(32), nullable=False, server_default="", index=True),
    sa.Column("is_published", sa.Boolean, nullable=False, server_default=sa.false()),
    # When it was begun last, counted over all work: clocks of several machines may differ.
    sa.Column("turn", sa.Integer, nullable=False, server_default="0"),
)
PEOPLE = sa.Table(
    "people",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    # What makes two names, or two logins, one: no two people share it.
    sa.Column("key", sa.String(400), nullable=False, unique=True),
    sa.Column("code_hash", sa.String(200)),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
    sa.Column("page", sa.String(40), nullable=False, server_default=""),
    sa.Column("n_wrong", sa.Integer, nullable=False, server_default="0"),
    sa.Column("wait_until", sa.Float, nullable=False, server_default="0"),
    sa.Column("limits", sa.JSON, nullable=False, server_default="{}"),
)
LAB = sa.Table(
    "lab",
    METADATA,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
FITS = sa.Table(
    "fits",
    METADATA,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("candidate", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("fold", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("score", sa.Float),
    sa.Column("n_epochs", sa.Integer, nullable=False, default=0),
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),
)
# A loss may be NaN, which SQLite stores as NULL: those columns allow it.
EPOCHS = sa.Table(
    "epochs",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("candidate", sa.Integer, nullable=False),
    sa.Column("fold", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("train_loss", sa.Float),
    sa.Column("valid_loss", sa.Float),
    sa.Column("valid_accuracy", sa.Float),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Index("epochs_by_run", "run_id", "id"),
    sa.UniqueConstraint("run_id", "candidate", "fold", "epoch", name="one_row_an_epoch"),
    # Else SQLite gives the id of a removed epoch to the next one, which who reads on would miss.
    sqlite_autoincrement=True,
)
# What users say of a candidate of a search.
MARKS = sa.Table(
    "marks",
    METADATA,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("candidate", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("is_flagged", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
)
