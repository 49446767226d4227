"""The demonstration from the first line to the last: set up once, then served until somebody stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from signoff.app import run_serve
from signoff.demo.cast import ORGANIZATION, OWNER, PASSWORD, PEOPLE, check_all, gather, sandbox_accounts
from signoff.demo.habits import settle_in
from signoff.demo.place import HOST, Place, find_place
from signoff.demo.plot import scenes
from signoff.demo.stage import set_up
from signoff.demo.stories import STORIES
from signoff.organizations.found import found_organization
from signoff.runtime import Runtime
from signoff.sandbox.server import running_sandbox
from signoff.sandbox.settings import SandboxSettings
from signoff.settings import Environment, Settings

Tell = Callable[[str], None]

_FOUNDED: Final = timedelta(days=30)
"""How long ago the agency began to use Signoff."""


def run_demo(configured: Settings, folder: Path, *, is_fresh: bool, tell: Tell) -> None:
    """Serve the demonstration; what isn't there yet is set up first.

    Args:
        configured: Only the port is taken from it: the rest is the demonstration's own.
        folder: Where its data lies.
        is_fresh: Delete what an earlier start left, and begin anew.
        tell: Prints a line for whoever waits.

    Raises:
        WrongState: It runs already, or a port is in use.
    """
    wanted = configured.port if "port" in configured.model_fields_set else None
    place = find_place(folder, wanted, is_fresh=is_fresh, usual_port=configured.port)
    known = SandboxSettings(state_dir=folder / "sandbox", accounts=sandbox_accounts())
    with running_sandbox(known, HOST, place.sandbox_port) as sandbox:
        settings = _settings(configured, place, sandbox.graph_url)
        if not place.is_built:
            asyncio.run(_build(settings, sandbox.url, tell))
            replace(place, is_built=True).keep()
        run_serve(settings, once_up=lambda runtime: _greet(runtime, sandbox.url, tell))
    tell("Stopped. Everything is kept for the next start.")


def _settings(configured: Settings, place: Place, graph_url: str) -> Settings:
    return configured.model_copy(
        update={
            "environment": Environment.DEVELOPMENT,
            "data_dir": place.folder,
            "database_url": None,
            "database_owner_url": None,
            "database_worker_url": None,
            "secret_key": None,
            "host": HOST,
            "port": place.port,
            "public_url": "",
            "graph_url": graph_url,
            "smtp_url": None,
            # So that a WordPress on this machine can be connected, too.
            "allow_private_addresses": (ip_network("127.0.0.0/8"),),
            "clock_offset": timedelta(0),
        }
    )


async def _build(settings: Settings, sandbox_url: str, tell: Tell) -> None:
    tell(f"Setting up {ORGANIZATION}, an agency with three brands. This happens once.")
    now = datetime.now(UTC).replace(microsecond=0)
    async with set_up(settings, sandbox_url) as stage:
        await stage.travel_to(now - _FOUNDED)
        cast = await gather(stage.runtime)
        tell(f"  {len(PEOPLE)} people and {len(cast.brands)} brands are there, their channels are connected.")
        tell(f"  Living through the last days of {len(STORIES)} posts …")
        for scene in scenes(stage, cast, now):
            await stage.travel_to(scene.at)
            await scene.play()
        await stage.come_back()
        await settle_in(stage.runtime, cast)
        await check_all(stage.runtime, cast)


async def _greet(runtime: Runtime, sandbox_url: str, tell: Tell) -> None:
    founded = await found_organization(runtime, ORGANIZATION, OWNER)
    tell(
        f"""
Signoff is running. Open this link; it signs you in once, as the owner:

    {founded.link}

    Pages      {runtime.settings.address}
    Feeds      {sandbox_url}  (the sandbox: what followers see, and faults to try)
    Others     {", ".join(email.partition("@")[0] for _, email, _ in PEOPLE[1:])}: see Settings > Team
               sign in with their address and the password “{PASSWORD}”
    Data       {runtime.settings.data_dir}

Stop with Ctrl+C. The next start goes on where this one ended; `signoff demo --fresh` begins anew.
"""
    )
