"""What Alembic runs around the steps: on the connection, and in the transaction, that `schema` opened."""

from alembic import context

from testigo.register import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    on_version_apply=context.config.attributes["on_step"],
)
with context.begin_transaction():
    context.run_migrations()
