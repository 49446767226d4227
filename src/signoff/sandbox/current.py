"""How routes get at what their sandbox remembers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from signoff.sandbox.clock import catch_up
from signoff.sandbox.state import World


def _world(request: Request) -> World:
    """Give the world as it is now: everything that was due has happened."""
    world: World = request.app.state.world
    catch_up(world)
    return world


def _address(request: Request) -> str:
    """Give this sandbox's address without a slash at the end: the configured one, or the request's."""
    world: World = request.app.state.world
    return (world.settings.public_url or str(request.base_url)).rstrip("/")


CurrentWorld = Annotated[World, Depends(_world)]
BaseUrl = Annotated[str, Depends(_address)]
