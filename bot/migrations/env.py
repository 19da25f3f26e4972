"""Runs the migrations on the connection that bot/db.py hands over, inside its transaction."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import AutoString, SQLModel

from bot import columns, models  # noqa: F401 - models declares the tables


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as `columns.Utc()` and plain strings, so that a migration needs no SQLModel."""
    if kind == "type" and isinstance(item, columns.Utc):
        return "columns.Utc()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if kind == "type" and isinstance(item, sa.Enum):
        # A later version may know more words; the column itself holds any.
        return "sa.String(length=40)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
