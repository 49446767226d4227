"""Facebook Pages as the publishing protocol sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from signoff.connectors.about import About
from signoff.connectors.base import (
    CannotTell,
    Checkpoint,
    Doubt,
    Finding,
    Health,
    KeepCheckpoint,
    Parcel,
    Receipt,
)
from signoff.connectors.budgets import Budget
from signoff.connectors.content import Json, Rendered, Source
from signoff.connectors.errors import ConnectorError, Throttled
from signoff.connectors.facebook import check, feed, prepare, publish, reconcile, removal, render
from signoff.connectors.facebook.about import ABOUT, BUDGET
from signoff.connectors.facebook.draft import read_draft
from signoff.connectors.graph.accounts import Accounts, Times
from signoff.connectors.graph.api import GraphApi


class Facebook:
    """Pages, each with its own token. `public_url` is where Meta fetches our pictures."""

    def __init__(
        self, graph: GraphApi, *, public_url: str, budget: Budget = BUDGET, times: Times | None = None
    ) -> None:
        self._graph = graph
        self._about = replace(ABOUT, budget=budget)
        self._public_url = public_url
        self._accounts = Accounts(graph, "page_id", times or Times())

    @property
    def about(self) -> About:
        return self._about

    def render(self, source: Source, options: Mapping[str, Json]) -> Rendered:  # noqa: ARG002 - none changes it
        return render.render(source)

    async def check(
        self,
        credentials: Mapping[str, str],
        options: Mapping[str, Json],  # noqa: ARG002 - both ways of publishing need the same
    ) -> Health:
        return await check.check(self._accounts.to_check(credentials), self._public_url)

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        session = self._accounts.to_prepare(parcel.link)
        return await prepare.Preparation(session, parcel, keep, read_draft(done)).run()

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        session = self._accounts.to_commit(parcel.link)
        return await publish.publish(session, parcel, read_draft(ready))

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        try:
            session = self._accounts.to_look(parcel.link)
            return await reconcile.look(session, parcel, read_draft(ready), doubt)
        except Throttled:
            raise
        except ConnectorError as problem:  # what can't be asked now can't be told now
            return CannotTell(problem.detail)

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        post = await feed.by_address(self._accounts.to_look(parcel.link), url)
        is_out = post is not None and post.fields.get("is_published") is not False
        return feed.receipt_of(post, self._graph, parcel.link.account.remote_id) if post and is_out else None

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        return await removal.take_down(self._accounts.to_look(parcel.link), receipt)

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        await removal.clean_up(self._accounts.to_look(parcel.link), read_draft(left))
