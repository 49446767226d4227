"""What every table has in common: names of constraints, and which column type a Python type becomes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NewType
from uuid import UUID

from sqlalchemy import Enum, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from signoff.db.types import AS_TEXT, Moment
from signoff.kernel import ids

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_JSON = JSONB(none_as_null=True)
_TYPED_IDS = [kind for kind in vars(ids).values() if isinstance(kind, NewType)]


class Base(DeclarativeBase):
    """The one declarative base. Text is unlimited, enums are text with their values, JSON is `jsonb`."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES, schema="public")
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        str: Text(),
        StrEnum: Enum(StrEnum, **AS_TEXT),
        UUID: Uuid(),
        **dict.fromkeys(_TYPED_IDS, Uuid()),
        dict[str, Any]: _JSON,
        dict[str, str]: _JSON,
        list[Any]: _JSON,
        list[str]: _JSON,
        list[dict[str, Any]]: _JSON,
    }
