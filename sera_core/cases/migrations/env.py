"""Called by Alembic: run the steps on the connection that :mod:`sera_core.cases.database` opened."""

from alembic import context

from sera_core.cases.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
