"""HTML export as people meet it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from signoff.connectors.about import About, Field, Limits

PLATFORM: Final = "html"
DEFAULT_FOLDER: Final = "site"

ABOUT: Final = About(
    platform=PLATFORM,
    label="HTML export",
    credentials=(Field("namespace", "Namespace"),),  # filled in by the application, never asked of people
    options=(
        Field(
            "folder",
            "Folder",
            required=False,
            default=DEFAULT_FOLDER,
            help="Pages of this channel are kept together here. Lower-case letters, digits and hyphens.",
        ),
    ),
    limits=Limits(
        source="our own: what browsers show everywhere",
        images_max=20,
        image_types=("image/jpeg", "image/png", "image/webp", "image/gif"),
        title_required=True,
    ),
    content_types=frozenset({"feed_post", "blog_post", "faq_page", "occasion_page"}),
    visibility_delay=timedelta(0),
    commit_is_repeatable=True,
)
