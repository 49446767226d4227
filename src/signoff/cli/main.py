"""signoff: the command."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Final

import typer

import signoff

_MODULES: Final = (
    "processes", "demo", "operator", "doctor", "backup", "jobs",
    "posts", "templates", "snippets", "views", "review", "bulk", "scheduling", "deliveries", "media",
    "brands", "channels", "cadence", "approval", "closed_days", "people", "notifications", "pauses",
    "operation",
)  # fmt: skip
"""Modules of commands, in the order of the help; each has a function `register`."""

_EPILOG: Final = (
    "Exit status: 0 done, 1 refused, 2 called wrongly, 3 not reachable, 4 the outcome isn't known. "
    "Commands for people's work talk to the API: set SIGNOFF_URL and SIGNOFF_TOKEN."
)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"signoff {signoff.__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Plan posts for web sites and social networks, have them approved, see them published exactly once."""
    del version  # its callback has answered


def make_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        name="signoff",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,  # they hold secrets
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=_EPILOG,
    )
    app.callback()(_root)
    for name in _MODULES:
        if find_spec(f"signoff.cli.{name}"):
            import_module(f"signoff.cli.{name}").register(app)
    return app


def main() -> None:
    """Run the command line."""
    make_app()()


if __name__ == "__main__":
    main()
