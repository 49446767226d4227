"""What a connector promises, and the values it exchanges with the publishing protocol.

What a platform is and takes is in `about`, what is rendered for it in `content`, how it says no in `errors`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias

from signoff.connectors.about import About
from signoff.connectors.content import Json, Rendered, Source
from signoff.kernel.ids import DeliveryId
from signoff.kernel.storable import UNSTORABLE

Checkpoint: TypeAlias = Mapping[str, Any]
"""What `prepare` made so far; JSON, stored after each step, handed back to the next try."""

KeepCheckpoint: TypeAlias = Callable[[Checkpoint], Awaitable[None]]

CALL_TIMEOUT = timedelta(seconds=30)
COMMIT_START_WITHIN = timedelta(seconds=5)
PREPARE_WITHIN = timedelta(seconds=25)


@dataclass(frozen=True, slots=True)
class Account:
    """What a channel is connected to. Budgets, holds and receipts go by it, not by the channel."""

    platform: str
    host: str
    remote_id: str
    name: str = ""
    is_sandbox: bool = False
    """The platform is a stand-in: nothing that goes there is public."""

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.host}:{self.remote_id}"


@dataclass(frozen=True, slots=True)
class SealedPicture:
    """A picture on its way: `url` is public for a limited time, `read` gives the checked bytes."""

    digest: str
    media_type: str
    width: int
    height: int
    alt: str
    url: str
    read: Callable[[], Awaitable[bytes]] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """A connected account with what is needed to speak for it."""

    account: Account
    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One sealed variant on its way to one account."""

    delivery_id: DeliveryId
    key: str
    """From the delivery's id: 12 characters of [a-z2-9] by which the post is recognised on the platform."""
    link: Link
    payload: Mapping[str, Json]
    pictures: tuple[SealedPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a post is out. `raw` is the platform's answer without secrets."""

    external_id: str
    permalink: str
    raw: Mapping[str, Json] = field(default_factory=dict)
    is_public: bool = True
    """False where the channel's setting ends before the public sees it (a WordPress draft)."""
    is_sandbox: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for what can't be stored, and so proves nothing."""
        for text, least, most in ((self.external_id, 1, 500), (self.permalink, 0, 2000)):
            if not least <= len(text) <= most or UNSTORABLE.search(text):
                raise ValueError("that is no id or address of a post")


@dataclass(frozen=True, slots=True)
class Doubt:
    """When the call in doubt may have begun (the first intent), and whether absence can count already."""

    since: datetime
    is_settled: bool
    others: tuple[Receipt, ...] = ()
    """What the account's other posts since then were proven with, taken down or not: as many as are known."""


@dataclass(frozen=True, slots=True)
class Published:
    """Found on the platform."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class NotPublished:
    """Certainly not there, if no earlier call can still take effect. A listing needs two looks that agree."""

    evidence: str
    from_listing: bool = False
    checkpoint: Checkpoint | None = None
    """What may be used again by the next try; None keeps the stored one."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform doesn't say. `is_final`: no further look will (edited, trashed, or nothing to ask)."""

    reason: str
    is_final: bool = False


Finding: TypeAlias = Published | NotPublished | CannotTell


TAKES_DOWN: Final = "take posts down"
"""Among what an account can: the pages promise no removal without it."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found: `can` in words, `warnings` that need a person before they become failures."""

    account: Account
    can: tuple[str, ...] = ()
    """What these credentials allow. Who may remove what is out says so with `TAKES_DOWN`."""
    warnings: tuple[str, ...] = ()
    expires_at: datetime | None = None
    app: str = ""
    """Id of the application that the credentials belong to, where the platform counts calls by it."""

    @property
    def app_key(self) -> str:
        """Name the application as budgets know it; empty where there is none."""
        return f"app:{self.account.host}:{self.app}" if self.app else ""


class Connector(Protocol):
    """One platform. Whatever `commit` raises beyond the certain errors counts as Ambiguous."""

    @property
    def about(self) -> About: ...

    def render(self, source: Source, options: Mapping[str, Json]) -> Rendered:
        """Give the source the channel's form. Pure: same input, same output, no network."""
        ...

    async def check(self, credentials: Mapping[str, str], options: Mapping[str, Json]) -> Health:
        """Ask the platform whose account this is and whether it can publish.

        Raises:
            Reconnect: The credentials don't work, or lack a permission.
            Refused: The address or the options are wrong.
            TryLater: The platform didn't answer.
            Throttled: It asks to wait.
        """
        ...

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        """Do what the public can't see. Repeatable: goes on from `done`; `keep` stores each step at once.

        Raises:
            TryLater, Throttled, Reconnect, Refused: As for `commit`. Nothing is visible in any case.
            Unfinished: More time is needed; the checkpoint kept so far is used by the next try.
        """
        ...

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        """Make the post visible: exactly one call, no redirect, no retry, at most CALL_TIMEOUT.

        Raises:
            TryLater: Never connected, or a refusal that says so.
            Throttled: 429 or a limit; `not_before` comes from the answer.
            Reconnect: Credentials or permissions are gone.
            Refused: Content or configuration is wrong.
            Ambiguous: Time-out after sending, broken connection, any 5xx, an answer that can't be read.
        """
        ...

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        """Ask the platform what became of a commit whose answer was lost. Changes nothing there.

        Raises:
            Throttled: It asks to wait; that doesn't count as a look. Whatever else goes wrong is CannotTell.
        """
        ...

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        """Look up a post by the address a person gave; None when it isn't there or isn't this account's."""
        ...

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        """Remove the post; already gone counts as done. Returns what happened, for people."""
        ...

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        """Remove what `prepare` left behind, when the delivery ends unpublished. Best effort, repeatable.

        Raises:
            Ambiguous: The post is public, or will be: it is left alone, and people are told.
        """
        ...
