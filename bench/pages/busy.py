"""Makes next month a busy one: all that the agency has planned, each delivery at a time of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

_SPREAD: Final = """
    update deliveries set due_at = %(first)s + numbered.place * %(step)s
      from (select d.id as planned, row_number() over (order by d.id) - 1 as place
              from deliveries d join organizations o on o.id = d.organization_id
             where d.state = 'scheduled' and o.name = %(name)s) numbered
     where id = numbered.planned
"""


def next_month(now: datetime) -> datetime:
    """Give the first moment of the month after this one."""
    return (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def fill_next_month(connection: Connection[Any], organization: str, planned: int) -> str:
    """Spread what is planned evenly over next month; gives the address of the calendar that shows it."""
    first = next_month(datetime.now(UTC))
    step = (next_month(first) - first) / planned
    # Filled without triggers as well: this is no move that somebody made.
    connection.execute("set session_replication_role to replica")
    connection.execute(_SPREAD, {"first": first, "step": step, "name": organization})
    connection.execute("reset session_replication_role")
    connection.execute("vacuum analyze deliveries")
    return f"/calendar?at={first + timedelta(days=14):%Y-%m-%d}"
