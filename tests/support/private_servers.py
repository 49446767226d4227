"""Private servers that a test may kill: a reachable data folder, and another process that owns its server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from tests.support.folders import fast_folder

_OWN_A_SERVER: Final = """
import sys
from pathlib import Path
from signoff.db.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder that other users can enter, as pytest's own can't. A server in it is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="signoff-test-", dir=fast_folder()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for running in folder.glob("**/postgres/cluster/postmaster.pid"):
            left = EmbeddedPostgres(running.parents[2])
            left.start()
            left.stop()
        shutil.rmtree(folder)


class Owner:
    """Another process that runs the server of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _OWN_A_SERVER, data_dir],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def server_pid(self) -> int:
        """Wait until the server is up."""
        assert self._process.stdout
        # A first start logs what it does before it tells the number.
        for line in self._process.stdout:
            if line.strip().isdigit():
                return int(line)
        raise AssertionError("the owner ended without a server")

    def kill(self) -> None:
        self._process.kill()
        self.finish()

    def finish(self) -> None:
        """End it orderly, if it still lives."""
        with self._process:
            if self._process.stdin and self._process.poll() is None:
                self._process.stdin.close()
            self._process.wait(60)


def run_sql(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    """Run a statement as superuser, committed at once."""
    with psycopg.connect(conninfo(server.admin_url()), autocommit=True) as connection:
        answer = connection.execute(statement.encode())
        return answer.fetchall() if answer.description else []


def kill_hard(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    """Whether the process works; a dead one that nobody has waited for doesn't."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


def wait_until(condition: Callable[[], bool], *, within_s: float = 30) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)
