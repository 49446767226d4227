"""WordPress as people meet it: what it asks for, what it takes, what it can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from signoff.connectors.about import About, Field, Limits
from signoff.connectors.content import Json

PLATFORM: Final = "wordpress"

ABOUT: Final = About(
    platform=PLATFORM,
    label="WordPress",
    credentials=(
        Field("site_url", "Address of the site", kind="url", help="For example https://example.com"),
        Field(
            "username",
            "User name",
            help="Of a user with the role Author (posts) or Editor (pages); better not an administrator.",
        ),
        Field(
            "application_password",
            "Application password",
            kind="secret",
            help="In WordPress under Users > Profile > Application Passwords; not the usual password.",
        ),
    ),
    options=(
        Field("post_type", "Publish as", kind="choice", choices=("posts", "pages"), default="posts"),
        Field(
            "publish_as",
            "When it is due",
            kind="choice",
            choices=("publish", "draft"),
            default="publish",
            help="“draft” ends with a WordPress draft, for a second approval in WordPress itself.",
        ),
    ),
    limits=Limits(
        source="WordPress REST API (wp/v2), WordPress 6.5: no limit on text; file types of a fresh site",
        images_max=20,  # our own ceiling: each picture is one upload within the time for preparing
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        title_required=True,
    ),
    content_types=frozenset({"feed_post", "blog_post", "faq_page", "occasion_page"}),
    visibility_delay=timedelta(0),
    account_address="https://{host}/wp-admin/",
    commit_is_repeatable=True,
)


def route_of(options: Mapping[str, Json]) -> str:
    """Give the REST route for the channel's kind of posts."""
    return "pages" if options.get("post_type") == "pages" else "posts"


def ends_as_draft(options: Mapping[str, Json]) -> bool:
    """Tell whether the channel leaves the last step to people in WordPress."""
    return options.get("publish_as") == "draft"
