"""signoff serve, web, worker, sandbox: the processes."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from signoff.cli.door import stoppable
from signoff.cli.wiring import load_settings_of_process, said_by_use_cases

_PANEL: Final = "Processes"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    for command in (serve, web, worker, sandbox):
        root.command(rich_help_panel=_PANEL)(command)


def serve() -> None:
    """Run pages, API and worker in one process; with the embedded database if none is configured."""
    from signoff.app import run_serve

    with stoppable(), said_by_use_cases():
        run_serve(load_settings_of_process())


def web() -> None:
    """Run pages and API only; any number of these may run beside each other."""
    from signoff.app import run_web

    with stoppable(), said_by_use_cases():
        run_web(load_settings_of_process())


def worker(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Carry out what is due, then exit.")
    ] = False,
) -> None:
    """Run a worker only; any number of these may run beside each other."""
    from signoff.app import run_worker

    with stoppable(), said_by_use_cases():
        run_worker(load_settings_of_process(), until_idle=until_idle)


def sandbox() -> None:
    """Run stand-ins for closed platforms, with visible feeds and faults to inject."""
    from signoff.app import run_sandbox

    with stoppable(), said_by_use_cases():
        run_sandbox(load_settings_of_process())
