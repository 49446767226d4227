"""Tables of the figures of publishing, counted hour by hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base


class PublishHour(Base):
    """One figure of publishing, of one hour; `label` is an error class or the upper end of a bucket."""

    __tablename__ = "publish_hours"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class PublishTotal(Base):
    """The same of all time."""

    __tablename__ = "publish_totals"

    figure: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class PublishCounted(Base):
    """Up to which moment attempts and receipts are in the two tables above."""

    __tablename__ = "publish_counted"

    single: Mapped[bool] = mapped_column(primary_key=True, default=True)
    upto: Mapped[datetime]
