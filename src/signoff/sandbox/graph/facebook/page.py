"""A Page itself."""

from __future__ import annotations

from typing import Any

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Platform
from signoff.sandbox.state import World


def read(world: World, call: Call, page: Account) -> Answer:
    """GET /{page}."""
    token_for(world, call, page, "pages_read_engagement")
    return pick("Page", known(world, call, page), call.text("fields"), "name")


def known(world: World, call: Call, page: Account) -> dict[str, Any]:
    linked = [{"id": one.id, "username": one.username} for one in linked_instagram(world, page)]
    return {
        "id": page.id,
        "name": page.name,
        "username": page.username,
        "category": "Local business",
        "link": f"{call.base_url}/feed/{page.id}",
        "fan_count": 240,
        "followers_count": 251,
        "instagram_business_account": linked[0] if linked else None,
    }


def linked_instagram(world: World, page: Account) -> list[Account]:
    """Give the Instagram accounts that a Page token is good for as well."""
    others = world.accounts.values()
    return [one for one in others if one.platform is Platform.INSTAGRAM and one.page_id == page.id]
