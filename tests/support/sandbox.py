"""A running sandbox for tests, and handles on it. Plain calls: it lives in a thread of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from signoff.sandbox.server import RunningSandbox, running_sandbox


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the sandbox, and a token that may do everything on it."""

    id: str
    token: str
    feed_url: str
    name: str
    username: str


class Sandbox:
    """What a test does to the sandbox, and what it sees of it."""

    def __init__(self, running: RunningSandbox) -> None:
        self.url = running.url
        self.graph_url = running.graph_url

    def seed_instagram(self, **wanted: Any) -> Account:
        """Add an Instagram account: name, username, id, token, quota_total, login, page_id."""
        return self._seed("instagram", wanted)

    def seed_facebook(self, **wanted: Any) -> Account:
        """Add a Facebook Page: name, username, id, token."""
        return self._seed("facebook", wanted)

    def fault(self, call: str, fault: str, times: int | None = 1, **options: Any) -> str:
        """Let the next calls of a kind go wrong; give the fault's id."""
        added = self._post("/control/faults", call=call, fault=fault, times=times, **options)
        return str(added["id"])

    def faults(self) -> list[dict[str, Any]]:
        """Tell which faults are still waiting for their call."""
        return self._list("/control/faults")

    def token(self, token: str, **changes: Any) -> None:
        """Change a token: dead (subcode of 190), revive, expires_in_s, data_access_expires_in_s, scopes."""
        self._post("/control/tokens", token=token, **changes)

    def code(self, **wanted: Any) -> str:
        """Complete a login in the browser; give the code for the application."""
        return str(self._post("/control/codes", **wanted)["code"])

    def posts(self, account: str = "", **search: Any) -> list[dict[str, Any]]:
        """Tell what the public sees, newest first; search by `text`, or with `hidden=True` for everything."""
        return self._list("/control/posts", account=account, **search)

    def put_up(self, account: Account, text: str) -> str:
        """Publish on a Page as its owner, without Signoff; give the post's address."""
        address, form = f"{self.graph_url}/v26.0/{account.id}/feed", urlencode({"message": text}).encode()
        login = {"Authorization": f"Bearer {account.token}"}
        with urlopen(Request(address, form, login), timeout=10) as answer:
            made = json.loads(answer.read())["id"]
        return str(next(post["permalink"] for post in self.posts(account.id) if post["id"] == made))

    def visible(self, key: str) -> int:
        """Count the visible posts that carry a delivery's key, or were made from a container or photo."""
        found = self._call("GET", f"/control/visible?{urlencode({'key': key})}")
        return int(found["count"])

    def requests(self, account: str = "", call: str = "*") -> list[dict[str, Any]]:
        """Tell what was called, oldest first."""
        return self._list("/control/requests", account=account, call=call)

    def limit(self, account: str, calls_per_hour: int | None) -> None:
        """Refuse calls beyond so many within an hour; account "": of all accounts together; None: none."""
        self._post("/control/limits", account=account, calls_per_hour=calls_per_hour)

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock; what becomes due happens."""
        self._post("/control/clock", advance_s=seconds)

    def clear_faults(self) -> None:
        self._call("DELETE", "/control/faults")

    def reset(self) -> None:
        self._post("/control/reset")

    def _seed(self, platform: str, wanted: dict[str, Any]) -> Account:
        made = self._post("/control/accounts", platform=platform, **wanted)
        return Account(made["id"], made["token"], made["feed_url"], made["name"], made["username"])

    def _list(self, path: str, **search: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", f"{path}?{urlencode(search)}")
        return found

    def _post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(self.url + path, body, headers, method=method), timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server: RunningSandbox) -> Sandbox:
    """A sandbox in which nothing has happened yet but its two accounts."""
    sandbox = Sandbox(sandbox_server)
    sandbox.reset()
    return sandbox
