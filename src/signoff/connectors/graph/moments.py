"""Moments as they stand in checkpoints and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a moment that isn't known: everything came after it."""


def read_moment(value: object) -> datetime:
    """Read an ISO 8601 moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
