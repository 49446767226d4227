"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from signoff.sandbox.records import Platform


@dataclass(frozen=True, slots=True)
class AccountSeed:
    """An account that exists from the start, with one token that may do everything."""

    platform: Platform
    id: str
    name: str
    username: str
    token: str
    page_id: str = ""
    """Instagram: the Page that the account is linked to."""


DEFAULT_ACCOUNTS = (
    AccountSeed(
        Platform.FACEBOOK,
        "102030405060701",
        "Northlight Bakery",
        "northlightbakery",
        "sandbox-facebook-token",
    ),
    AccountSeed(
        Platform.INSTAGRAM,
        "17841400000000001",
        "Northlight Bakery",
        "northlight.bakery",
        "sandbox-instagram-token",
        page_id="102030405060701",
    ),
)


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Frozen; what can change while it runs is set through the control API."""

    state_dir: Path | None = None
    """Where the journal and the pictures live; without it everything is forgotten at the end."""
    public_url: str = ""
    """How browsers reach this sandbox; default: the address that the request came to."""
    accounts: tuple[AccountSeed, ...] = DEFAULT_ACCOUNTS
    finish_delay: timedelta = timedelta(0)
    """How long an Instagram container stays IN_PROGRESS."""
    fetch_timeout: timedelta = timedelta(seconds=10)
    """How long a picture may take to arrive."""
    hourly_calls: int = 4800
    """What the percentages in the usage headers refer to where no limit is set; nothing is refused for it."""
    app_id: str = "1020304050"
    app_secret: str = "sandbox-app-secret"  # noqa: S105 - a stand-in's, known to everybody
