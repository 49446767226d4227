"""Media containers: made, watched, and used up by publishing."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, gone, invalid
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.instagram.captions import checked_caption
from signoff.sandbox.graph.instagram.images import checked_picture
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Container
from signoff.sandbox.state import World

LIFE: Final = timedelta(hours=24)
ITEMS: Final = range(2, 11)
FAILED: Final = 2207032


class Status(StrEnum):
    """The five states of a container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    PUBLISHED = "PUBLISHED"


_SENTENCES: Final = {
    Status.IN_PROGRESS: "In progress: Media is still being processed.",
    Status.FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
    Status.ERROR: "Error: Media upload has failed with error code {code}.",
    Status.EXPIRED: "Expired: The container was not published within 24 hours.",
    Status.PUBLISHED: "Published: Media has been successfully published.",
}


def status(container: Container, at: datetime) -> Status:
    if container.media_id:
        return Status.PUBLISHED
    if at >= container.created_at + LIFE:
        return Status.EXPIRED
    if at < container.ready_at:
        return Status.IN_PROGRESS
    return Status.ERROR if container.failed_with else Status.FINISHED


def create(world: World, call: Call, account: Account) -> Answer:
    """POST /{account}/media: a picture, an item of a carousel, or a carousel."""
    token_for(world, call, account, "instagram_content_publish")
    match call.text("media_type"):
        case "" | "IMAGE":
            container = _image(world, call, account)
        case "CAROUSEL":
            container = _carousel(world, call, account)
        case other:
            raise GraphError(100, 2207023, advice=f"This stand-in has pictures and carousels, not {other}.")
    world.containers.put(container.id, container)
    return {"id": container.id}


def read(world: World, call: Call, container: Container) -> Answer:
    """GET /{container}."""
    account = world.accounts.get(container.account_id)
    if not account:
        raise gone()
    token_for(world, call, account, "instagram_basic")
    now = status(container, call.at)
    sentence = _SENTENCES[now].format(code=container.failed_with)
    known = {"id": container.id, "status_code": now.value, "status": sentence}
    return pick("ShadowIGMediaBuilder", known, call.text("fields"), "id")


def _image(world: World, call: Call, account: Account) -> Container:
    is_item = call.flag("is_carousel_item")
    if is_item and (call.text("caption") or call.flag("is_ai_generated")):
        raise invalid("caption and is_ai_generated belong to the carousel, not to its items")
    picture = checked_picture(call)
    return Container(
        _new_id(world),
        account.id,
        call.at,
        _ready_at(world, call),
        caption=checked_caption(call),
        pictures=(picture,),
        is_carousel_item=is_item,
        is_ai_generated=call.flag("is_ai_generated"),
        failed_with=_failure(call),
    )


def _carousel(world: World, call: Call, account: Account) -> Container:
    items = _items(world, call, account)
    failures = [item.failed_with for item in items if item.failed_with]
    return Container(
        _new_id(world),
        account.id,
        call.at,
        max(_ready_at(world, call), *(item.ready_at for item in items)),
        caption=checked_caption(call),
        pictures=tuple(picture for item in items for picture in item.pictures),
        children=tuple(item.id for item in items),
        is_carousel=True,
        is_ai_generated=call.flag("is_ai_generated"),
        failed_with=_failure(call) or next(iter(failures), None),
    )


def _items(world: World, call: Call, account: Account) -> list[Container]:
    ids = [id.strip(' "[]') for id in call.text("children").split(",") if id.strip(' "[]')]
    if len(ids) not in ITEMS:
        raise GraphError(100, 2207028)
    items = [container for id in ids if (container := world.containers.get(id))]
    usable = [item for item in items if item.account_id == account.id and item.is_carousel_item]
    if len(usable) < len(ids) or any(status(item, call.at) is Status.EXPIRED for item in usable):
        raise invalid("children must be living carousel items of this account")
    return usable


def _ready_at(world: World, call: Call) -> datetime:
    """Tell when processing ends; the fault `container_slow` adds its `seconds`."""
    slow = call.fault and call.fault.fault == "container_slow"
    extra = timedelta(seconds=call.fault.seconds(30)) if call.fault and slow else timedelta(0)
    return call.at + world.settings.finish_delay + extra


def _failure(call: Call) -> int | None:
    """Give the subcode of the fault `container_error`."""
    if call.fault and call.fault.fault == "container_error":
        return call.fault.number("subcode", FAILED)
    return None


def _new_id(world: World) -> str:
    return str(17_900_000_000_000_000 + world.next_number())
