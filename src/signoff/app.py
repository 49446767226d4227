"""Where everything is put together: the runtime from the settings, and the processes from the runtime."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

import uvicorn
import uvloop

from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.null import PageOnly
from signoff.alerts.server import MailServer
from signoff.connectors.facebook import Facebook
from signoff.connectors.facebook.about import BUDGET as FACEBOOK_BUDGET
from signoff.connectors.graph.api import GraphApi
from signoff.connectors.html.connector import HtmlExport
from signoff.connectors.instagram import Instagram
from signoff.connectors.instagram.about import BUDGET as INSTAGRAM_BUDGET
from signoff.connectors.wordpress.connector import WordPress
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.migrate import upgrade
from signoff.db.roles import provide_database
from signoff.db.session import Database
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.clock import Clock, SystemClock
from signoff.media.folder import FolderStore
from signoff.organizations.exports import exports_folder
from signoff.runtime import Runtime
from signoff.vault import Vault
from signoff.vault.keys import load_keys

if TYPE_CHECKING:
    from socket import socket

    from signoff.alerts.base import Route as MailRoute
    from signoff.connectors.base import Connector
    from signoff.settings import Settings

OnceUp: TypeAlias = Callable[[Runtime], Awaitable[None]]

_DRAIN_S: Final = 65
_LOOKED_THROUGH_AFTER: Final = 20_000
"""So many objects more than went away, and the collector looks for cycles; its own habit is 700."""
_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, owns_database: bool = False, clock: Clock | None = None
) -> AsyncIterator[Runtime]:
    """Open what use cases need: the database (started or joined, migrated), connectors, media, secrets.

    Args:
        settings: What is configured.
        owns_database: Start the embedded server and stop it at the end, rather than joining one that may run.
        clock: What tells the time, in rehearsals; None: the machine's, shifted as the settings say.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    embedded = EmbeddedPostgres(settings.data_dir) if settings.database_url is None else None
    if embedded is not None:
        await asyncio.to_thread(embedded.start if owns_database else embedded.join)
    try:
        async with _runtime(settings, embedded, clock or SystemClock(settings.clock_offset)) as runtime:
            yield runtime
    finally:
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)


@asynccontextmanager
async def _runtime(
    settings: Settings, embedded: EmbeddedPostgres | None, clock: Clock
) -> AsyncIterator[Runtime]:
    url = embedded.admin_url() if embedded else settings.database_url
    if url is None:
        raise AssertionError
    urls = await provide_database(
        url,
        data_dir=settings.data_dir,
        owner_url=settings.database_owner_url,
        worker_url=settings.database_worker_url,
    )
    await upgrade(urls)
    http = Http(allow=settings.allow_private_addresses)
    database = Database(urls, clock=clock)
    try:
        yield Runtime(
            settings=settings,
            clock=clock,
            database=database,
            connectors=make_connectors(settings, http, clock),
            media=FolderStore(settings.data_dir / "media"),
            vault=Vault(load_keys(settings.secret_key, settings.data_dir)),
            fetch=fetch_with(http, max_bytes=settings.upload_max_bytes),
            mail=make_mail(settings, clock),
        )
    finally:
        await http.close()
        await database.close()


def make_connectors(settings: Settings, http: Http, clock: Clock) -> Mapping[str, Connector]:
    """Give the connector of each platform; a new platform is one line here."""
    graph = GraphApi(http, clock, url=settings.graph_url, version=settings.graph_version)
    return {
        "instagram": Instagram(
            graph,
            public_url=settings.address,
            budget=INSTAGRAM_BUDGET.with_ceiling(settings.instagram_calls_per_hour),
        ),
        "facebook": Facebook(
            graph,
            public_url=settings.address,
            budget=FACEBOOK_BUDGET.with_ceiling(settings.facebook_calls_per_hour),
        ),
        "wordpress": WordPress(http, clock),
        "html": HtmlExport(exports_folder(settings), settings.address, clock),
    }


def make_mail(settings: Settings, clock: Clock) -> MailRoute:
    """Give the way letters leave; without an SMTP server alerts stay on the page."""
    if settings.smtp_url is None:
        return PageOnly()
    server = MailServer.parse(settings.smtp_url.get_secret_value())
    return Email(server, Sender.parse(settings.mail_from), clock)


def run_serve(settings: Settings, once_up: OnceUp | None = None) -> None:
    """Run pages, API and worker in one process; `once_up` is called when the address answers."""
    uvloop.run(_serve(settings, with_web=True, with_worker=True, once_up=once_up))


def run_web(settings: Settings) -> None:
    """Run pages and API only."""
    uvloop.run(_serve(settings, with_web=True, with_worker=False))


def run_worker(settings: Settings, *, until_idle: bool = False) -> None:
    """Run a worker only; or carry out what is due, then return."""
    if until_idle:
        uvloop.run(_until_idle(settings))
    else:
        uvloop.run(_serve(settings, with_web=False, with_worker=True))


def run_sandbox(settings: Settings) -> None:
    """Run the stand-ins for closed platforms, beside the web process' port."""
    from signoff.sandbox.server import run

    run(settings.host, settings.port + 10, settings.data_dir / "sandbox")


async def _until_idle(settings: Settings) -> None:
    from signoff.worker.loop import Worker

    async with open_runtime(settings) as runtime:
        await Worker(runtime).run_until_idle()


async def _serve(
    settings: Settings, *, with_web: bool, with_worker: bool, once_up: OnceUp | None = None
) -> None:
    from signoff.watch.watcher import Watcher
    from signoff.worker.loop import Worker
    from signoff.worker.timetable import timetable

    async with open_runtime(settings, owns_database=with_web and with_worker) as runtime:
        worker = Worker(runtime) if with_worker else None
        work = asyncio.create_task(worker.run()) if worker else None
        watcher = Watcher(runtime, timetable(runtime), serves_pages=with_web)
        watch = asyncio.create_task(watcher.run())
        try:
            if with_web:
                await _serve_pages(runtime, once_up)
            else:
                settle_memory()
                await _until_signalled()
        finally:
            watcher.stop()
            await asyncio.wait_for(watch, _DRAIN_S)
            if worker and work:
                worker.stop()
                await asyncio.wait_for(work, _DRAIN_S)


def settle_memory() -> None:
    """Leave what was loaded at the start to itself: modules stay, and looking through them takes time.

    Nearly all that comes later goes by itself when its work is done, so it is looked through less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LOOKED_THROUGH_AFTER, 20, 20)


async def _until_signalled() -> None:
    stopped = asyncio.Event()
    for number in _STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()


async def _serve_pages(runtime: Runtime, once_up: OnceUp | None) -> None:
    from signoff.site import make_site
    from signoff.web.live import LiveEvents

    live = LiveEvents(runtime)
    config = uvicorn.Config(
        make_site(runtime, live),
        host=runtime.settings.host,
        port=runtime.settings.port,
        log_level="warning",
        timeout_graceful_shutdown=10,
    )
    settle_memory()
    server = _Server(config, live.close, partial(once_up, runtime) if once_up else None)
    await server.serve()


class _Server(uvicorn.Server):
    """Ends the open event streams when it is told to stop; they would hold it until its time-out.

    The signal that stops it isn't raised once more at the end, as uvicorn does: that would kill the process
    before the worker has finished and the database is stopped.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        close_streams: Callable[[], None],
        once_up: Callable[[], Awaitable[None]] | None,
    ) -> None:
        super().__init__(config)
        self._close_streams = close_streams
        self._once_up = once_up

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        for number in _STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self._once_up:
            await self._once_up()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._close_streams()
        await super().shutdown(sockets)
