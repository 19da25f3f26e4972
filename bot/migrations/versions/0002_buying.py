"""Buying: mappings, what was asked and seen before a press, and which homes may buy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot import columns

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "buying_home",
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("reconciled_since", columns.Utc(), nullable=True),
        sa.Column("reconciled_at", columns.Utc(), nullable=True),
        sa.Column("last_intent_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("home_id", "account", name=op.f("pk_buying_home")),
    )
    op.create_table(
        "mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop", sa.String(length=32), nullable=False),
        sa.Column("variant_id", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Boolean(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("sku_id", sa.String(), nullable=True),
        sa.Column("sku_attr", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("ship_from", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("looked_at", columns.Utc(), nullable=True),
        sa.Column("checked_at", columns.Utc(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
        sa.UniqueConstraint(
            "shop", "variant_id", "country", "position", name=op.f("uq_mapping_shop_variant_id_country_position")
        ),
    )
    with op.batch_alter_table("mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mapping_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "own_address",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_own_address")),
    )
    op.create_table(
        "proven_method",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("method", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("proven_at", columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint("account", "method", name=op.f("pk_proven_method")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.add_column(sa.Column("item", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("account", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("mapping_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("product_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("sku_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("units", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hold", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("hold_data", sa.JSON(), nullable=True, server_default="{}"))
        batch_op.add_column(sa.Column("approved", sa.JSON(), nullable=True, server_default="{}"))
        batch_op.add_column(sa.Column("ship_to", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("quote", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("quoted_at", columns.Utc(), nullable=True))
        batch_op.add_column(sa.Column("cost_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("cost_currency", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("known_number", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("intent_at", columns.Utc(), nullable=True))
        batch_op.add_column(sa.Column("deadline", columns.Utc(), nullable=True))
        batch_op.add_column(sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("last_look_at", columns.Utc(), nullable=True))
        batch_op.add_column(sa.Column("placed_at", columns.Utc(), nullable=True))
        batch_op.add_column(sa.Column("evidence", sa.String(), nullable=True))
        batch_op.drop_index(
            batch_op.f("uq_purchase_open_line"), sqlite_where=sa.text("state NOT IN ('closed', 'cancelled')")
        )
        batch_op.create_index(batch_op.f("ix_purchase_intent_at"), ["intent_at"], unique=False)
        batch_op.create_index(
            "uq_purchase_open_intent",
            ["account"],
            unique=True,
            sqlite_where=sa.text("state = 'intent'"),
            postgresql_where=sa.text("state = 'intent'"),
        )
        batch_op.create_index(
            "uq_purchase_open_item",
            ["line_id", "item"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('closed', 'cancelled')"),
            postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_purchase_mapping_id_mapping"), "mapping", ["mapping_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("store_order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note_attributes", sa.JSON(), nullable=True, server_default="[]"))
        batch_op.add_column(sa.Column("address_overrides", sa.JSON(), nullable=True, server_default="{}"))
        batch_op.add_column(sa.Column("released", sa.Boolean(), nullable=False, server_default=sa.false()))
