"""The sandbox's own time, and what happens by itself when it passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from signoff.sandbox.graph.facebook.posts import publish_scheduled
from signoff.sandbox.graph.late import carry_out
from signoff.sandbox.state import World


def catch_up(world: World) -> None:
    """Let everything happen that was due until now, in order of time.

    Called before each request is looked at: between requests nobody could tell the difference.
    """
    now = world.now()
    for due_at, happen in sorted(_pending(world), key=lambda pending: pending[0]):
        if due_at <= now:
            happen()


def _pending(world: World) -> list[tuple[datetime, Callable[[], None]]]:
    scheduled: list[tuple[datetime, Callable[[], None]]] = [
        (post.due_at, partial(publish_scheduled, world, post.id, post.due_at))
        for post in world.posts.values()
        if post.due_at and not post.deleted_at
    ]
    late: list[tuple[datetime, Callable[[], None]]] = [
        (call.due_at, partial(_late, world, call.id)) for call in world.late_calls.values()
    ]
    return scheduled + late


def _late(world: World, id: str) -> None:
    if call := world.late_calls.remove(id):
        carry_out(world, call)
