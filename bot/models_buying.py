"""The tables that only buying needs: mappings, proven payment methods, homes that may buy, alarms that were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot import columns

columns.name_constraints(SQLModel.metadata)


class Mapping(SQLModel, table=True):
    """What one variant of a shop is bought as on AliExpress, for one country or (None) for all; `ignored`: not at all.

    `sku_attr` is kept to the letter; `cost_minor` is what one unit is expected to cost, shipping apart.
    """

    __tablename__ = "mapping"
    __table_args__ = (UniqueConstraint("shop", "variant_id", "country", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    shop: str = Field(max_length=32)
    variant_id: str = Field(max_length=20, index=True)
    country: str = Field(default="", max_length=2)
    position: int = 0
    ignored: bool = False
    product_id: str | None = None
    sku_id: str | None = None
    sku_attr: str = ""
    options: list[list[str]] = Field(default_factory=list, sa_column=columns.json())
    ship_from: str | None = None
    carrier: str | None = None
    units: int = 1
    cost_minor: int | None = Field(default=None, sa_column=Column(BigInteger()))
    cost_currency: str | None = Field(default=None, max_length=3)
    title: str = ""
    image: str | None = None
    looked_at: datetime | None = Field(default=None, sa_column=columns.utc())
    checked_at: datetime | None = Field(default=None, sa_column=columns.utc())
    created_at: datetime = Field(sa_column=columns.utc(nullable=False))


class ProvenMethod(SQLModel, table=True):
    """A payment method of an account that was once seen to leave an order unpaid after the press."""

    __tablename__ = "proven_method"

    account: str = Field(max_length=32, primary_key=True)
    method: str = Field(max_length=120, primary_key=True)
    number: str = Field(max_length=20)
    proven_at: datetime = Field(sa_column=columns.utc(nullable=False))


class BuyingHome(SQLModel, table=True):
    """A home folder that may buy with this database: it has looked on AliExpress for what it does not know of.

    `last_intent_at` is held against the same time in the home folder: a database that knows less was restored.
    """

    __tablename__ = "buying_home"

    home_id: str = Field(max_length=32, primary_key=True)
    account: str = Field(max_length=32, primary_key=True)
    reconciled_since: datetime | None = Field(default=None, sa_column=columns.utc())
    reconciled_at: datetime | None = Field(default=None, sa_column=columns.utc())
    last_intent_at: datetime | None = Field(default=None, sa_column=columns.utc())


class OwnAddress(SQLModel, table=True):
    """What the robot typed last into its own entry of an account's address book; by that it knows the entry again."""

    __tablename__ = "own_address"

    account: str = Field(max_length=32, primary_key=True)
    known: list[dict[str, Any]] = Field(default_factory=list, sa_column=columns.json())


class Recheck(SQLModel, table=True):
    """When the unpaid orders of an account are to be read again, and when that was done."""

    __tablename__ = "recheck"

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(max_length=32)
    at: datetime = Field(sa_column=columns.utc(nullable=False, index=True))
    done_at: datetime | None = Field(default=None, sa_column=columns.utc())
    reason: str = ""


class Alarm(SQLModel, table=True):
    """Something that was told once; `key` says what, so that it is not told again."""

    __tablename__ = "alarm"
    __table_args__ = (UniqueConstraint("key"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=120)
    at: datetime = Field(sa_column=columns.utc(nullable=False))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=columns.json())
