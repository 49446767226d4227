"""Thin routes, one module for each group of pages."""

from __future__ import annotations

from typing import Final

from signoff.web.routes import (
    alerts,
    audit,
    brands,
    cadence,
    calendar,
    channels,
    clock,
    crops,
    deliveries,
    discussion,
    editor,
    exports,
    home,
    jobs,
    keeping,
    live,
    media,
    notifications,
    pauses,
    post_list,
    posts,
    profile,
    publishing,
    review,
    review_several,
    search,
    sign_in,
    team,
    tokens,
    versions,
    writing,
)

ROUTERS: Final = (
    sign_in.router,
    home.router,
    search.router,
    live.router,
    clock.router,
    media.router,
    crops.router,
    notifications.router,
    post_list.router,  # before the editor: /posts/bulk is no post
    keeping.router,
    versions.router,
    editor.router,  # before posts: /posts/new isn't a post
    discussion.router,
    posts.router,
    review_several.router,  # before review: /review/bulk is no post
    review.router,
    calendar.router,
    publishing.router,
    deliveries.router,
    exports.router,
    channels.router,
    cadence.router,
    writing.router,
    pauses.router,
    alerts.router,
    brands.router,
    team.router,
    tokens.router,
    audit.router,
    jobs.router,
    profile.router,
)
