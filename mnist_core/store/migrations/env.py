"""What Alembic runs to migrate: within the transaction of who opens the store."""

from alembic import context

from mnist_core.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
