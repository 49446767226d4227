"""Budgets: calls counted by account, what platforms tell of theirs, and from when an account may go on."""

from __future__ import annotations

from alembic import op

revision: str = "2026_11_21_budgets"
down_revision: str | None = "2026_11_21_by_hand"

_COLUMNS = "free_from, waits_for, posts_limit, posts_told, posts_told_at, percent, percent_at"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE accounts
            DROP COLUMN usage,
            ADD COLUMN free_from timestamptz,
            ADD COLUMN waits_for text NOT NULL DEFAULT '',
            ADD COLUMN posts_limit integer,
            ADD COLUMN posts_told integer,
            ADD COLUMN posts_told_at timestamptz,
            ADD COLUMN percent integer,
            ADD COLUMN percent_at timestamptz
    """)
    op.execute(f"GRANT UPDATE ({_COLUMNS}) ON accounts TO signoff_app, signoff_worker")
    # An application's budget is a row of `accounts`, too: its calls are counted over all its accounts.
    op.execute("ALTER TABLE channels ADD COLUMN app_key text NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX channels_of_app ON channels (app_key) WHERE app_key <> ''")
    op.execute("GRANT UPDATE (app_key) ON channels TO signoff_app, signoff_worker")
    op.execute("""
        CREATE POLICY of_own_apps ON accounts FOR SELECT TO signoff_app USING (EXISTS (
            SELECT 1 FROM channels c
            WHERE c.app_key = accounts.key AND c.organization_id = signoff_organization()))
    """)
    # Over all organizations, for the workers alone: an account may be used by several.
    op.execute("""
        CREATE TABLE call_counts (
            account_key text NOT NULL,
            began_at timestamptz NOT NULL,
            calls integer NOT NULL CHECK (calls > 0),
            PRIMARY KEY (account_key, began_at)
        )
    """)
    op.execute("ALTER TABLE call_counts ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY all_accounts ON call_counts TO signoff_worker USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, DELETE, UPDATE (calls) ON call_counts TO signoff_worker")
    op.execute(
        "CREATE INDEX deliveries_published ON deliveries (account_key, published_at) "
        "WHERE published_at IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX deliveries_published")
    op.execute("DROP TABLE call_counts")
    op.execute("DROP POLICY of_own_apps ON accounts")
    op.execute("ALTER TABLE channels DROP COLUMN app_key")
    for column in _COLUMNS.split(", "):
        op.execute(f"ALTER TABLE accounts DROP COLUMN {column}")
    op.execute("ALTER TABLE accounts ADD COLUMN usage jsonb NOT NULL DEFAULT '{}'")
    op.execute("GRANT UPDATE (usage) ON accounts TO signoff_app, signoff_worker")
