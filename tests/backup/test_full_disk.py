"""Restoring without room: it is said, nothing that was there is lost, and with room it is done again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from psycopg import AsyncConnection

from signoff.backup.installation import Installation
from signoff.backup.make import Backup
from signoff.backup.restore import opened_backup, restore_backup
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.kernel.errors import NoSpace
from signoff.kernel.people import Actor
from signoff.pipeline.draft.media import upload_media
from signoff.records.alerts.notices import open_pauses
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.backup.test_restore import back_up, chunks, installation_of, one, states
from tests.media.pictures import saved
from tests.support.disks import enlarge
from tests.support.posts import scheduled

NO_ROOM = """
    CREATE SCHEMA elsewhere;
    CREATE FUNCTION elsewhere.no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE EVENT TRIGGER no_room ON ddl_command_start WHEN TAG IN ('CREATE INDEX')
        EXECUTE FUNCTION elsewhere.no_room();
"""


@pytest.fixture
async def backup(runtime: Runtime, owner: Actor, channel: Channel) -> Backup:
    """With a picture of half a megabyte and a delivery."""
    picture = saved(Image.effect_noise((800, 600), 90), "PNG")
    await upload_media(runtime, owner, chunks(picture))
    await scheduled(runtime, owner, channel)
    return await back_up(runtime)


@pytest.fixture
async def newer(runtime: Runtime, owner: Actor, channel: Channel, backup: Backup) -> Delivery:
    """Made after the backup, so that a restore ends it."""
    return await scheduled(runtime, owner, channel, due_in=timedelta(days=7))


async def restored(installation: Installation, backup: Backup) -> None:
    with opened_backup(backup.path) as opened:
        await restore_backup(installation, opened)


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


async def nothing_is_lost(runtime: Runtime, owner: Actor, newer: Delivery) -> bool:
    is_running = not await open_pauses(runtime, owner)
    return is_running and await one(runtime, newer) is not None and len(await states(runtime)) == 2


async def test_pictures_that_do_not_fit_leave_everything_as_it_was(
    runtime: Runtime, owner: Actor, backup: Backup, newer: Delivery, tiny_disk: Path
) -> None:
    place = tiny_disk / "data"
    there = replace(installation_of(runtime), data_dir=place, exports=place / "exports")
    with pytest.raises(NoSpace, match="disk is full") as full:
        await restored(there, backup)
    assert full.value.next_step
    assert await nothing_is_lost(runtime, owner, newer)
    assert files(tiny_disk) == []

    enlarge(tiny_disk, "8m")
    await restored(there, backup)
    assert await states(runtime) == [DeliveryState.SCHEDULED]
    assert len(files(place / "media")) == 1


async def test_rows_that_do_not_fit_leave_everything_as_it_was(
    runtime: Runtime, owner: Actor, backup: Backup, newer: Delivery, postgres: EmbeddedPostgres
) -> None:
    address = conninfo(postgres.admin_url(str(runtime.database.urls.worker.database)))
    async with await AsyncConnection.connect(address, autocommit=True) as administrator:
        await administrator.execute(NO_ROOM)
        with pytest.raises(NoSpace, match="database's disk is full") as full:
            await restored(installation_of(runtime), backup)
        assert full.value.next_step
        assert await nothing_is_lost(runtime, owner, newer)

        await administrator.execute("DROP EVENT TRIGGER no_room")
    await restored(installation_of(runtime), backup)
    assert await states(runtime) == [DeliveryState.SCHEDULED]
