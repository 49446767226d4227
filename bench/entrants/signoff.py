"""Signoff itself: approved posts of five organizations, and `signoff worker` as people start it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection, sql
from pydantic import SecretStr

from bench.entrants.base import Stage, Start
from bench.job import ACCOUNTS, TEXT, page
from signoff.app import open_runtime
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import connect_channel
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.states import ContentType, Verdict
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.settings import Settings

_ORGANIZATIONS: Final = 5
_TITLE: Final = "Figs"
_SEED: Final = Path(__file__).with_name("signoff.sql")


async def copy_posts(connection: AsyncConnection, title: str, posts: int, due_at: datetime) -> None:
    """Make due copies of the approved posts with this title, in turns until there are so many."""
    values = {"title": title, "posts": posts, "due_at": due_at}
    literals = {name: sql.Literal(value) for name, value in values.items()}
    for statement in _SEED.read_text().split(";\n"):
        if statement.strip():
            await connection.execute(sql.SQL(statement).format(**literals))


class Signoff:
    """The real worker on the real database; its posts were written, submitted and approved."""

    name = "Signoff"
    database: str | None = None

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._open = AsyncExitStack()
        self._settings = {
            "SIGNOFF_DATA_DIR": str(stage.folder / "signoff"),
            "SIGNOFF_DATABASE_URL": stage.server.url().render_as_string(hide_password=False),
            "SIGNOFF_GRAPH_URL": stage.platform,
            "SIGNOFF_LOG_LEVEL": "WARNING",
            # Thousands of posts go to a few Pages at once; the others know no ceiling either.
            "SIGNOFF_FACEBOOK_CALLS_PER_HOUR": "0",
        }

    async def set_up(self) -> None:
        """Approve one post for each Page; the many that are published are copies of these."""
        settings = Settings(
            data_dir=self._stage.folder / "signoff",
            database_url=SecretStr(self._settings["SIGNOFF_DATABASE_URL"]),
            graph_url=self._stage.platform,
        )
        runtime = await self._open.enter_async_context(open_runtime(settings))
        self.database = runtime.database.urls.worker.database
        for number in range(_ORGANIZATIONS):
            email = f"owner{number}@bench.example"
            await found_organization(runtime, f"Organization {number}", email)
            owner = await local_actor(runtime, email)
            brand = await create_brand(runtime, owner, BrandDraft("Brand", "Europe/Madrid"))
            for place in range(ACCOUNTS // _ORGANIZATIONS):
                await _approve(runtime, owner, brand, page(number * ACCOUNTS // _ORGANIZATIONS + place))

    def helpers(self) -> list[int]:
        return [self._stage.server.pid]

    def worker(self, ready: Path) -> Start:
        ready.touch()  # its row among the workers says it
        return Start("signoff.cli.main", ("worker",), self._settings)

    async def is_ready(self, workers: int) -> bool:
        up = "SELECT count(*) FROM workers WHERE stopped_at IS NULL AND seen_at > now() - interval '10 s'"
        return await self._stage.server.number(up, self.database) == workers

    async def fill(self, posts: int, due_at: float) -> None:
        """Copy the approved posts as often as needed; every promise of the database is checked for each."""
        async with await self._stage.server.connect(self.database) as connection:
            await copy_posts(connection, _TITLE, posts, datetime.fromtimestamp(due_at, UTC))

    async def left(self) -> int:
        open_ones = "SELECT count(*) FROM deliveries WHERE state <> 'published'"
        return await self._stage.server.number(open_ones, self.database)

    async def close(self) -> None:
        await self._open.aclose()


async def _approve(runtime: Runtime, owner: Actor, brand: Brand, page_id: str) -> None:
    login = {"page_id": page_id, "access_token": f"EAAG{page_id}" * 8}
    channel = await connect_channel(runtime, owner, brand.id, "facebook", "", login, {})
    draft = PostDraft(brand.id, ContentType.FEED_POST, title=_TITLE, body=TEXT, channels=[channel.id])
    post = (await create_post(runtime, owner, draft)).post
    await submit(runtime, owner, post.id)
    seen = (await preview(runtime, owner, post.id)).seen
    await decide(runtime, owner, post.id, Verdict.APPROVE, seen=seen or "")
