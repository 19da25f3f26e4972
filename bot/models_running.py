"""The tables of running unattended: how each account stands, overrides that were accepted, what was told once."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot import columns
from flows.errors import NeedKind

columns.name_constraints(SQLModel.metadata)


class AccountState(SQLModel, table=True):
    """How an AliExpress account stands: signed in since when, when that was last looked at, and what it waits for.

    While `waits_for` is set, its browser jobs pause until `retry_at` or a sign-in; `told`: the merchant was told.
    `member` is the number by which AliExpress knows whoever signed in, so that another person's session is noticed.
    """

    __tablename__ = "account_state"

    account: str = Field(max_length=32, primary_key=True)
    signed_in_since: datetime | None = Field(default=None, sa_column=columns.utc())
    probed_at: datetime | None = Field(default=None, sa_column=columns.utc())
    probe_ok: bool | None = None
    waits_for: NeedKind | None = Field(default=None, sa_column=columns.word(NeedKind, nullable=True))
    waits_since: datetime | None = Field(default=None, sa_column=columns.utc())
    retry_at: datetime | None = Field(default=None, sa_column=columns.utc())
    tries: int = 0
    told: bool = False
    member: str | None = Field(default=None, max_length=40)


class AcceptedOverride(SQLModel, table=True):
    """A selector override that a person has looked at: placing goes on unattended while the file is the same."""

    __tablename__ = "accepted_override"

    file: str = Field(max_length=120, primary_key=True)
    sha256: str = Field(max_length=64)
    accepted_at: datetime = Field(sa_column=columns.utc(nullable=False))


class SelectorUse(SQLModel, table=True):
    """By which entry an element of a page was found, since when and until when; `entry` counts from 0."""

    __tablename__ = "selector_use"

    page: str = Field(max_length=40, primary_key=True)
    element: str = Field(max_length=60, primary_key=True)
    entry: int = Field(primary_key=True)
    first_seen: datetime = Field(sa_column=columns.utc(nullable=False))
    last_seen: datetime = Field(sa_column=columns.utc(nullable=False))


class Told(SQLModel, table=True):
    """A trouble that the merchant was told of; it is not told again until its `fingerprint` is another."""

    __tablename__ = "told"

    key: str = Field(max_length=120, primary_key=True)
    fingerprint: str = Field(max_length=64)
    at: datetime = Field(sa_column=columns.utc(nullable=False))
