"""The models that the code works with and the migrated tables are the same."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    TypeDecorator,
    Uuid,
    inspect,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.types import TypeEngine

import signoff
from signoff.db.base import Base
from signoff.db.urls import DatabaseUrls

KINDS: list[tuple[type[TypeEngine[Any]], str]] = [
    (TSVECTOR, "search"),
    (JSONB, "json"),
    (String, "text"),
    (Uuid, "uuid"),
    (DateTime, "moment"),
    (Date, "day"),
    (Boolean, "yes or no"),
    (Integer, "number"),
    (Float, "fraction"),
    (LargeBinary, "bytes"),
]


def kind_of(column_type: TypeEngine[Any]) -> str:
    if isinstance(column_type, TypeDecorator):
        return kind_of(column_type.impl_instance)
    if isinstance(column_type, ARRAY):
        return f"list of {kind_of(column_type.item_type)}"
    return next(name for kind, name in KINDS if isinstance(column_type, kind))


def stored(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
    catalogue = inspect(connection)
    return {
        table: {
            column["name"]: (kind_of(column["type"]), column["nullable"])
            for column in catalogue.get_columns(table)
        }
        for table in catalogue.get_table_names()
        if table != "alembic_version"
    }


def primary_keys(connection: Connection) -> dict[str, list[str]]:
    catalogue = inspect(connection)
    names = [name for name in catalogue.get_table_names() if name != "alembic_version"]
    return {name: catalogue.get_pk_constraint(name)["constrained_columns"] for name in names}


def all_models() -> Iterable[Table]:
    """Import every module that has a model, whatever other tests have imported."""
    root = Path(signoff.__file__).parent
    for path in root.rglob("*.py"):
        if "__tablename__" in path.read_text():
            import_module(".".join(("signoff", *path.relative_to(root).with_suffix("").parts)))
    return Base.metadata.tables.values()


async def test_models_and_tables_have_the_same_columns(database_urls: DatabaseUrls) -> None:
    engine = create_async_engine(database_urls.owner)
    async with engine.connect() as connection:
        tables = await connection.run_sync(stored)
        keys = await connection.run_sync(primary_keys)
    await engine.dispose()
    models = all_models()
    modelled = {
        table.name: {column.name: (kind_of(column.type), bool(column.nullable)) for column in table.columns}
        for table in models
    }
    assert tables == modelled
    assert keys == {table.name: [column.name for column in table.primary_key] for table in models}
