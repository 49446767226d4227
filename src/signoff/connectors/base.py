"""What a connector promises, and the values it exchanges with the publishing protocol.

The four certain errors and the one ambiguous one decide what the protocol does next; a connector must never
report as certain what might have had an effect.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Literal, Protocol, TypeAlias

from signoff.connectors.budgets import NO_BUDGET, Budget
from signoff.kernel.ids import DeliveryId
from signoff.kernel.storable import UNSTORABLE

Json: TypeAlias = Any
Checkpoint: TypeAlias = Mapping[str, Any]
"""What `prepare` made so far; JSON, stored after each step, handed back to the next try."""

KeepCheckpoint: TypeAlias = Callable[[Checkpoint], Awaitable[None]]

CALL_TIMEOUT = timedelta(seconds=30)
COMMIT_START_WITHIN = timedelta(seconds=5)
PREPARE_WITHIN = timedelta(seconds=25)


class ConnectorError(Exception):
    """A platform said no, or said nothing. `detail` is for people, `code` the platform's own word for it."""

    error_class = "unknown"

    def __init__(self, detail: str, *, advice: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.advice = advice
        self.code = code


class TryLater(ConnectorError):
    """Certainly not out; trying again is safe, from `not_before` (UTC) on if given."""

    error_class = "retry"

    def __init__(
        self, detail: str, *, not_before: datetime | None = None, advice: str = "", code: str = ""
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.not_before = not_before


class Unfinished(TryLater):
    """`prepare` needs more time (a container is still in progress); costs no attempt."""

    error_class = "unfinished"


class Rest(StrEnum):
    """What has to rest when a platform asks to wait."""

    ACCOUNT = "account"  # no call for the account
    APP = "app"  # no call for any account of the application
    POSTS = "posts"  # nothing is published on the account; looking and taking down go on


class Throttled(ConnectorError):
    """Certainly not out; what `rests` names may not go on before `not_before` (UTC)."""

    error_class = "throttled"

    def __init__(
        self,
        detail: str,
        *,
        not_before: datetime,
        advice: str = "",
        code: str = "",
        rests: Rest = Rest.ACCOUNT,
        grows: bool = False,
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.not_before = not_before
        self.rests = rests
        self.grows = grows
        """A block rather than a limit: each wait is longer than the last, and then a person is asked."""


class Reconnect(ConnectorError):
    """Certainly not out; the account must be connected again, `advice` says how."""

    error_class = "reconnect"


class Refused(ConnectorError):
    """Certainly not out, and never will be without a person; `advice` says what to do."""

    error_class = "refused"


class Ambiguous(ConnectorError):
    """It may be out. Publishing again could post twice: reconcile first.

    `checkpoint` is stored with the doubt, for the looks that follow; None keeps the stored one.
    """

    error_class = "ambiguous"

    def __init__(
        self, detail: str, *, advice: str = "", code: str = "", checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.checkpoint = checkpoint


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
class Field:
    """One input of the connect form. `kind`: text, url, secret, choice, flag."""

    name: str
    label: str
    kind: Literal["text", "url", "secret", "choice", "flag"] = "text"
    help: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    default: str | bool | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes. None means: no limit known. `source` says where the figures come from."""

    source: str
    text_chars: int | None = None
    alt_chars: int | None = None
    hashtags: int | None = None
    mentions: int | None = None
    images_min: int = 0
    images_max: int = 0
    image_types: tuple[str, ...] = ()
    image_bytes: int | None = None
    image_width_min: int | None = None
    ratio_min: float | None = None
    """Smallest width divided by height."""
    ratio_max: float | None = None
    title_required: bool = False
    text_required: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """A platform as people meet it: its name, what it asks for, what it can."""

    platform: str
    label: str
    credentials: tuple[Field, ...]
    options: tuple[Field, ...]
    limits: Limits
    content_types: frozenset[str]
    visibility_delay: timedelta
    """After a lost commit, how long a post may stay invisible to a look."""
    commit_is_repeatable: bool
    """Sending the same commit twice can't make a second post."""
    fetches_media: bool = False
    """The platform fetches pictures from our public address."""
    can_take_down: bool = True
    take_down_by_hand: str = ""
    """Steps for a person where the platform can't take a post down."""
    account_address: str = ""
    """Where people see the account, with {name}, {remote_id} and {host}; empty: nobody knows."""
    budget: Budget = NO_BUDGET
    """What an account may use within an hour and a day."""
    looks_after: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as approved. `digest` is the SHA-256 of the stored bytes, in hex."""

    digest: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """What rendering may say about the brand; only facts that the brand's profile holds."""

    name: str
    time_zone: str
    website: str = ""
    category: str = ""
    telephone: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    hours: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What the author wrote for one channel, before that channel's form is given to it.

    `body` is Markdown for pages and articles; social channels send it exactly as written.
    """

    content_type: str
    title: str
    body: str
    link: str
    pictures: tuple[Picture, ...]
    business: Business
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """One live limit: what there is, what is allowed. `over_by` is what must go (0: fine)."""

    name: str
    label: str
    value: str
    limit: str
    over_by: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a variant can't be submitted; `message` says by how much and what to do."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Exactly what would be sent. `payload` is sealed; `notes` tell what was cut."""

    payload: Mapping[str, Json]
    """JSON with at least `text`; strings, integers, booleans, lists, objects only."""
    measures: tuple[Measure, ...] = ()
    objections: tuple[Objection, ...] = ()
    notes: tuple[str, ...] = ()


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
