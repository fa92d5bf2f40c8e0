"""Changes of the store's schema, one script a revision; Alembic carries them out."""
