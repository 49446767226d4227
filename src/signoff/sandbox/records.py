"""What a sandbox remembers, as plain values. A change replaces the value, so that it can be journalled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Platform(StrEnum):
    """The platforms that are stood in for."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"


class Login(StrEnum):
    """How a token was obtained; Instagram's own login has other permissions and can't delete."""

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"


class Holder(StrEnum):
    """Whom a token stands for."""

    USER = "USER"
    PAGE = "PAGE"


@dataclass(frozen=True, slots=True)
class Account:
    """An Instagram professional account or a Facebook Page."""

    id: str
    platform: Platform
    name: str
    username: str
    page_id: str = ""
    quota_total: int = 50


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `dead` is the subcode of code 190 that it is refused with; 0 stands for none."""

    token: str
    holder: Holder
    user_id: str
    account_ids: tuple[str, ...]
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    login: Login = Login.FACEBOOK
    dead: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored copy of what was fetched or uploaded."""

    name: str
    """File name: digest of the bytes and the ending of the format."""
    width: int
    height: int
    image_bytes: int
    source: str
    alt_text: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """Instagram's media container: used once, gone after a day."""

    id: str
    account_id: str
    created_at: datetime
    ready_at: datetime
    caption: str = ""
    pictures: tuple[Picture, ...] = ()
    children: tuple[str, ...] = ()
    is_carousel: bool = False
    is_carousel_item: bool = False
    is_ai_generated: bool = False
    failed_with: int | None = None
    """Subcode with which processing ended."""
    media_id: str | None = None
    """Set once it is published."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo uploaded to a Page; unless it is published or used in a post it is gone after a day."""

    id: str
    account_id: str
    picture: Picture
    caption: str
    created_at: datetime
    published: bool = False
    temporary: bool = False
    post_id: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """An Instagram media or a Page post, visible or not (yet, any more)."""

    id: str
    account_id: str
    platform: Platform
    text: str
    created_at: datetime
    visible_at: datetime | None = None
    """When followers could first see it; None for drafts and what is still to come."""
    due_at: datetime | None = None
    """When the platform itself publishes it."""
    deleted_at: datetime | None = None
    edited_at: datetime | None = None
    pictures: tuple[Picture, ...] = ()
    link: str = ""
    made_from: tuple[str, ...] = ()
    """The container, or the photos, that it came from."""
    shortcode: str = ""
    is_ai_generated: bool = False
    published_times: int = 0
    """How often a publish call took effect on it."""

    @property
    def is_visible(self) -> bool:
        return self.visible_at is not None and self.deleted_at is None

    @property
    def state(self) -> str:
        if self.deleted_at:
            return "deleted"
        if self.visible_at:
            return "visible"
        return "scheduled" if self.due_at else "draft"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that will go wrong with the next matching calls."""

    id: str
    call: str
    """Kind of call, or a pattern such as `instagram.*`."""
    fault: str
    times: int | None = 1
    """How many calls are left; None means until it is removed."""
    account: str = ""
    options: dict[str, str] = field(default_factory=dict)

    def number(self, option: str, default: int) -> int:
        return int(self.options.get(option, default))

    def seconds(self, default: float) -> float:
        return float(self.options.get("seconds", default))


@dataclass(frozen=True, slots=True)
class Limit:
    """How many calls within an hour are answered. An empty account stands for the application."""

    account: str
    calls_per_hour: int


@dataclass(frozen=True, slots=True)
class LateCall:
    """A call that was cut off, and takes effect nevertheless at `due_at`."""

    id: str
    due_at: datetime
    method: str
    path: tuple[str, ...]
    params: dict[str, str]
    token: str
    base_url: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One line of the request log. Tokens are never part of it."""

    id: str
    at: datetime
    method: str
    path: str
    call: str
    account: str
    outcome: str
    """What the caller got: an HTTP status, or what was done to the connection."""
    error: str = ""
    """Code and subcode of the answer, where it was an error."""
    fault: str = ""
    key: str = ""
    """The marker found in the call (`utm_content` of a link)."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a login dialog hands back, to be exchanged for a user token once."""

    code: str
    user_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offset:
    """How far the sandbox's clock is ahead of the machine's."""

    seconds: float = 0.0
