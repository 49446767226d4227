"""Where the server's files are, and what the data folder remembers about them."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signoff.db.embedded.account import Account
from signoff.db.errors import CannotStart

SHELTERS: Final = (Path("/var/lib/signoff"), Path("/var/lib/signoff-postgres"))
"""Where the files go when Signoff runs as root with a data folder that the server's user can't reach."""

_PRIVATE = 0o700
_SOCKET_FOLDER_BYTES = 85  # 104 for a socket's address on the strictest system, less its name and a margin


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one server. It belongs to whoever runs Signoff; what is in it to the server's account."""

    folder: Path

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def settings(self) -> Path:
        return self.folder / "postgresql.conf"

    @property
    def owner_lock(self) -> Path:
        return self.folder / "owner.lock"

    def sockets(self) -> Path:
        """Beside the cluster, or under a short path: an address of a socket holds few bytes."""
        beside = self.folder / "sockets"
        if len(os.fsencode(beside)) <= _SOCKET_FOLDER_BYTES:
            return beside
        short = Path("/run") if os.geteuid() == 0 and Path("/run").is_dir() else Path("/tmp")  # noqa: S108
        return short / f"signoff-{_digest(self.folder)}"


@dataclass(frozen=True, slots=True)
class Memory:
    """The superuser's password, and the place of the files if it isn't inside the data folder."""

    password: str
    sheltered_in: str | None = None

    @classmethod
    def recall(cls, data_dir: Path) -> Memory | None:
        """None as long as no server was made for this data folder."""
        try:
            return cls(**json.loads(_memory_file(data_dir).read_text("utf-8")))
        except FileNotFoundError:
            return None

    def keep(self, data_dir: Path) -> None:
        facts = {"password": self.password, "sheltered_in": self.sheltered_in}
        # Mode 600 from the first byte on, and either all of it or nothing.
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=".postgres.", delete=False) as file:
            json.dump(facts, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).rename(_memory_file(data_dir))

    def place(self, data_dir: Path) -> Place:
        return Place(Path(self.sheltered_in) if self.sheltered_in else _inside(data_dir))


def new_place(data_dir: Path, account: Account, shelters: Sequence[Path] = SHELTERS) -> Place:
    """Choose where a new server's files go: the data folder if the account gets there, else a shelter."""
    if account.can_enter(data_dir):
        return Place(_inside(data_dir))
    for shelter in usable_shelters(account, shelters):
        return Place(shelter / _digest(data_dir))
    raise CannotStart(
        f"The user that runs the database can enter neither {data_dir} nor a system folder.",
        next_step="Move the data folder (SIGNOFF_DATA_DIR), or set SIGNOFF_DATABASE_URL.",
    )


def usable_shelters(account: Account, shelters: Sequence[Path] = SHELTERS) -> Iterator[Path]:
    """Make and tell the system folders that the account can enter. Existing folders keep their mode."""
    for shelter in shelters:
        account.make_passable(shelter)
        if account.can_enter(shelter):
            yield shelter


def make_socket_folder(folder: Path, account: Account) -> None:
    """Make the folder, which under a shared path somebody else might have put there first.

    Raises:
        CannotStart: It is there and isn't ours alone.
    """
    account.make_private(folder)
    found = folder.lstat()
    expected = os.geteuid() if account.uid is None else account.uid
    is_private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == _PRIVATE
    if not is_private or found.st_uid != expected:
        raise CannotStart(
            f"The folder {folder} for the database's socket belongs to somebody else.",
            next_step="Remove it, or use a data folder with a shorter path.",
        )


def _inside(data_dir: Path) -> Path:
    return data_dir / "postgres"


def _memory_file(data_dir: Path) -> Path:
    return data_dir / "postgres.json"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
