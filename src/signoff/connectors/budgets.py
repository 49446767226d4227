"""What a platform allows within a span of time, as data, and what its answers tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Budget:
    """What one account may use. None: no limit is known. `source` says where the figures come from."""

    calls_per_hour: int | None = None
    """A ceiling of our own."""
    calls_per_post: int = 6
    """About how many calls one post takes, for not starting more than there are calls for."""
    posts_per_day: int | None = None
    """In 24 hours, where the platform can't be asked."""
    source: str = ""

    def with_ceiling(self, calls_per_hour: int) -> Budget:
        """Give the same with another ceiling; 0 stands for none."""
        return replace(self, calls_per_hour=calls_per_hour or None)

    @property
    def is_limited(self) -> bool:
        return self.calls_per_hour is not None or self.posts_per_day is not None


NO_BUDGET: Final = Budget()


@dataclass(frozen=True, slots=True)
class Told:
    """What answers told of the budgets they are counted against; None: nothing."""

    account_percent: float | None = None
    """How much of what the account may use is used, 100 being all."""
    app_percent: float | None = None
    """Likewise for the application that the token belongs to, over all its accounts."""
    regained_in: timedelta | None = None
    """How long until an account whose budget is used up may call again."""
    posts_used: int | None = None
    """Posts of the last 24 hours by the platform's count."""
    posts_limit: int | None = None


_listener: ContextVar[list[Told] | None] = ContextVar("signoff_budgets", default=None)


@contextmanager
def listening() -> Iterator[list[Told]]:
    """Collect what answers tell inside the block, in their order."""
    heard: list[Told] = []
    token = _listener.set(heard)
    try:
        yield heard
    finally:
        _listener.reset(token)


def tell(told: Told) -> None:
    """Pass on what an answer told, to whoever listens; nobody may be."""
    heard = _listener.get()
    if heard is not None and told != Told():
        heard.append(told)


def newest(heard: Sequence[Told]) -> Told:
    """Put together what was told last of each."""
    found = Told()
    for told in heard:
        said = {each.name: getattr(told, each.name) for each in fields(told)}
        found = replace(found, **{name: value for name, value in said.items() if value is not None})
    return found
