"""Pools of connections: how each is opened, and when one that lay idle is asked for a sign of life."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import URL, Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

SESSION_SETTINGS: Final[Mapping[str, str]] = {
    "timezone": "UTC",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    # A forgotten transaction holds locks and keeps old rows alive.
    "idle_in_transaction_session_timeout": "60s",
}

CONNECT_WITHIN_S: Final = 10
"""The driver's own two minutes are longer than anybody waits for a page, or a lease lasts."""

_FOR_MANY: Final[Mapping[str, str]] = {
    **SESSION_SETTINGS,
    # A few statements over arrays, again and again: no values would make another plan the better one.
    "plan_cache_mode": "force_generic_plan",
}
_MANY_AT_ONCE: Final = 2
"""While these are written, more comes together for the next. Each connection plans for itself."""

_ANYTHING: Final = TypeAdapter[Any](Any)

_TRUSTED_S: Final = 1.0
"""So long after its last use a connection isn't asked whether it lives."""
_USED_AT: Final = "used_at"


def open_engine(url: URL, name: str, pool_size: int) -> AsyncEngine:
    """Give a pool of connections; half as many again are opened under load."""
    return _engine(url, name, SESSION_SETTINGS, pool_size=pool_size, max_overflow=pool_size // 2)


def engine_for_many(url: URL, name: str) -> AsyncEngine:
    """Give the pool for transactions that many pieces of work share: few connections, everything prepared."""
    sizes = {"pool_size": _MANY_AT_ONCE, "max_overflow": 0}
    return _engine(url, name, _FOR_MANY, connecting={"prepare_threshold": 0}, **sizes)


def _engine(
    url: URL,
    name: str,
    settings: Mapping[str, str],
    *,
    connecting: Mapping[str, Any] | None = None,
    **sizes: int,
) -> AsyncEngine:
    given = url.query.get("options", "")
    options = " ".join(f"-c {key}={value}" for key, value in settings.items())
    engine = create_async_engine(
        url,
        pool_timeout=10,
        pool_use_lifo=True,  # as few connections as possible, which have prepared and planned what is asked
        hide_parameters=True,  # what was to be written isn't for the log
        json_deserializer=_read_json,
        connect_args={
            "application_name": name,
            "options": f"{given} {options}".strip(),
            "connect_timeout": CONNECT_WITHIN_S,
            **(connecting or {}),
        },
        **sizes,
    )
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", _asking(engine.dialect))
    return engine


def _read_json(written: bytes) -> Any:  # noqa: ANN401 - whatever was stored
    """Read JSON in a fifth of the standard library's time: a page takes hundreds of small pieces."""
    try:
        return _ANYTHING.validate_json(written)
    except ValueError:  # it goes 200 levels deep, and what people and platforms send may go further
        return json.loads(written)


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _asking(dialect: Dialect) -> Callable[[DBAPIConnection, ConnectionPoolEntry, object], None]:
    """Ask before each use, as the pool could by itself; but not a connection that a moment ago was well.

    What the server ends in that moment shows by itself: on an idle connection it says nothing else.
    """

    def look(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        used_at = record.info.get(_USED_AT)
        if used_at is None:  # just opened
            return
        try:
            if time.monotonic() - used_at >= _TRUSTED_S or _has_news(record.driver_connection):
                dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as problem:
            raise InvalidatePoolError from problem  # the pool opens another, and asks all that are older

    return look


def _has_news(connection: Any) -> bool:  # noqa: ANN401 - the driver's own, which SQLAlchemy doesn't type
    with DefaultSelector() as selector:
        selector.register(connection.fileno(), EVENT_READ)
        return bool(selector.select(0))
