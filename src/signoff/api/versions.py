"""Versions of what is edited: given as ETag, demanded as If-Match; nobody overwrites the unseen."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.responses import Response

from signoff.kernel.errors import Invalid, VersionMissing

_VERSION: Final = re.compile(r'"(\d{1,9})"')


def _version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag of the version that the change is based on.",
            examples=['"3"'],
        ),
    ] = None,
) -> int:
    if if_match is None:
        raise VersionMissing(
            "Say which version your change is based on.", next_step="Read it, and send its ETag as If-Match."
        )
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Invalid('If-Match holds one ETag, such as "3".', field="If-Match")
    return int(found[1])


BasedOn = Annotated[int, Depends(_version)]
"""The version in If-Match. 428 without one."""


def tag(response: Response, version: int) -> None:
    """Give the version as ETag."""
    response.headers["ETag"] = f'"{version}"'
