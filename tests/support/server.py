"""The real web server on a free port, for tests that speak HTTP with it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

_LAST_WORDS_S: Final = 1

Show: TypeAlias = Callable[[ASGIApp], AbstractAsyncContextManager[str]]
"""`async with show(app) as url:` serves an application as long as the block lasts."""


@asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an application on a free port, or on this one; gives its address without a slash at the end."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_LAST_WORDS_S,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()  # from here on callers wait in line, so nobody has to wait for the server to be up
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@dataclass
class _Stage:
    """What a server serves at the moment; it may be nothing."""

    url: str = ""
    app: ASGIApp | None = None
    answering: set[asyncio.Task[Any]] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app, "somebody calls after the test that served the application"
        task = asyncio.current_task()
        assert task
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)
        await self.app(scope, receive, send)

    async def clear(self) -> None:
        """Let the last answers end as a server does that stops."""
        self.app = None
        if self.answering:
            _, late = await asyncio.wait(self.answering, timeout=_LAST_WORDS_S)
            for answer in late:
                answer.cancel()


@pytest.fixture(scope="session")
async def show() -> AsyncIterator[Show]:
    """Servers that go on running, because each takes a moment to stop."""
    free: list[_Stage] = []
    async with AsyncExitStack() as servers:

        @asynccontextmanager
        async def on_stage(app: ASGIApp) -> AsyncIterator[str]:
            stage = free.pop() if free else _Stage()
            if not stage.url:
                stage.url = await servers.enter_async_context(served(stage))
            stage.app = app
            try:
                yield stage.url
            finally:
                await stage.clear()
                free.append(stage)

        yield on_stage
