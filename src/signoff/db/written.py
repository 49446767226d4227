"""Values written into a statement, for what the database has to know when it decides how to carry it out.

From the sixth time on a prepared statement may be run in one way whatever its parameters are. Where that
would be through all that ever was, because one organization has a hundred times as much as another or a limit
hides how far one has to look, the value isn't a parameter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, literal

from signoff.db.types import Moment


def minute(moment: datetime) -> ColumnElement[datetime]:
    """Give the end of a moment's minute: it narrows what is looked at, for a condition that is more exact."""
    end = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return literal(end, Moment(), literal_execute=True)


def written_id(value: UUID) -> ColumnElement[UUID]:
    """Give an id that decides how much there is to look at: an organization's."""
    return literal(value, Uuid(), literal_execute=True)
