"""Idempotency-Key: what is sent again is answered again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from signoff.connectors.base import Connector, Health
from signoff.kernel.people import Actor
from signoff.records.access import IdempotencyKey
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from tests.api.drafts import draft, png
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.raw_sql import Role
from tests.support.rest import CallAs, Caller

PLAZA = {"platform": "noticeboard", "credentials": {"board": "plaza", "key": "key of plaza"}}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


class SlowBoard(Noticeboard):
    """A noticeboard that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def check(self, credentials: Mapping[str, str], options: Mapping[str, Any]) -> Health:
        self.asked.set()
        await self.may_answer.wait()
        return await super().check(credentials, options)


@pytest.fixture
def noticeboard() -> SlowBoard:
    return SlowBoard()


@pytest.fixture
def connectors(noticeboard: SlowBoard) -> Mapping[str, Connector]:
    return {"noticeboard": noticeboard}


async def count_posts(api: Caller) -> int:
    return len((await api.get("/posts")).json["items"])


async def test_the_same_request_gets_the_same_answer(owner_api: Caller, brand: Brand) -> None:
    same = key()
    first = await owner_api.post("/posts", draft(brand), **same)
    second = await owner_api.post("/posts", draft(brand), **same)
    assert (second.status, second.body) == (201, first.body)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert {name: second.headers[name] for name in ("ETag", "Location", "Content-Type")} == {
        name: first.headers[name] for name in ("ETag", "Location", "Content-Type")
    }
    assert await count_posts(owner_api) == 1


async def test_the_key_of_another_request_is_refused(owner_api: Caller, brand: Brand) -> None:
    same = key()
    written = await owner_api.post("/posts", draft(brand), **same)
    other_body = await owner_api.post("/posts", draft(brand, title="Other"), **same)
    other_path = await owner_api.post(f"/posts/{written.json['id']}/duplicate", **same)
    assert [reply.status for reply in (other_body, other_path)] == [422, 422]
    assert other_body.json["errors"][0]["field"] == "Idempotency-Key"
    assert await count_posts(owner_api) == 1


async def test_a_key_belongs_to_one_token(call_as: CallAs, owner: Actor, brand: Brand) -> None:
    same, one, other = key(), await call_as(owner), await call_as(owner)
    first = await one.post("/posts", draft(brand), **same)
    second = await other.post("/posts", draft(brand), **same)
    assert first.json["id"] != second.json["id"]


async def test_a_refusal_is_not_kept(owner_api: Caller, brand: Brand) -> None:
    same = key()
    refused = await owner_api.post("/posts", draft(brand, brand_id=str(uuid4())), **same)
    assert refused.status == 404
    assert (await owner_api.post("/posts", draft(brand), **same)).status == 201


@pytest.mark.parametrize("wrong", ["", "x" * 256, "tab\there"])
async def test_a_malformed_key_is_refused(owner_api: Caller, brand: Brand, wrong: str) -> None:
    refused = await owner_api.post("/posts", draft(brand), **{"Idempotency-Key": wrong})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert await count_posts(owner_api) == 0


async def test_while_the_first_one_runs_the_second_is_told_to_wait(
    owner_api: Caller, brand: Brand, noticeboard: SlowBoard
) -> None:
    same, path = key(), f"/brands/{brand.id}/channels"
    first = asyncio.create_task(owner_api.post(path, PLAZA, **same))
    await noticeboard.asked.wait()
    second = await owner_api.post(path, PLAZA, **same)
    assert (second.status, second.json["type"]) == (409, "urn:signoff:problem:in-progress")
    assert second.headers["Retry-After"] == "1"
    noticeboard.may_answer.set()
    third = (await first, await owner_api.post(path, PLAZA, **same))
    assert third[0].status == third[1].status == 201
    assert third[0].body == third[1].body


async def test_many_at_once_do_it_once(owner_api: Caller, brand: Brand) -> None:
    same = key()
    replies = await asyncio.gather(*(owner_api.post("/posts", draft(brand), **same) for _ in range(8)))
    assert {reply.status for reply in replies} <= {201, 409}
    assert await count_posts(owner_api) == 1


async def test_a_request_that_never_ended_is_not_carried_out_again(
    owner_api: Caller, brand: Brand, noticeboard: SlowBoard, clock: ShiftableClock
) -> None:
    same, path = key(), f"/brands/{brand.id}/channels"
    hangs = asyncio.create_task(owner_api.post(path, PLAZA, **same))
    await noticeboard.asked.wait()
    for passed in (timedelta(seconds=61), timedelta(hours=23)):
        clock.advance(passed)
        refused = await owner_api.post(path, PLAZA, **same)
        assert refused.status == 409
        assert "isn't known" in refused.json["detail"]
        assert "Retry-After" not in refused.headers
    noticeboard.may_answer.set()
    assert (await hangs).status == 201
    assert len((await owner_api.get(path)).json["items"]) == 1


async def test_an_answer_that_could_not_be_stored_does_not_let_it_happen_twice(
    owner_api: Caller, brand: Brand, owner_sql: Role, clock: ShiftableClock
) -> None:
    same = key()
    columns = "(status, headers, body) on idempotency_keys"
    await owner_sql.run(f"revoke update {columns} from signoff_app")
    assert (await owner_api.post("/posts", draft(brand), **same)).status == 500
    await owner_sql.run(f"grant update {columns} to signoff_app")
    clock.advance(timedelta(seconds=61))
    assert (await owner_api.post("/posts", draft(brand), **same)).status == 409
    assert await count_posts(owner_api) == 1


async def test_after_a_day_a_key_is_free_again(
    owner_api: Caller, brand: Brand, clock: ShiftableClock
) -> None:
    same = key()
    first = await owner_api.post("/posts", draft(brand), **same)
    clock.advance(timedelta(hours=25))
    second = await owner_api.post("/posts", draft(brand, title="Other"), **same)
    assert (second.status, second.json["title"]) == (201, "Other")
    assert second.json["id"] != first.json["id"]


async def test_an_upload_is_recognised_by_its_bytes(owner_api: Caller) -> None:
    same = key()
    first = await owner_api.upload(png(), **same)
    second = await owner_api.upload(png(), **same)
    assert (first.status, second.status, second.body) == (201, 201, first.body)
    assert second.headers["Idempotency-Replayed"] == "true"
    other = await owner_api.upload(png(width=33), **same)
    assert other.status == 422


async def test_answers_with_secrets_are_not_readable_at_rest(
    owner_api: Caller, owner: Actor, runtime: Runtime
) -> None:
    same = key()
    made = await owner_api.post("/tokens", {"name": "import", "scopes": ["read"]}, **same)
    again = await owner_api.post("/tokens", {"name": "import", "scopes": ["read"]}, **same)
    assert again.json["text"] == made.json["text"]
    async with runtime.transaction(owner.organization_id) as tx:
        stored = (await tx.scalars(select(IdempotencyKey))).one()
    assert made.json["text"].encode() not in (stored.body or b"")
