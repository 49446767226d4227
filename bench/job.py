"""The usual way to publish from a queue: three calls in a row, and whatever is lost in between is lost.

A post is read from its row, published, and marked with its address. No approval is checked, nothing is
written down before the call that can't be taken back, and a job that runs twice posts twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import aiohttp

if TYPE_CHECKING:
    import asyncpg

TEXT: Final = "Fresh bread at eight, and the first figs of the year beside it. Come early: they never last."
VERSION: Final = "v26.0"
ACCOUNTS: Final = 40
"""Pages that the posts are spread over, in turns."""
AT_ONCE: Final = 128
"""Posts that a worker has in hand at the same time, as many as Signoff's."""

TABLE: Final = """
    CREATE TABLE posts (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, page text NOT NULL, body text NOT NULL,
        due_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'scheduled',
        link text, published_at timestamptz
    );
    CREATE INDEX posts_due ON posts (due_at) WHERE state = 'scheduled'
"""
INSERT: Final = """
    INSERT INTO posts (page, body, due_at)
    SELECT p.page, $2, to_timestamp($3) FROM unnest($1::text[]) p (page) RETURNING id
"""
_READ: Final = "SELECT page, body FROM posts WHERE id = $1"
_MARK: Final = "UPDATE posts SET state = 'published', link = $2, published_at = now() WHERE id = $1"
_CONNECTIONS: Final = 10


def page(number: int) -> str:
    """Name the Page that a post goes to."""
    return str(1_000_001 + number % ACCOUNTS)


class Posts(Protocol):
    """Where a job finds what it publishes, and says what became of it."""

    async def read(self, post: int) -> tuple[str, str]:
        """Give the Page and the text."""
        ...

    async def mark(self, post: int, link: str) -> None:
        """Write down that it is out."""
        ...


class Nowhere:
    """Every post says the same, and nobody is told what became of it."""

    async def read(self, post: int) -> tuple[str, str]:
        return page(post), TEXT

    async def mark(self, post: int, link: str) -> None:
        """Forget it."""


class Table:
    """Rows of a table, through a pool of connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def read(self, post: int) -> tuple[str, str]:
        row = await self._pool.fetchrow(_READ, post)
        return row["page"], row["body"]

    async def mark(self, post: int, link: str) -> None:
        await self._pool.execute(_MARK, post, link)


async def open_posts(database: str, connections: int = _CONNECTIONS) -> Posts:
    """Open the table of a database; without one there is nothing to read or to mark."""
    if not database:
        return Nowhere()
    import asyncpg  # noqa: PLC0415 - may not be installed

    return Table(await asyncpg.create_pool(database, min_size=connections, max_size=connections))


def new_session() -> aiohttp.ClientSession:
    """Open a client that doesn't queue calls and keeps connections."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def publish(session: aiohttp.ClientSession, platform: str, posts: Posts, post: int) -> None:
    """Read the post, make a draft, publish it, ask for its address, mark the post."""
    page_id, text = await posts.read(post)
    base = f"{platform}/{VERSION}"
    draft = await _call(session, "POST", f"{base}/{page_id}/feed", {"message": text, "published": "false"})
    await _call(session, "POST", f"{base}/{draft['id']}", {"is_published": "true"})
    shown = await _call(session, "GET", f"{base}/{draft['id']}?fields=permalink_url", None)
    await posts.mark(post, shown["permalink_url"])


async def _call(
    session: aiohttp.ClientSession, method: str, url: str, form: dict[str, str] | None
) -> dict[str, str]:
    async with session.request(method, url, data=form) as answer:
        answer.raise_for_status()
        said: dict[str, str] = await answer.json()
        return said
