"""The tables of the first version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot import columns

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "ali_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("status_text", sa.String(), nullable=False),
        sa.Column("refund_note", sa.String(), nullable=True),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_seen_at", columns.Utc(), nullable=True),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("pay_deadline", columns.Utc(), nullable=True),
        sa.Column("protected_until", sa.Date(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("store_name", sa.String(), nullable=False),
        sa.Column("list_entry", sa.String(), nullable=True),
        sa.Column("linked_at", columns.Utc(), nullable=False),
        sa.Column("list_read_at", columns.Utc(), nullable=True),
        sa.Column("detail_read_at", columns.Utc(), nullable=True),
        sa.Column("tracking_read_at", columns.Utc(), nullable=True),
        sa.Column("sent_seen_at", columns.Utc(), nullable=True),
        sa.Column("finished_at", columns.Utc(), nullable=True),
        sa.Column("missing_since", columns.Utc(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ali_order")),
        sa.UniqueConstraint("account", "number", name=op.f("uq_ali_order_account_number")),
    )
    with op.batch_alter_table("ali_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ali_order_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ali_order_number"), ["number"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("slot", columns.Utc(), nullable=False),
        sa.Column("started_at", columns.Utc(), nullable=False),
        sa.Column("finished_at", columns.Utc(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=True),
        sa.Column("again_at", columns.Utc(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("name", "slot", name=op.f("uq_job_run_name_slot")),
    )
    op.create_table(
        "pull_cursor",
        sa.Column("shop", sa.String(length=32), nullable=False),
        sa.Column("updated_to", columns.Utc(), nullable=True),
        sa.Column("swept_at", columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint("shop", name=op.f("pk_pull_cursor")),
    )
    op.create_table(
        "store_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop", sa.String(length=32), nullable=False),
        sa.Column("store_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("updated_at", columns.Utc(), nullable=True),
        sa.Column("paid_at", columns.Utc(), nullable=True),
        sa.Column("cancelled_at", columns.Utc(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("deleted_at", columns.Utc(), nullable=True),
        sa.Column("financial_status", sa.String(), nullable=False),
        sa.Column("fulfillment_status", sa.String(), nullable=False),
        sa.Column("chargeback_status", sa.String(), nullable=False),
        sa.Column("is_risk", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=True),
        sa.Column("waits_until", columns.Utc(), nullable=True),
        sa.Column("tab", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_order")),
        sa.UniqueConstraint("shop", "store_id", name=op.f("uq_store_order_shop_store_id")),
    )
    with op.batch_alter_table("store_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_store_order_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_store_order_name"), ["name"], unique=False)
        batch_op.create_index("ix_store_order_shop_tab_created", ["shop", "tab", "created_at"], unique=False)
        batch_op.create_index("ix_store_order_tab_created", ["tab", "created_at"], unique=False)

    op.create_table(
        "ali_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ali_order_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=True),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("sku_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sku_text", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ali_order_id"], ["ali_order.id"], name=op.f("fk_ali_item_ali_order_id_ali_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ali_item")),
    )
    with op.batch_alter_table("ali_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ali_item_ali_order_id"), ["ali_order_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", columns.Utc(), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("ali_number", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["store_order.id"], name=op.f("fk_event_order_id_store_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_order_id"), ["order_id"], unique=False)

    op.create_table(
        "fulfillment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_fulfillment_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.Column("sent_at", columns.Utc(), nullable=True),
        sa.Column("tried_at", columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["store_order.id"], name=op.f("fk_fulfillment_order_id_store_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment")),
    )
    with op.batch_alter_table("fulfillment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fulfillment_order_id"), ["order_id"], unique=False)
        batch_op.create_index(
            "uq_fulfillment_order_number",
            ["order_id", "number"],
            unique=True,
            sqlite_where=sa.text("number IS NOT NULL"),
            postgresql_where=sa.text("number IS NOT NULL"),
        )

    op.create_table(
        "parcel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ali_order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("original_number", sa.String(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=True),
        sa.Column("carrier_link", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", columns.Utc(), nullable=False),
        sa.Column("number_seen_at", columns.Utc(), nullable=True),
        sa.Column("last_event_at", columns.Utc(), nullable=True),
        sa.Column("last_event_text", sa.String(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ali_order_id"], ["ali_order.id"], name=op.f("fk_parcel_ali_order_id_ali_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parcel_ali_order_id"), ["ali_order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_parcel_number"), ["number"], unique=False)

    op.create_table(
        "store_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_line_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("variant_id", sa.String(), nullable=True),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("variant_title", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("refunded_quantity", sa.Integer(), nullable=False),
        sa.Column("fulfilled_quantity", sa.Integer(), nullable=False),
        sa.Column("pending_quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["store_order.id"], name=op.f("fk_store_line_order_id_store_order"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_line")),
        sa.UniqueConstraint("order_id", "store_line_id", name=op.f("uq_store_line_order_id_store_line_id")),
    )
    with op.batch_alter_table("store_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_store_line_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_store_line_variant_id"), ["variant_id"], unique=False)

    op.create_table(
        "fulfillment_parcel",
        sa.Column("fulfillment_id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfillment_id"],
            ["fulfillment.id"],
            name=op.f("fk_fulfillment_parcel_fulfillment_id_fulfillment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["parcel.id"], name=op.f("fk_fulfillment_parcel_parcel_id_parcel"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("fulfillment_id", "parcel_id", name=op.f("pk_fulfillment_parcel")),
    )
    with op.batch_alter_table("fulfillment_parcel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fulfillment_parcel_fulfillment_id"), ["fulfillment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fulfillment_parcel_parcel_id"), ["parcel_id"], unique=False)

    op.create_table(
        "purchase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["store_line.id"], name=op.f("fk_purchase_line_id_store_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            "uq_purchase_open_line",
            ["line_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('closed', 'cancelled')"),
            postgresql_where=sa.text("state NOT IN ('closed', 'cancelled')"),
        )

    op.create_table(
        "purchase_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_id", sa.Integer(), nullable=False),
        sa.Column("ali_order_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("sku_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ali_order_id"],
            ["ali_order.id"],
            name=op.f("fk_purchase_order_ali_order_id_ali_order"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["purchase_id"], ["purchase.id"], name=op.f("fk_purchase_order_purchase_id_purchase"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("purchase_id", "ali_order_id", name=op.f("uq_purchase_order_purchase_id_ali_order_id")),
    )
    with op.batch_alter_table("purchase_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_order_ali_order_id"), ["ali_order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_order_purchase_id"), ["purchase_id"], unique=False)
