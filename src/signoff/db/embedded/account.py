"""Under whose name the server runs. PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from signoff.db.errors import CannotStart

OWN_NAME = "signoff"
_PREFERRED = (OWN_NAME, "postgres")
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine. `uid` None stands for whoever runs Signoff."""

    uid: int | None = None
    gid: int | None = None

    def run(
        self, command: Sequence[str | Path], *, timeout_s: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a program under this account, with nothing of our environment and groups.

        Raises:
            subprocess.TimeoutExpired: It took longer than `timeout_s`.
        """
        return subprocess.run(  # noqa: S603 - the wheel's own programs and `sh`, paths are ours
            [str(part) for part in command],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            env=_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def can_enter(self, folder: Path) -> bool:
        """Tried rather than computed from mode bits: access lists and mounts count, too."""
        return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0

    def can_run(self, program: Path) -> bool:
        try:
            return self.run([program, "--version"]).returncode == 0
        except OSError:
            return False

    def make_private(self, folder: Path) -> None:
        """Make a folder that only this account (and root) may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.own(folder)

    def make_passable(self, folder: Path) -> None:
        """Make a folder of our own in which this account can reach what is its."""
        mode = 0o700 if self.uid is None else 0o755
        try:
            folder.mkdir(mode)
        except FileExistsError:
            return
        folder.chmod(mode)  # whatever the umask took away

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def owner_of(folder: Path) -> Account:
    """The account to which an existing cluster belongs, so that it goes on under the same name."""
    return _account(pwd.getpwuid(folder.stat().st_uid)) if os.geteuid() == 0 else Account()


def choose_account() -> Account:
    """Pick who runs a new server: ourselves, or as root a user with a passwd entry and no rights.

    `nobody` comes last: other programs share it, and could read the database's files.
    """
    if os.geteuid() != 0:
        return Account()
    for name in _PREFERRED:
        if entry := _entry(name):
            return _account(entry)
    entry = _create_own() or _entry("nobody")
    if entry is None:
        raise CannotStart(
            "PostgreSQL doesn't run as root, and there is no other user to run it.",
            next_step="Add one: useradd --system --no-create-home signoff; or start Signoff as another user.",
        )
    return _account(entry)


def _create_own() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=_ENVIRONMENT["PATH"])
    if useradd is None:
        return None
    added = Account().run(
        [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", OWN_NAME]
    )
    if added.returncode:
        log.warning("no system user could be added for the database", answer=added.stdout.strip())
    else:
        log.info("added a system user that runs the database", user=OWN_NAME)
    return _entry(OWN_NAME)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid)
