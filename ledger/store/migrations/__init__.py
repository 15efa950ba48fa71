"""The steps by which Alembic makes and upgrades the schema of the database."""
