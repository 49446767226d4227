"""Runs the migrations on the connection that `signoff.db.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection

from signoff.db.base import Base

connection: Connection | None = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError(
        "migrations are carried out by `signoff.db.migrate`, which knows role, locks and time-outs"
    )

# The metadata lends its naming convention to constraints without a name.
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
