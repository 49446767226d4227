"""How a command that talks to the API is made: it gets the API, and --url, --token and --json by itself."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, Final, ParamSpec, TypeAlias, get_type_hints

import typer

from signoff.cli.exits import Exit, StoppedError

if TYPE_CHECKING:
    from signoff.cli.client import Api

P = ParamSpec("P")
Json: TypeAlias = Any
_PANEL: Final = "Connection"
_DEFAULT_URL: Final = "http://127.0.0.1:8000"

_Url = Annotated[
    str, typer.Option("--url", envvar="SIGNOFF_URL", help="Where Signoff is.", rich_help_panel=_PANEL)
]
_Token = Annotated[
    str,
    typer.Option(
        "--token",
        envvar="SIGNOFF_TOKEN",
        help="A token, from `signoff token create`.",
        show_default=False,
        rich_help_panel=_PANEL,
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print what the API says, for scripts.")]


Most: TypeAlias = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
USUAL_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command works with."""

    api: Api
    as_json: bool
    """Print JSON instead of tables, and ask nothing."""


Work = Callable[Concatenate[Desk, P], Awaitable[None]]


def api_command(group: typer.Typer, name: str | None = None, **how: Json) -> Callable[[Work[P]], Work[P]]:
    """Add a command whose function takes the desk first."""

    def register(work: Work[P]) -> Work[P]:
        group.command(name, **how)(_as_command(work))
        return work

    return register


def _as_command(work: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @functools.wraps(work)
    def command(*, url: str, token: str, as_json: bool, **given: Json) -> None:
        run_stoppable(_work_at_desk(work, url, token, as_json=as_json, given=given), as_json=as_json)

    hints = get_type_hints(work, include_extras=True)
    own = list(inspect.signature(work).parameters.values())[1:]  # without the desk
    added = {"url": (_Url, _DEFAULT_URL), "token": (_Token, ""), "as_json": (_Json, False)}
    parameters = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in own
    ]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in added.items()
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


async def _work_at_desk(
    work: Callable[..., Awaitable[None]], url: str, token: str, *, as_json: bool, given: dict[str, Any]
) -> None:
    from signoff.cli.client import connected

    if not token:
        raise StoppedError(
            Exit.USAGE,
            "This needs a token.",
            next_step="Give --token or set SIGNOFF_TOKEN; `signoff token create --owner EMAIL` makes one.",
        )
    async with connected(url, token) as api:
        await work(Desk(api, as_json), **given)


def run_stoppable(work: Awaitable[None], *, as_json: bool = False) -> None:
    """Run a command to its end and exit with its status."""

    async def whole() -> None:
        await work

    with stoppable(as_json=as_json):
        asyncio.run(whole())


@contextmanager
def stoppable(*, as_json: bool = False) -> Iterator[None]:
    """Say why a command ends before its end, and exit with its status."""
    from signoff.cli.output import tell_stop

    try:
        yield
    except StoppedError as stopped:
        tell_stop(stopped, as_json=as_json)
        raise typer.Exit(stopped.code) from stopped
