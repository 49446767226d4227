"""The steps of a journey through REST, each as somebody would take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.media.pictures import saved, scene
from tests.support.rest import Caller, Reply
from tests.support.waiting import until

NO_OPTIONS: Final[Mapping[str, Any]] = {}
_SETTLED: Final = frozenset({"published", "failed", "cancelled", "recovered", "manual_recovery_needed"})


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 640)) -> bytes:
    """A picture that every platform takes."""
    return saved(scene(size), kind)


async def send(api: Caller, path: str, body: Any = None) -> dict[str, Any]:
    """Send what must succeed; the answer."""
    reply = await api.post(path, body)
    assert reply.status in {200, 201}, reply.body
    answer: dict[str, Any] = reply.json
    return answer


async def read(api: Caller, path: str, **params: str) -> dict[str, Any]:
    reply = await api.get(path, **params)
    assert reply.status == 200, reply.body
    answer: dict[str, Any] = reply.json
    return answer


def refusal(reply: Reply) -> tuple[int, str]:
    """What a refusal says to a program; that it tells a person what is wrong and what to do is checked."""
    assert reply.headers["Content-Type"] == "application/problem+json", reply.body
    assert reply.json["detail"]
    assert reply.json["next_step"]
    return reply.status, reply.json["type"].removeprefix("urn:signoff:problem:")


async def connected(
    api: Caller,
    brand_id: str,
    platform: str,
    credentials: Mapping[str, str],
    options: Mapping[str, Any] = NO_OPTIONS,
) -> str:
    """Connect a channel; its id."""
    body = {"platform": platform, "name": platform.title(), "credentials": dict(credentials)}
    made = await send(api, f"/brands/{brand_id}/channels", body | {"options": dict(options)})
    return str(made["id"])


async def uploaded(api: Caller, content: bytes, alt: str = "", filename: str = "bread.png") -> str:
    """Upload a picture; its id."""
    reply = await api.upload(content, alt=alt, filename=filename)
    assert reply.status == 201, reply.body
    return str(reply.json["id"])


def draft(brand_id: str, channels: Sequence[str], **more: Any) -> dict[str, Any]:
    """What a post is written with."""
    return {
        "brand_id": brand_id,
        "content_type": "feed_post",
        "title": "Good morning",
        "body": "Fresh bread at eight.",
        "channels": list(channels),
    } | more


async def submitted(api: Caller, brand_id: str, *channels: str, **more: Any) -> str:
    """Write a post and hand it in; its id."""
    post = await send(api, "/posts", draft(brand_id, channels, **more))
    await send(api, f"/posts/{post['id']}/submit")
    return str(post["id"])


async def approved(api: Caller, post_id: str, schedule: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Look at what would be sent, and approve exactly that."""
    shown = await read(api, f"/posts/{post_id}/preview")
    verdict = {"verdict": "approve", "seen": shown["seen"], "facts_confirmed": True}
    return await send(
        api, f"/posts/{post_id}/decisions", verdict | ({"schedule": schedule} if schedule else {})
    )


async def published_now(api: Caller, post_id: str) -> list[str]:
    """Approve and publish at once; the ids of the deliveries."""
    decided = await approved(api, post_id, {"due_at": "now"})
    return [str(delivery["id"]) for delivery in decided["deliveries"]]


async def came_to(api: Caller, delivery_id: str, *states: str, within_s: float = 30) -> dict[str, Any]:
    """Wait until the worker has brought a delivery to one of these states; everything on record."""

    async def settled() -> dict[str, Any] | None:
        detail = await read(api, f"/deliveries/{delivery_id}")
        return detail if detail["state"] in _SETTLED | set(states) else None

    detail = await until(settled, within_s=within_s)
    assert detail is not None
    assert detail["state"] in states, (detail["state"], detail["error"], detail["next_step"])
    return detail
