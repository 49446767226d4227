"""Facebook Pages as people meet them. Facts, sources and dates: `docs/platforms/facebook.md`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from signoff.connectors.about import About, Field, Limits
from signoff.connectors.budgets import Budget

LIMITS: Final = Limits(
    source=(
        "Page feed and Page photos references, v26.0 (September 2026); the limit of the text is long known "
        "but not documented"
    ),
    text_chars=63_206,
    images_max=10,
    image_types=("image/jpeg", "image/png", "image/gif"),
    image_bytes=10_000_000,
    text_required=False,
)

BUDGET: Final = Budget(
    calls_per_hour=200,
    calls_per_post=4,
    source="a ceiling of our own; Meta's grows with the Page's engaged users, its headers tell how far it is",
)

ABOUT: Final = About(
    platform="facebook",
    label="Facebook Page",
    credentials=(
        Field("page_id", "Page id", help="The number under About > Page transparency."),
        Field(
            "access_token",
            "Page access token",
            kind="secret",
            help="The Page's own token, with pages_manage_posts and pages_read_engagement, not a person's.",
        ),
    ),
    options=(
        Field(
            "draft_first",
            "Create unpublished, then publish",
            kind="flag",
            help=(
                "Publishing can then be repeated without a second post. Switch it off only if Facebook "
                "refuses it."
            ),
            required=False,
            default=True,
        ),
    ),
    limits=LIMITS,
    budget=BUDGET,
    content_types=frozenset({"feed_post", "carousel"}),
    # Both hold for posts published at once, too: a listing has to show them, and nothing may be repeated.
    visibility_delay=timedelta(seconds=60),
    account_address="https://www.facebook.com/{remote_id}",
    commit_is_repeatable=False,
    fetches_media=True,
    can_take_down=True,
    take_down_by_hand="Open the post on the Page, choose ••• and “Move to trash”.",
)


def is_draft_first(options: Mapping[str, Any]) -> bool:
    """Tell whether the post is made unpublished first; anything but a clear no is a yes."""
    return options.get("draft_first", True) is not False
