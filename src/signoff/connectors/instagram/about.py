"""Instagram as people meet it. Facts, sources and dates: `docs/platforms/instagram.md`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from signoff.connectors.about import About, Field, Limits
from signoff.connectors.budgets import Budget

VISIBILITY_DELAY: Final = timedelta(seconds=90)

LIMITS: Final = Limits(
    source="Meta's content publishing guide and IG User Media reference, v26.0 (September 2026)",
    text_chars=2200,
    alt_chars=1000,
    hashtags=30,
    mentions=20,
    images_min=1,
    images_max=10,
    image_types=("image/jpeg",),
    image_bytes=8_000_000,
    image_width_min=320,
    ratio_min=0.8,
    ratio_max=1.91,
    text_required=False,
)

BUDGET: Final = Budget(
    calls_per_hour=200,
    calls_per_post=7,
    source="a ceiling of our own; Meta's grows with the account's impressions. Posts in 24 hours are asked",
)

ABOUT: Final = About(
    platform="instagram",
    label="Instagram",
    credentials=(
        Field(
            "ig_user_id",
            "Instagram account id",
            help="The number of the professional account, as the Graph API knows it: 17841…",
        ),
        Field(
            "access_token",
            "Access token",
            kind="secret",
            help=(
                "From Facebook Login for Business, with instagram_basic, instagram_content_publish, "
                "instagram_manage_contents and pages_read_engagement."
            ),
        ),
    ),
    options=(),
    limits=LIMITS,
    budget=BUDGET,
    content_types=frozenset({"feed_post", "carousel"}),
    visibility_delay=VISIBILITY_DELAY,
    # By all that was seen an upload can be published once only; Meta doesn't promise it.
    account_address="https://www.instagram.com/{name}/",
    commit_is_repeatable=False,
    fetches_media=True,
    can_take_down=True,
    take_down_by_hand="Open the post in the Instagram app, tap ••• above it and choose Delete.",
)
