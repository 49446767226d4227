"""What an operator does on the machine itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from signoff.db.urls import DatabaseUrls
from tests.support.commands import Run, run_signoff

KEY = "a-key-that-only-the-tests-use-0123456789"
NEWER = "a-newer-key-that-only-the-tests-use-01234"

Operate: TypeAlias = Callable[..., Awaitable[Run]]


def settings_of(urls: DatabaseUrls, folder: Path) -> dict[str, str]:
    addresses = {"": urls.app, "OWNER_": urls.owner, "WORKER_": urls.worker}
    return {
        f"SIGNOFF_DATABASE_{name}URL": url.render_as_string(hide_password=False)
        for name, url in addresses.items()
    } | {"SIGNOFF_DATA_DIR": str(folder / "data"), "SIGNOFF_SECRET_KEY": KEY}


def operating(urls: DatabaseUrls, folder: Path) -> Operate:
    async def operate(*arguments: str, **more: str) -> Run:
        return await run_signoff(*arguments, folder=folder, settings=settings_of(urls, folder) | more)

    return operate


@pytest.fixture
def operate(database_urls: DatabaseUrls, tmp_path: Path) -> Operate:
    """The command on a migrated, empty database."""
    return operating(database_urls, tmp_path)


@pytest.fixture
def start(empty_database_urls: DatabaseUrls, tmp_path: Path) -> Operate:
    """The command on a database before the first migration."""
    return operating(empty_database_urls, tmp_path)


@pytest.mark.slow
class TestMigrate:
    async def test_a_database_is_brought_up_to_date_once(self, start: Operate) -> None:
        asked = await start("migrate", "--check")
        assert (asked.code, "signoff migrate" in asked.errors) == (1, True)
        migrated = await start("migrate")
        assert (migrated.code, migrated.out.startswith("Migrated from nothing to ")) == (0, True)
        again = await start("migrate")
        assert again.out == "The database is up to date.\n"
        assert (await start("migrate", "--check")).code == 0

    async def test_a_database_that_is_away_is_not_reachable(self, tmp_path: Path) -> None:
        away = "postgresql://nobody:secret@127.0.0.1:9/signoff"
        ended = await run_signoff("migrate", folder=tmp_path, settings={"SIGNOFF_DATABASE_URL": away})
        assert ended.code == 3
        assert "SIGNOFF_DATABASE" in ended.errors
        assert "secret" not in ended.errors


class TestDoctor:
    async def test_every_setting_is_shown_with_its_source_and_no_secret(
        self, operate: Operate, tmp_path: Path
    ) -> None:
        (tmp_path / "signoff.toml").write_text('port = 8123\nmail_from = "hello@casaluz.example"\n')
        seen = await operate("doctor", "--json", SIGNOFF_MAIL_FROM="other@casaluz.example")
        assert seen.code == 0, seen.errors
        found = {one["name"]: (one["value"], one["source"]) for one in seen.json["settings"]}
        assert found["SIGNOFF_PORT"] == ("8123", "signoff.toml")
        assert found["SIGNOFF_MAIL_FROM"] == ("other@casaluz.example", "environment")
        assert found["SIGNOFF_HOST"] == ("127.0.0.1", "default")
        assert found["SIGNOFF_SECRET_KEY"] == ("(set, hidden)", "environment")
        assert KEY not in seen.out
        assert "signoff_app:" not in seen.out

    async def test_what_is_looked_at_is_said_in_words(self, operate: Operate) -> None:
        seen = await operate("doctor")
        assert seen.code == 0, seen.errors
        for words in ("version 18", "up to date", "No mail server", "No worker runs", "SIGNOFF_PUBLIC_URL"):
            assert words in seen.out

    async def test_a_mistyped_setting_is_noticed(self, operate: Operate) -> None:
        assert "SIGNOFF_PROT is no setting" in (await operate("doctor", SIGNOFF_PROT="8001")).out

    async def test_a_wrong_setting_is_named_without_its_value(self, operate: Operate) -> None:
        ended = await operate("doctor", SIGNOFF_PORT="eight", SIGNOFF_IN_FLIGHT="0")
        assert ended.code == 2
        assert "SIGNOFF_PORT:" in ended.errors
        assert "SIGNOFF_IN_FLIGHT:" in ended.errors
        assert "eight" not in ended.errors

    async def test_a_stand_in_in_production_is_not_well(self, operate: Operate) -> None:
        seen = await operate("doctor", SIGNOFF_GRAPH_URL="http://127.0.0.1:9/graph")
        assert (seen.code, "Nothing that goes there is public" in seen.out) == (1, True)
        rehearsed = await operate(
            "doctor", SIGNOFF_GRAPH_URL="http://127.0.0.1:9/graph", SIGNOFF_ENVIRONMENT="development"
        )
        assert rehearsed.code == 0

    async def test_a_mail_server_that_is_away_is_not_well(self, operate: Operate) -> None:
        seen = await operate("doctor", SIGNOFF_SMTP_URL="smtp://ana:tulip@127.0.0.1:9")
        assert (seen.code, "mail" in seen.errors) == (1, True)
        assert "tulip" not in seen.out + seen.errors

    async def test_nothing_is_made_by_looking(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        seen = await run_signoff("doctor", folder=tmp_path, settings={"SIGNOFF_DATA_DIR": str(folder)})
        assert seen.code == 0, seen.errors
        assert "made on the first start" in seen.out
        assert not folder.exists()


@pytest.mark.slow
class TestInit:
    async def test_an_organization_is_founded_once_and_its_owner_gets_a_link(self, operate: Operate) -> None:
        asked = ("init", "--organization", "Casa Luz", "--owner", "olga@casaluz.example", "--json")
        first, second = await operate(*asked), await operate(*asked)
        assert (first.code, second.code) == (0, 0), first.errors
        assert (first.json["is_new"], second.json["is_new"]) == (True, False)
        assert first.json["organization_id"] == second.json["organization_id"]
        assert first.json["link"] != second.json["link"]
        assert first.json["link"].startswith("http://127.0.0.1:8000/link/")

    async def test_two_at_once_found_one(self, operate: Operate) -> None:
        asked = ("init", "--organization", "Casa Luz", "--owner", "olga@casaluz.example", "--json")
        runs = await asyncio.gather(operate(*asked), operate(*asked))
        assert len({run.json["organization_id"] for run in runs}) == 1

    async def test_what_is_no_mail_address_is_refused(self, operate: Operate) -> None:
        ended = await operate("init", "--organization", "Casa Luz", "--owner", "olga")
        assert (ended.code, ended.out) == (1, "")
        assert "name@example.com" in ended.errors


@pytest.mark.slow
class TestAsOwner:
    @pytest.fixture(autouse=True)
    async def _founded(self, operate: Operate) -> None:
        assert (
            await operate("init", "--organization", "Casa Luz", "--owner", "olga@casaluz.example")
        ).code == 0

    async def test_a_token_is_printed_once_and_alone(self, operate: Operate) -> None:
        made = await operate("token", "create", "--owner", "olga@casaluz.example")
        assert made.code == 0, made.errors
        assert made.out.startswith("sgn_")
        assert made.out.count("\n") == 1

    async def test_scopes_may_be_listed_with_commas(self, operate: Operate) -> None:
        owner = ("token", "create", "--owner", "olga@casaluz.example")
        assert (await operate(*owner, "--scopes", "read,write_posts", "--agent")).code == 0
        refused = await operate(*owner, "--scopes", "fly")
        assert (refused.code, "fly" in refused.errors) == (1, True)
        nobody = await operate("token", "create", "--owner", "nobody@casaluz.example")
        assert (nobody.code, nobody.out) == (1, "")

    async def test_the_audit_is_checked_over_all_organizations(
        self, operate: Operate, database_urls: DatabaseUrls
    ) -> None:
        whole = await operate("audit", "verify", "--json")
        assert (whole.code, [one["ok"] for one in whole.json]) == (0, [True])
        engine = create_async_engine(database_urls.owner)
        async with engine.begin() as connection:
            await connection.execute(text("alter table audit_entries disable trigger user"))
            await connection.execute(text("update audit_entries set action = 'nothing' where seq = 1"))
        await engine.dispose()
        broken = await operate("audit", "verify")
        assert (broken.code, "entry 1" in broken.out) == (1, True)

    async def test_keys_are_listed_and_rotated(self, operate: Operate) -> None:
        before = (await operate("keys", "list", "--json")).json
        assert before["source"] == "SIGNOFF_SECRET_KEY"
        both = {"SIGNOFF_SECRET_KEY": f"{NEWER},{KEY}"}
        after = (await operate("keys", "list", "--json", **both)).json
        assert after["keys"][1:] == before["keys"]
        rotated = await operate("keys", "rotate", "--yes", "--json", **both)
        assert (rotated.code, rotated.json["key"]) == (0, after["keys"][0]), rotated.errors
        asked = await operate("keys", "rotate", **both)
        assert (asked.code, "--yes" in asked.errors) == (2, True)
