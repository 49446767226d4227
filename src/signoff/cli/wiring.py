"""What an operator's command works with: the settings in force, and the database they lead to."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from signoff.cli.exits import Exit, StoppedError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from signoff.runtime import Runtime
    from signoff.settings import Settings


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        StoppedError: One of them is wrong; says which. Values aren't repeated, some are secrets.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from signoff.settings import Settings

    _log_to_errors("WARNING")
    try:
        return Settings()
    except ValidationError as problem:
        raise StoppedError(
            Exit.USAGE, _in_words(problem), next_step="Correct it and start again."
        ) from problem
    except (SettingsError, ValueError) as problem:
        raise StoppedError(Exit.USAGE, f"The settings can't be read: {problem}") from problem


def load_settings_of_process() -> Settings:
    """Read the settings of a process that goes on running, and log as much as they say.

    Raises:
        StoppedError: One of them is wrong; says which.
    """
    settings = load_settings()
    _log_to_errors(settings.log_level)
    return settings


def _log_to_errors(level: str) -> None:
    """Keep standard output for what was asked for, and secrets out of the log.

    Tracebacks name the lines and not the values in them: some of those are passwords and tokens.
    """
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _in_words(problem: ValidationError) -> str:
    lines = []
    for error in problem.errors(include_url=False, include_input=False):
        name = "_".join(str(part) for part in error["loc"]).upper()
        lines.append(f"SIGNOFF_{name}: {error['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)


@asynccontextmanager
async def opened() -> AsyncIterator[Runtime]:
    """Open the installation of these settings, beside whatever else runs there.

    Raises:
        StoppedError: The database can't be reached, or a use case refused.
    """
    from signoff.app import open_runtime

    with said_by_use_cases():
        async with open_runtime(load_settings()) as runtime:
            yield runtime


@contextmanager
def said_by_use_cases() -> Iterator[None]:
    """End the command with what a use case says when it refuses."""
    from signoff.kernel.errors import Problem, Unavailable

    try:
        yield
    except Problem as problem:
        code = Exit.NOT_REACHABLE if isinstance(problem, Unavailable) else Exit.REFUSED
        raise StoppedError(code, problem.detail, next_step=problem.next_step) from problem
