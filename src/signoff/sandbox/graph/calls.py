"""One call to the Graph API, whatever way its parameters came."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from signoff.sandbox.graph.errors import invalid
from signoff.sandbox.graph.pictures import NoPicture
from signoff.sandbox.records import Fault, Picture

_VERSION = re.compile(r"v\d+\.\d+")
DEFAULT_VERSION = "v26.0"


@dataclass(frozen=True, slots=True)
class Call:
    """Parameters of query, form and JSON body together, as texts; nested JSON stays JSON text."""

    method: str
    path: tuple[str, ...]
    params: Mapping[str, str]
    token: str
    at: datetime
    base_url: str
    """Begins the addresses of pages, pictures and further pages of a listing."""
    version: str = DEFAULT_VERSION
    upload: bytes | None = None
    picture: Picture | NoPicture | None = None
    """What `image_url`, `url` or an upload turned out to be."""
    fault: Fault | None = None

    def text(self, name: str) -> str:
        return self.params.get(name, "")

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.params.get(name)
        return default if value is None else value.lower() in {"true", "1"}

    def number(self, name: str, default: int) -> int:
        """Give a whole number; refuses anything else as the platform does."""
        value = self.params.get(name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise invalid(f"param {name} must be an integer") from None

    def url(self, path: str) -> str:
        """Give an address below the API's root, without parameters."""
        return f"{self.base_url}/graph/{self.version}/{path}"


async def read_call(request: Request, at: datetime, base_url: str) -> Call:
    """Read a request. The version in its path may be any, or missing."""
    path = tuple(part for part in request.path_params["path"].split("/") if part)
    version = path[0] if path and _VERSION.fullmatch(path[0]) else ""
    params = dict(request.query_params)
    upload = None
    if request.headers.get("content-type", "").startswith("application/json"):
        params |= await _json_params(request)
    elif request.method == "POST":
        async with request.form() as form:
            params |= {name: value for name, value in form.items() if isinstance(value, str)}
            upload = await _upload(form)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = params.pop("access_token", "")
    return Call(
        params.pop("method", request.method).upper(),
        path[1:] if version else path,
        params,
        token or (bearer if scheme.lower() in {"bearer", "oauth"} else ""),
        at,
        base_url,
        version or DEFAULT_VERSION,
        upload,
    )


async def _json_params(request: Request) -> dict[str, str]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return {name: _as_text(value) for name, value in body.items()} if isinstance(body, dict) else {}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _upload(form: FormData) -> bytes | None:
    source = form.get("source")
    return await source.read() if isinstance(source, UploadFile) else None
