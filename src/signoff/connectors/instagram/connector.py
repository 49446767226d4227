"""Instagram as the publishing protocol sees it."""

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
from signoff.connectors.graph.accounts import Accounts, Times
from signoff.connectors.graph.api import GraphApi
from signoff.connectors.instagram import check, feed, prepare, publish, reconcile, removal, render
from signoff.connectors.instagram.about import ABOUT, BUDGET
from signoff.connectors.instagram.upload import read_upload


class Instagram:
    """Professional accounts with Facebook Login. `public_url` is where Meta fetches our pictures."""

    def __init__(
        self, graph: GraphApi, *, public_url: str, budget: Budget = BUDGET, times: Times | None = None
    ) -> None:
        self._graph = graph
        self._about = replace(ABOUT, budget=budget)
        self._public_url = public_url
        self._times = times or Times()
        self._accounts = Accounts(graph, "ig_user_id", self._times)

    @property
    def about(self) -> About:
        return self._about

    def render(self, source: Source, options: Mapping[str, Json]) -> Rendered:  # noqa: ARG002 - it has none
        return render.render(source)

    async def check(
        self,
        credentials: Mapping[str, str],
        options: Mapping[str, Json],  # noqa: ARG002 - it has none
    ) -> Health:
        return await check.check(self._accounts.to_check(credentials), self._public_url)

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        session = self._accounts.to_prepare(parcel.link)
        return await prepare.Preparation(session, parcel, keep, self._times.polls, read_upload(done)).run()

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        session = self._accounts.to_commit(parcel.link)
        return await publish.publish(session, parcel.link.account, read_upload(ready))

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        try:
            session = self._accounts.to_look(parcel.link)
            return await reconcile.Look(session, parcel, read_upload(ready), doubt).finding()
        except Throttled:
            raise
        except ConnectorError as problem:  # what can't be asked now can't be told now
            return CannotTell(problem.detail)

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        post = await feed.by_address(self._accounts.to_look(parcel.link), url)
        return feed.receipt_of(post, self._graph, parcel.link.account) if post else None

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        return await removal.take_down(self._accounts.to_look(parcel.link), parcel, receipt)

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        """Uploads can't be deleted; Instagram drops them after a day."""
