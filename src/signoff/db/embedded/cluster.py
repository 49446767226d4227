"""One PostgreSQL cluster: made with `initdb`, started and stopped with `pg_ctl`."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from signoff.db.embedded.account import Account
from signoff.db.embedded.binaries import MAJOR
from signoff.db.embedded.place import Place, make_socket_folder
from signoff.db.embedded.postmaster import Postmaster, answers, forget_dead_postmaster, living_postmaster
from signoff.db.embedded.server_settings import write_settings
from signoff.db.embedded.words import Words
from signoff.db.errors import CannotStart

SUPERUSER: Final = "postgres"

_READY_S = 60.0  # recovery after a crash replays at most `max_wal_size`
_RELEASED_S = 30.0
_STILL_HELD = ("lock file", "shared memory block")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one server, the account that runs it, and the programs to do so."""

    place: Place
    account: Account
    programs: Path

    @property
    def exists(self) -> bool:
        return (self.place.cluster / "PG_VERSION").exists()

    def create(self, password: str, *, sync: bool) -> None:
        """Make an empty cluster whose superuser has this password; all of it or nothing."""
        unfinished = self.place.folder / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.make_private(unfinished)
        secret = self.place.folder / "initdb.password"
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(password, "ascii")
        self.account.own(secret)
        try:
            self._initdb(unfinished, secret, sync=sync)
        finally:
            secret.unlink()
        unfinished.rename(self.place.cluster)

    def set_aside(self) -> Path:
        """Rename a cluster whose data folder, and with it the password, is gone. Nothing is deleted."""
        self.stop()
        aside = self.place.folder / f"cluster.{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        self.place.cluster.rename(aside)
        return aside

    def start(self, extra_settings: Mapping[str, str]) -> Postmaster:
        """Start the server, or adopt the one that a killed owner left running.

        Raises:
            CannotStart: With the server's own words.
        """
        self._check_version()
        is_ours = False
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            if living_postmaster(self.place.cluster) is None:
                self._start_anew(extra_settings)
                is_ours = True
            elif found := self.ready_postmaster():
                if not is_ours:
                    log.info("adopted the running database server", pid=found.pid)
                return found
            time.sleep(0.02)
        raise _refusal("The database server doesn't get ready.", f"Its log is in {self.place.log}.")

    def stop(self) -> None:
        """Stop the server, if it runs, with everything on disk. Open transactions are rolled back."""
        if living_postmaster(self.place.cluster) is None:
            return
        answer = self.account.run(
            [self.programs / "pg_ctl", "stop", "-D", self.place.cluster, "-m", "fast", "-w", "-t", "60"]
        )
        if answer.returncode and living_postmaster(self.place.cluster):
            raise _refusal("The database server doesn't stop.", answer.stdout)
        if not self.place.sockets().is_relative_to(self.place.folder):
            with suppress(OSError):  # a folder that isn't empty isn't only ours
                self.place.sockets().rmdir()

    def ready_postmaster(self) -> Postmaster | None:
        """The server, if it answers: one that was just killed looks alive for a moment."""
        found = living_postmaster(self.place.cluster)
        return found if found and found.is_ready and answers(found) else None

    def _initdb(self, folder: Path, secret: Path, *, sync: bool) -> None:
        answer = self.account.run(
            [
                *(self.programs / "initdb", "--pgdata", folder, "--username", SUPERUSER, "--pwfile", secret),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                *([] if sync else ["--no-sync"]),
            ]
        )
        if answer.returncode:
            raise _refusal("The database can't be created.", answer.stdout)

    def _check_version(self) -> None:
        made_by = (self.place.cluster / "PG_VERSION").read_text("ascii").strip()
        if made_by != str(MAJOR):
            raise CannotStart(
                f"PostgreSQL {made_by} made the database in {self.place.cluster}, and this is {MAJOR}.",
                next_step="Make a backup with the Signoff that made it, and restore that here.",
            )

    def _start_anew(self, extra_settings: Mapping[str, str]) -> None:
        sockets = self.place.sockets()
        make_socket_folder(sockets, self.account)
        self.account.make_private(self.place.log)
        write_settings(self.place.settings, sockets, self.place.log, extra_settings)
        self._pg_ctl_start(sockets)

    def _pg_ctl_start(self, sockets: Path) -> None:
        words = Words(self.place.log)
        options = f"-c config_file={shlex.quote(str(self.place.settings))}"
        until = time.monotonic() + _RELEASED_S
        while True:
            forget_dead_postmaster(self.place.cluster, sockets)
            words.begin()
            answer = self.account.run(
                [
                    *(self.programs / "pg_ctl", "start", "-D", self.place.cluster, "-l", words.start_file),
                    *("-o", options, "-w", "-t", str(int(_READY_S))),
                ]
            )
            if answer.returncode == 0:
                return
            # Processes of a killed server hold on to the cluster until they notice.
            is_held = any(sign in words.since_begin() for sign in _STILL_HELD)
            if not is_held or time.monotonic() > until:
                raise _refusal("The database server doesn't start.", words.since_begin() or answer.stdout)
            time.sleep(0.25)


def _refusal(what: str, words: str) -> CannotStart:
    last = " / ".join(line.strip() for line in words.splitlines()[-5:] if line.strip())
    return CannotStart(f"{what} {last}".strip(), next_step="`signoff doctor` tells where its log is.")
