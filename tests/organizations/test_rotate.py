"""Sealing stored secrets again with a new key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signoff.kernel.people import Actor
from signoff.organizations.channels import check_channel, connect_channel
from signoff.organizations.rotate import rotate_secrets
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.vault import SecretLocked, Vault
from tests.support.noticeboard import Noticeboard
from tests.support.world import KEY, Neighbour

NEWER = "a-newer-key-that-only-the-tests-use-01234"


async def test_after_a_rotation_the_old_key_is_not_needed(
    runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour, noticeboard: Noticeboard
) -> None:
    rotated = await rotate_secrets(replace(runtime, vault=Vault([NEWER, KEY])))
    assert (rotated.sealed, rotated.locked) == (2, ())
    alone = replace(runtime, vault=Vault([NEWER]))
    assert (await check_channel(alone, owner, channel.id)).state == "connected"
    assert (await check_channel(alone, neighbour.owner, neighbour.channel.id)).state == "connected"
    assert noticeboard.checked_with[-1]["board"] == "mercado"
    with pytest.raises(SecretLocked):
        await check_channel(runtime, owner, channel.id)


async def test_what_no_key_opens_is_named_and_left_alone(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    stranger = replace(runtime, vault=Vault(["a-key-of-somebody-else-0123456789-012345"]))
    locked = await connect_channel(
        stranger, owner, brand.id, "noticeboard", "", {"board": "puerto", "key": "key of puerto"}, {}
    )
    rotated = await rotate_secrets(replace(runtime, vault=Vault([NEWER, KEY])))
    assert (rotated.sealed, rotated.locked) == (1, (locked.id,))
    assert (await check_channel(stranger, owner, locked.id)).state == "connected"
    assert (
        await check_channel(replace(runtime, vault=Vault([NEWER])), owner, channel.id)
    ).state == "connected"
