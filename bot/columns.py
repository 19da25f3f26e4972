"""Column types that SQLite and PostgreSQL both keep whole: UTC times and words of an enumeration."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Enum, MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Every constraint has a name, or a later migration could not drop it on SQLite.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite drops the zone, so it is put back on reading. A naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc(*, nullable: bool = True, index: bool = False) -> Column[Any]:
    """A column of UTC times."""
    return Column(Utc(), nullable=nullable, index=index)


def word(kind: type[StrEnum], *, nullable: bool = False, index: bool = False) -> Column[Any]:
    """A column that holds the value (not the member's name) of an enumeration, as text on every database."""
    words = Enum(kind, native_enum=False, values_callable=lambda k: [m.value for m in k], length=40)
    return Column(words, nullable=nullable, index=index)


def json(*, nullable: bool = False) -> Column[Any]:
    """A column of JSON."""
    return Column(JSON(), nullable=nullable)


def name_constraints(metadata: MetaData) -> None:
    """Give all constraints of `metadata` predictable names; call it before the first table is declared."""
    metadata.naming_convention = NAMING
