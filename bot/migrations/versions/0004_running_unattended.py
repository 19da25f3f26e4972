"""Running unattended: how each account stands, accepted overrides, which selectors are in use, what was told once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot import columns

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "account_state",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("signed_in_since", columns.Utc(), nullable=True),
        sa.Column("probed_at", columns.Utc(), nullable=True),
        sa.Column("probe_ok", sa.Boolean(), nullable=True),
        sa.Column("waits_for", sa.String(length=40), nullable=True),
        sa.Column("waits_since", columns.Utc(), nullable=True),
        sa.Column("retry_at", columns.Utc(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("member", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_account_state")),
    )
    op.create_table(
        "accepted_override",
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_accepted_override")),
    )
    op.create_table(
        "selector_use",
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seen", columns.Utc(), nullable=False),
        sa.Column("last_seen", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("page", "element", "entry", name=op.f("pk_selector_use")),
    )
    op.create_table(
        "told",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_told")),
    )
