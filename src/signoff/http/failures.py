"""What the library says that went wrong, told as whether the call can have had an effect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp

from signoff.http.calls import scrub
from signoff.http.errors import AddressRefused, AnswerLost, NotSent
from signoff.http.guard import AddressGuardError

MAX_REDIRECTS: Final = 3


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Turn the library's errors into ours: certain ones first, everything else counts as possibly sent."""
    try:
        yield
    except aiohttp.ClientConnectorError as problem:
        if isinstance(problem.os_error, AddressGuardError):
            raise AddressRefused(f"The address of {problem.host} isn't public.") from problem
        raise NotSent(f"No connection to {problem.host}: {_reason(problem.os_error)}") from problem
    except aiohttp.ConnectionTimeoutError as problem:
        raise NotSent(f"No connection to {host} within the time limit.") from problem
    except aiohttp.InvalidURL as problem:  # also where a redirect leads
        raise AddressRefused(f"The address can't be called: {scrub(str(problem))}") from problem
    except aiohttp.TooManyRedirects as problem:
        raise AnswerLost(f"{host} redirected more than {MAX_REDIRECTS} times.") from problem
    except TimeoutError as problem:
        raise AnswerLost(f"{host} didn't answer in time.") from problem
    except (aiohttp.ClientError, OSError) as problem:
        raise AnswerLost(f"The connection to {host} broke: {_reason(problem)}") from problem


def _reason(problem: BaseException) -> str:
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return scrub(text or type(problem).__name__)
