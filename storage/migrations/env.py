"""How Alembic runs the migrations: in the caller's connection, in one transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    render_as_batch=True,
    on_version_apply=context.config.attributes.get("applied"),
)
context.run_migrations()
