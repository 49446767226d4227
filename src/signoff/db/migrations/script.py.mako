"""${message}.

Works with the code before and after it. Large changes of data go in batches, in a migration of their own.
"""

from __future__ import annotations

from alembic import op

revision: str = "${up_revision}"
down_revision: str | None = ${repr(down_revision).replace("'", '"')}


def upgrade() -> None:
    ${upgrades if upgrades else 'op.execute("")'}


def downgrade() -> None:
    ${downgrades if downgrades else 'op.execute("")'}
