"""What the sandbox can do is written down."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp

from signoff.sandbox.faults import FAULTS
from signoff.sandbox.settings import DEFAULT_ACCOUNTS
from tests.support.sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs/sandbox.md").read_text("utf-8")


def test_every_fault_is_documented_and_no_other() -> None:
    section = PAGE.partition("## Faults")[2].partition("## In tests")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)) == set(FAULTS)


async def test_every_request_of_the_control_api_is_documented(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{sandbox.url}/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `(\w+ /control/\w+)` \|", PAGE, flags=re.MULTILINE)) == served


def test_the_accounts_that_are_there_from_the_start_are_documented() -> None:
    for account in DEFAULT_ACCOUNTS:
        assert f"`{account.id}` | `{account.token}`" in PAGE
