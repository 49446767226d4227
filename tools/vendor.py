"""Bring the front-end files of other projects into the package.

    python tools/vendor.py            install, compare with vendor.lock.json, write
    python tools/vendor.py --update   the same, but write vendor.lock.json instead of comparing

Two locks guard what browsers will run: package-lock.json holds the digest of every package that npm
fetches, vendor.lock.json the digest of every file we serve. Nothing is written when a digest differs,
and no install script of a package is ever run. Needs npm and Python's standard library.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).resolve().parent
MODULES = TOOLS / "node_modules"
LOCK = TOOLS / "vendor.lock.json"
TARGET = TOOLS.parent / "src/signoff/web/static/vendor"

DRAWING = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
NOISE = re.compile(r"<!--.*?-->|<title>.*?</title>|\s*\n\s*", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """One file as it will be served."""

    name: str
    content: bytes
    packages: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def served_name(self) -> str:
        path = Path(self.name)
        return f"{path.stem}.{self.sha256[:10]}{path.suffix}"

    def describe(self) -> dict[str, Any]:
        """Return the entry in manifest.json, from which templates take file name and integrity."""
        sha384 = base64.b64encode(hashlib.sha384(self.content).digest()).decode()
        return {
            "file": self.served_name,
            "bytes": len(self.content),
            "sha256": self.sha256,
            "integrity": f"sha384-{sha384}",
            "packages": [credit(package) for package in self.packages],
        }


def credit(package: str) -> str:
    about = json.loads((MODULES / package / "package.json").read_text("utf-8"))
    return f"{package}@{about['version']} ({about['license']})"


def install() -> None:
    quiet = ["--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "ci", "--ignore-scripts", *quiet], cwd=TOOLS, check=True)


def collect() -> list[Asset]:
    """Read from node_modules what vendor.toml lists."""
    wanted = tomllib.loads((TOOLS / "vendor.toml").read_text("utf-8"))
    files = [read(entry) for entry in wanted["file"]]
    groups = wanted["icons"]
    packages = tuple(group["package"] for group in groups)
    return [*files, Asset("icons.svg", sprite(groups), packages)]


def read(entry: dict[str, str]) -> Asset:
    content = (MODULES / entry["package"] / entry["from"]).read_bytes()
    if entry["to"].endswith(".css"):
        # Rules outside every layer would beat all of our own, which live in layers.
        content = b"@layer vendor{" + content + b"}"
    return Asset(entry["to"], content, (entry["package"],))


def sprite(groups: list[dict[str, Any]]) -> bytes:
    symbols = [
        symbol(MODULES / group["package"] / group["folder"] / f"{name}.svg", group["prefix"] + name)
        for group in groups
        for name in sorted(group["names"])
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def symbol(source: Path, name: str) -> str:
    """Strip an icon to its shapes; whether they are stroked or filled is a matter of our style sheet."""
    drawing = DRAWING.search(source.read_text("utf-8"))
    if drawing is None:
        raise SystemExit(f"{source} is not a drawing that this script understands")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{NOISE.sub("", drawing[1]).strip()}</symbol>'


def differences(assets: list[Asset]) -> list[str]:
    """Return the names of the files that are not what vendor.lock.json says."""
    expected = json.loads(LOCK.read_text("utf-8"))
    found = {asset.name: asset.sha256 for asset in assets}
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def write(assets: list[Asset]) -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    licenses = TARGET / "licenses"
    licenses.mkdir(parents=True)
    for asset in assets:
        (TARGET / asset.served_name).write_bytes(asset.content)
        for package in asset.packages:
            for text in sorted((MODULES / package).glob("LICEN[CS]E*")):
                shutil.copyfile(text, licenses / f"{package.replace('/', '__')}.txt")
    # Last, because its presence says that everything else is there.
    manifest = {asset.name: asset.describe() for asset in assets}
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description="Copy front-end files of other projects into the package.")
    options.add_argument(
        "--update", action="store_true", help="write vendor.lock.json, do not compare with it"
    )
    update = options.parse_args().update
    install()
    assets = collect()
    if update:
        LOCK.write_text(json.dumps({asset.name: asset.sha256 for asset in assets}, indent=1) + "\n", "utf-8")
    elif changed := differences(assets):
        raise SystemExit(f"not as in vendor.lock.json: {', '.join(changed)}. Wanted? `make assets-update`")
    write(assets)
    total = sum(len(asset.content) for asset in assets)
    print(f"front-end files: {len(assets)} in {TARGET.relative_to(TOOLS.parent)}, {total / 1000:.0f} kB")


if __name__ == "__main__":
    main()
