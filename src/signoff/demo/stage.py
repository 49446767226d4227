"""Where the past is played: the real installation on a clock that can be set, and its worker."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.request import Request, urlopen

import uvicorn
from PIL import Image

from signoff.app import open_runtime
from signoff.kernel.clock import SystemClock
from signoff.kernel.people import Actor
from signoff.pipeline.draft.media import upload_media
from signoff.records.models import Media
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.site import make_site
from signoff.web.live import LiveEvents
from signoff.worker.loop import Worker

_CONTROL_WITHIN_S: Final = 10


class TravellingClock(SystemClock):
    """A clock that is set from scene to scene. The database compares with the same offset."""

    def travel_to(self, moment: datetime) -> None:
        self._offset = moment - datetime.now(UTC)

    def monotonic(self) -> float:
        """Durations pass with the journey: a worker that waited is one that travelled."""
        return super().monotonic() + self._offset.total_seconds()

    def come_back(self) -> None:
        self._offset = timedelta(0)


class SandboxDesk:
    """The control API of the sandbox, as a person at its desk uses it."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def set_clock(self, offset: timedelta) -> None:
        await self._post("/control/clock", offset_s=offset.total_seconds())

    async def fault(
        self, call: str, fault: str, account: str, *, is_lasting: bool, options: Mapping[str, int | str]
    ) -> None:
        times = None if is_lasting else 1
        await self._post("/control/faults", call=call, fault=fault, account=account, times=times, **options)

    async def clear_faults(self) -> None:
        await asyncio.to_thread(self._call, "DELETE", "/control/faults", None)

    async def _post(self, path: str, **body: object) -> None:
        await asyncio.to_thread(self._call, "POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> None:
        headers = {"Content-Type": "application/json"}
        request = Request(self.url + path, body, headers, method=method)  # noqa: S310 - our own sandbox
        with urlopen(request, timeout=_CONTROL_WITHIN_S):  # noqa: S310 - (the same)
            pass


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a scene needs."""

    runtime: Runtime
    clock: TravellingClock
    sandbox: SandboxDesk
    worker: Worker

    async def travel_to(self, moment: datetime) -> None:
        """Set both clocks, so that the feeds and our records tell of the same moments."""
        self.clock.travel_to(moment)
        await self.sandbox.set_clock(self.clock.offset)

    async def come_back(self) -> None:
        """Set both clocks to the present."""
        self.clock.come_back()
        await self.sandbox.set_clock(self.clock.offset)

    async def work(self) -> None:
        """Let the worker carry out what is due."""
        await self.worker.run_until_idle()

    async def upload(self, actor: Actor, picture: Image.Image, name: str, alt: str) -> Media:
        """Bring a picture in, as an author does."""
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=88)

        async def chunks() -> AsyncIterator[bytes]:
            yield file.getvalue()

        return await upload_media(self.runtime, actor, chunks(), filename=f"{name}.jpg", alt=alt)


@asynccontextmanager
async def set_up(settings: Settings, sandbox_url: str) -> AsyncIterator[Stage]:
    """Open the installation and serve it: platforms fetch pictures from it while the past is played."""
    clock = TravellingClock()
    async with open_runtime(settings, owns_database=True, clock=clock) as runtime, _served(runtime):
        yield Stage(runtime, clock, SandboxDesk(sandbox_url), Worker(runtime))


class _Server(uvicorn.Server):
    """Leaves the signals alone: whoever interrupts the set-up stops all of it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _served(runtime: Runtime) -> AsyncIterator[None]:
    settings = runtime.settings
    site = make_site(runtime, LiveEvents(runtime))
    server = _Server(
        uvicorn.Config(site, host=settings.host, port=settings.port, lifespan="off", log_level="warning")
    )
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await serving
