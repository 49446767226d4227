"""The addresses of /api/v1, one module a noun."""

from __future__ import annotations

from signoff.api.routes import (
    alerts,
    audit,
    brands,
    budgets,
    cadence,
    calendar,
    channels,
    deliveries,
    discussion,
    events,
    exports,
    health,
    jobs,
    me,
    media,
    members,
    pauses,
    posts,
    readiness,
    reviews,
    tokens,
    views,
)

ROUTERS = (
    posts.router,
    views.router,
    reviews.router,
    readiness.router,
    discussion.router,
    media.router,
    deliveries.router,
    exports.router,
    calendar.router,
    pauses.router,
    budgets.router,
    brands.router,
    channels.router,
    cadence.router,
    members.router,
    tokens.router,
    me.router,
    alerts.router,
    audit.router,
    health.router,
    jobs.router,
    events.router,
)
"""In the order of the description."""
