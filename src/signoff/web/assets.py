"""Files that browsers may keep for ever: their addresses carry a digest of their content.

Those of other projects are hashed by `tools/vendor.py`; ours are read and hashed as the server starts.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from signoff.kernel.errors import NotFound

STATIC: Final = Path(__file__).parent / "static"

STYLES: Final = (
    *("fonts", "reset", "tokens", "base", "layout"),
    *("buttons", "badges", "cards", "forms", "data", "dialogs", "previews"),
    *("posts", "review", "editor", "snippets", "calendar"),
    *("publishing", "delivery", "home", "settings", "sign-in"),
    *("responsive", "touch", "print"),
)
"""Files of static/css that make up signoff.css, in this order. Which rule wins is decided by their layers."""

LAYERS: Final = "@layer reset, tokens, base, layout, components, pages, utilities;\n"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_TEXT: Final = frozenset({".css", ".js", ".svg", ".txt"})
_POLICY: Final = "default-src 'none'"
"""A file needs nothing of its own; said shortly, because a first visit fetches two dozen."""
_IMPORTED: Final = re.compile(r'^import (?:.+ from )?"([^"]+)";$', re.MULTILINE)
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file in memory, small where the browser takes it small."""

    content: bytes
    media_type: str
    zipped: bytes | None


class Assets:
    """All static files, by their address."""

    def __init__(
        self,
        files: Mapping[str, Asset],
        addresses: Mapping[str, str],
        integrity: Mapping[str, str],
        scripts: Mapping[str, Sequence[str]],
    ) -> None:
        self._files = files
        self._addresses = addresses
        self._integrity = integrity
        self._scripts = scripts

    def address(self, name: str) -> str:
        """Give the address of `signoff.css`, `js/main.js`, `htmx.js`, `icons.svg` and so on."""
        return self._addresses[name]

    def integrity(self, name: str) -> str:
        """Give the checksum of another project's script, for the browser to compare."""
        return self._integrity[name]

    def scripts(self, name: str) -> Sequence[str]:
        """Give the addresses of one of our modules and of all that it imports, to ask for them at once."""
        return self._scripts[name]

    async def serve(self, request: Request) -> Response:
        """Answer a request for a file."""
        asset = self._files.get(request.url.path)
        if asset is None:
            raise NotFound("There is no such file.")
        headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding", "Content-Security-Policy": _POLICY}
        if asset.zipped and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                asset.zipped, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"}
            )
        return Response(asset.content, media_type=asset.media_type, headers=headers)


def load_assets(folder: Path = STATIC) -> Assets:
    """Read every static file.

    Raises:
        FileNotFoundError: The files of other projects weren't made yet.
    """
    manifest = folder / "vendor" / "manifest.json"
    if not manifest.exists():
        raise FileNotFoundError("The front-end files are missing: run `make assets`.")
    vendor = json.loads(manifest.read_text())
    addresses = {name: f"/static/vendor/{facts['file']}" for name, facts in vendor.items()}
    files = {
        addresses[name]: (folder / "vendor" / facts["file"]).read_bytes() for name, facts in vendor.items()
    }
    own = _own_files(folder, addresses)
    digest = hashlib.sha256(b"".join(name.encode() + own[name] for name in sorted(own))).hexdigest()[:12]
    for name, content in own.items():
        addresses[name] = f"/static/{digest}/{name}"
        files[addresses[name]] = content
    return Assets(
        {address: _asset(address, content) for address, content in files.items()},
        addresses,
        {name: facts["integrity"] for name, facts in vendor.items()},
        {
            name: [addresses[each] for each in sorted(_with_imports(own, name))]
            for name in own
            if name.endswith(".js")
        },
    )


def _own_files(folder: Path, addresses: Mapping[str, str]) -> dict[str, bytes]:
    """Join the styles; scripts keep their names, because they import each other by them."""
    styles = LAYERS + "\n".join((folder / "css" / f"{name}.css").read_text() for name in STYLES)
    styles = re.sub(r'url\("vendor/([^"]+)"\)', lambda found: f'url("{addresses[found[1]]}")', styles)
    own = {"signoff.css": styles.encode()}
    for kind in ("js/**/*.js", "img/*.svg"):
        own |= {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob(kind)}
    return own


def _with_imports(own: Mapping[str, bytes], name: str) -> set[str]:
    found, new = {name}, {name}
    while new:
        new = {other for each in new for other in _imports(own, each)} - found
        found |= new
    return found


def _imports(own: Mapping[str, bytes], name: str) -> set[str]:
    folder = posixpath.dirname(name)
    return {posixpath.normpath(f"{folder}/{each}") for each in _IMPORTED.findall(own[name].decode())}


def _asset(address: str, content: bytes) -> Asset:
    suffix = Path(address).suffix
    zipped = gzip.compress(content, mtime=0) if suffix in _TEXT else None
    return Asset(content, _TYPES[suffix], zipped)
