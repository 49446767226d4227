"""What the list of posts is narrowed to, as its address and saved views say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Self
from urllib.parse import urlencode

from fastapi import Query

from signoff.records.states import PostState
from signoff.web import times
from signoff.web.forms import chosen_id

SINCE: Final = (("1", "Today"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "Last 90 days"))
"""Days of the last change that can be chosen in one go; today counts."""

SORTS: Final = (
    ("updated_at", "Oldest change first"),
    ("-created_at", "Newest first"),
    ("created_at", "Oldest first"),
    ("title", "Title, from A"),
    ("-title", "Title, from Z"),
)
"""Orders besides the usual one, and what the page calls them."""

_USUAL: Final = "-updated_at"
_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class PostFilter:
    """Each part as it stands in the address; empty: not narrowed by it. What isn't understood is left out."""

    state: str = ""
    brand: str = ""
    channel: str = ""
    author: str = ""
    assignee: str = ""
    tag: str = ""
    changed: str = ""
    """Changed within so many days, today among them."""
    since: str = ""
    until: str = ""
    """Changed on these days, of the viewer's zone."""
    search: str = ""
    sort: str = ""

    @classmethod
    def of(  # noqa: PLR0917 - one argument for each filter
        cls,
        state: Annotated[str, Query()] = "",
        brand: Annotated[str, Query()] = "",
        channel: Annotated[str, Query()] = "",
        author: Annotated[str, Query()] = "",
        assignee: Annotated[str, Query()] = "",
        tag: Annotated[str, Query()] = "",
        changed: Annotated[str, Query()] = "",
        since: Annotated[str, Query()] = "",
        until: Annotated[str, Query()] = "",
        search: Annotated[str, Query()] = "",
        sort: Annotated[str, Query()] = "",
    ) -> Self:
        """Read an address."""
        ids = {"brand": brand, "channel": channel, "author": author, "assignee": assignee}
        days = since or until
        return cls(
            state=state if state in set(PostState) else "",
            **{name: str(chosen_id(value) or "") for name, value in ids.items()},
            tag=tag.strip()[:_CHARS],
            changed=changed if changed in dict(SINCE) and not days else "",
            since=since if times.day_of(since) else "",
            until=until if times.day_of(until) else "",
            search=search.strip()[:_CHARS],
            sort=sort if sort in dict(SORTS) else "",
        )

    @classmethod
    def kept(cls, filters: Mapping[str, str]) -> Self:
        """Read a saved view."""
        return cls.of(**{name: filters.get(name, "") for name in cls.__dataclass_fields__})

    @property
    def chosen(self) -> dict[str, str]:
        """What is narrowed or sorted, by the names of the address."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def leaves_out(self) -> bool:
        """Anything besides the order: some posts may not be shown."""
        return bool(self.chosen.keys() - {"sort"})

    @property
    def is_narrowed(self) -> bool:
        """Anything besides the state's tab, the brand and the order."""
        return bool(self.chosen.keys() - {"state", "brand", "sort"})

    @property
    def is_narrowed_further(self) -> bool:
        """By what the page shows only when asked for more."""
        return bool(self.chosen.keys() & {"author", "assignee", "tag", "since", "until"})

    def address(self, **changes: str) -> str:
        """Give the list's address, with some parts changed."""
        chosen = urlencode(replace(self, **changes).chosen)
        return f"/posts?{chosen}" if chosen else "/posts"

    def turned(self, key: str) -> str:
        """Give the order that a click on a column leads to: first the latest, or text from A on."""
        first = key if key == "title" else f"-{key}"
        other = f"-{key}" if key == "title" else key
        return other if (self.sort or _USUAL) == first else first

    def order(self, key: str) -> str:
        """Say how a column is sorted, in the words of `aria-sort`."""
        present = self.sort or _USUAL
        if present.lstrip("-") != key:
            return "none"
        return "descending" if present.startswith("-") else "ascending"

    def arguments(self, zone: str, now: datetime) -> dict[str, Any]:
        """Give what `list_posts` is asked with."""
        begin, end = self._days(now.astimezone(times.zone(zone)).date())
        return {
            "state": PostState(self.state) if self.state else None,
            "brand_id": chosen_id(self.brand),
            "channel_id": chosen_id(self.channel),
            "author_id": chosen_id(self.author),
            "assignee_id": chosen_id(self.assignee),
            "tag": self.tag or None,
            "changed_from": times.midnight(begin, zone),
            "changed_to": times.midnight(end, zone),
            "search": self.search,
            "sort": self.sort or _USUAL,
        }

    def _days(self, today: date) -> tuple[date | None, date | None]:
        if self.changed:
            return today - timedelta(days=int(self.changed) - 1), None
        until = times.day_of(self.until)
        return times.day_of(self.since), until + timedelta(days=1) if until else None
