"""Reading an address that somebody entered, with refusals that they can act on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Final, TypeAlias

from signoff.http.client import Http
from signoff.http.errors import AddressRefused, AnswerTooLarge, HttpError
from signoff.kernel.errors import Invalid, TooLarge, Unavailable

Fetch: TypeAlias = Callable[[str], AsyncGenerator[bytes, None]]

_OK: Final = 200


def fetch_with(http: Http, *, max_bytes: int) -> Fetch:
    """Make the function that use cases read addresses with."""

    async def fetch(url: str) -> AsyncGenerator[bytes, None]:
        """Give the content piece by piece.

        Raises:
            Invalid: The address isn't one, leads to an internal network, or there is nothing.
            TooLarge: More than `max_bytes`.
            Unavailable: No answer, or it broke off.
        """
        try:
            async with http.fetch(url, max_bytes=max_bytes) as download:
                if download.status != _OK:
                    raise Invalid(
                        f"The address answers with HTTP {download.status}.",
                        field="url",
                        next_step="Open it in a browser, and copy the address of what you see.",
                    )
                async for chunk in download.chunks():
                    yield chunk
        except AddressRefused as problem:
            raise Invalid(problem.detail, field="url", next_step="Give a public web address.") from problem
        except AnswerTooLarge as problem:
            raise TooLarge(problem.detail, next_step="Make it smaller and upload it.") from problem
        except HttpError as problem:
            raise Unavailable(problem.detail, next_step="Try again, or upload the file itself.") from problem

    return fetch
