"""What belongs to another organization isn't there, whichever page is asked for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.routing import APIRoute

from signoff.organizations.closed_days import close_days
from signoff.organizations.closed_fields import ClosedDraft
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.organizations.library.templates import TemplateDraft, create_template
from signoff.organizations.members import list_members
from signoff.runtime import Runtime
from signoff.web.routes import ROUTERS
from tests.support.posts import scheduled
from tests.support.world import Neighbour
from tests.web.visitor import Visitor


def _paths(method: str) -> list[str]:
    """Every address of the pages that names something by its id."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return [route.path for route in routes if "_id}" in route.path and method in (route.methods or ())]


async def _theirs(runtime: Runtime, neighbour: Neighbour) -> dict[str, str]:
    delivery = await scheduled(runtime, neighbour.owner, neighbour.channel, due_in=timedelta(days=1))
    snippet = await create_snippet(runtime, neighbour.owner, SnippetDraft("Theirs", "x"))
    template = await create_template(runtime, neighbour.owner, TemplateDraft("Theirs"))
    member = (await list_members(runtime, neighbour.owner))[0]
    days = ClosedDraft(runtime.clock.now().date(), "Stocktaking")
    closed = await close_days(runtime, neighbour.owner, neighbour.brand.id, days)
    return {
        "post_id": str(delivery.post_id),
        "delivery_id": str(delivery.id),
        "channel_id": str(neighbour.channel.id),
        "brand_id": str(neighbour.brand.id),
        "member_id": str(member.id),
        "media_id": str(delivery.id),
        "token_id": str(delivery.id),
        "session_id": str(delivery.id),
        "alert_id": str(delivery.id),
        "view_id": str(delivery.id),
        "copy_id": str(delivery.id),
        "snippet_id": str(snippet.id),
        "template_id": str(template.id),
        "closed_id": str(closed.row.id),
        "number": "1",
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_page_finds_what_is_anothers(
    olga: Visitor, runtime: Runtime, neighbour: Neighbour, method: str
) -> None:
    ids = await _theirs(runtime, neighbour)
    await olga.get("/settings/profile")
    csrf = olga.csrf
    paths = _paths(method)
    assert len(paths) > 10
    for path in paths:
        address = path.format(**ids)
        if method == "GET":
            page = await olga.get(address + ("?seen=x" if address.endswith("/fresh") else ""))
        else:
            page = await olga.post(address, [("csrf", csrf), *_complete(ids)])
        assert page.status == 404, address


def _complete(ids: dict[str, str]) -> list[tuple[str, str]]:
    """Fields that any form may need, so that each gets as far as looking for its subject."""
    return [
        ("comment_id", ids["delivery_id"]),
        ("version", "1"),
        ("verdict", "approve"),
        ("seen", "0" * 64),
        ("statement", "0" * 16),
        ("comment", "x"),
        ("reason", "x"),
        ("role", "viewer"),
        ("when", "now"),
        ("channel", ids["channel_id"]),
        ("due_local", "2027-06-01T09:00"),
        ("answer", "leave"),
        ("content_type", "feed_post"),
        ("name", "x"),
        ("time_zone", "UTC"),
        ("late_minutes", "60"),
        ("copy", ids["delivery_id"]),
        ("turn", "1"),
    ]
