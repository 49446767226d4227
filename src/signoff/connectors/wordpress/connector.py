"""The WordPress connector: a draft first, then one call that makes it public and may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from signoff.connectors.about import About
from signoff.connectors.base import (
    CALL_TIMEOUT,
    CannotTell,
    Checkpoint,
    Doubt,
    Finding,
    Health,
    KeepCheckpoint,
    Link,
    NotPublished,
    Parcel,
    Receipt,
)
from signoff.connectors.calls import unrepeatable
from signoff.connectors.content import Json, Rendered, Source
from signoff.connectors.errors import Ambiguous, ConnectorError, Refused, Throttled
from signoff.connectors.wordpress.about import ABOUT, route_of
from signoff.connectors.wordpress.checking import account_at, check_site
from signoff.connectors.wordpress.committing import body_of, receipt_in
from signoff.connectors.wordpress.discovery import Roots
from signoff.connectors.wordpress.drafting import make_draft
from signoff.connectors.wordpress.looking import find_by_address, look
from signoff.connectors.wordpress.posts import Posts
from signoff.connectors.wordpress.removing import remove_leftovers, trash
from signoff.connectors.wordpress.render import render
from signoff.connectors.wordpress.said import forgotten, heard, proven, said_in, say_again
from signoff.connectors.wordpress.site import Login, Site
from signoff.http.client import Http
from signoff.kernel.clock import Clock


class WordPress:
    """Posts and pages on self-hosted or hosted WordPress, 5.6 or newer, with an application password."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._roots = Roots(http, clock)

    @property
    def about(self) -> About:
        return ABOUT

    def render(self, source: Source, options: Mapping[str, Json]) -> Rendered:
        del options  # kind and last step are the channel's; they change nothing in the text
        return render(source)

    async def check(self, credentials: Mapping[str, str], options: Mapping[str, Json]) -> Health:
        root = await self._roots.find(credentials["site_url"])
        return await check_site(self._site(root, credentials), options)

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        said, done = said_in(done), forgotten(done)
        if said is not None:
            await keep(done)  # said once: a person who retries wants it tried
            say_again(said, self._clock.now())
        posts = await self._posts(parcel.link)
        return await make_draft(posts, parcel, {**done, "root": posts.site.root}, keep)

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        site = self._site(ready["root"], parcel.link.credentials)
        body = body_of(parcel, ready)
        with unrepeatable():
            reply = await site.call(
                "POST" if body else "GET",
                f"wp/v2/{route_of(parcel.link.options)}/{ready['post_id']}",
                params={} if body else {"context": "edit"},
                json=body or None,
                timeout_s=CALL_TIMEOUT.total_seconds(),
                fresh=True,
            )
        try:
            return receipt_in(reply, parcel, ready, self._clock.now())
        except Ambiguous:
            raise
        except ConnectorError as problem:
            # A plugin or a proxy may refuse after WordPress has published: only a look is certain.
            kept = heard(ready, problem)
            raise Ambiguous(
                problem.detail, advice=problem.advice, code=problem.code, checkpoint=kept
            ) from problem

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        del doubt  # a post's own state settles it at any time
        try:
            finding = await look(await self._posts(parcel.link), parcel, ready)
        except Throttled:
            raise
        except ConnectorError as problem:
            return CannotTell(f"{problem.detail} {problem.advice}".strip())
        if isinstance(finding, NotPublished) and finding.checkpoint is None:
            return replace(finding, checkpoint=proven(ready))
        return finding

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        return await find_by_address(await self._posts(parcel.link), parcel, url)

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        return await trash(await self._posts(parcel.link), receipt)

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        await remove_leftovers(await self._posts(parcel.link), parcel, left)

    async def _posts(self, link: Link) -> Posts:
        """Open the account's site, wherever its API is now.

        Raises:
            Refused: The address leads to another site than the one that was connected and approved for.
        """
        root = await self._roots.find(link.credentials["site_url"])
        if account_at(root).key != link.account.key:
            raise Refused(
                "The channel's address leads to another site than before.",
                advice="Connect the new site as a channel of its own, or correct the address.",
                code="account",
            )
        return Posts(self._site(root, link.credentials), route_of(link.options))

    def _site(self, root: str, credentials: Mapping[str, str]) -> Site:
        login = Login(credentials["username"], credentials["application_password"])
        return Site(self._http, root, self._clock, login)
