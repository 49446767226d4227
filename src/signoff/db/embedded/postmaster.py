"""What a server writes about itself into its cluster: who it is, where it listens, whether it is ready."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

_FILE = "postmaster.pid"
_PID, _SOCKETS, _STATUS = 0, 4, 7  # lines of the file
_HAS_PROC = Path("/proc/self/cmdline").exists()


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server that is alive."""

    pid: int
    sockets: Path
    is_ready: bool


def living_postmaster(cluster: Path) -> Postmaster | None:
    """The server that runs this cluster, if its process really does: the file outlives a killed one."""
    lines = _lines(cluster)
    if not lines or not lines[_PID].isdigit() or not _serves(int(lines[_PID]), cluster):
        return None
    has_all = len(lines) > _STATUS
    return Postmaster(
        pid=int(lines[_PID]),
        sockets=Path(lines[_SOCKETS]) if has_all else Path(),
        is_ready=has_all and lines[_STATUS].strip() == "ready",
    )


def answers(postmaster: Postmaster) -> bool:
    """Whether it accepts connections; asking needs no password."""
    return PGconn.ping(make_conninfo("", host=str(postmaster.sockets)).encode()) == Ping.OK


def forget_dead_postmaster(cluster: Path, sockets: Path) -> None:
    """Delete the lock files of a server that is no more.

    Their process number may belong to something else by now, or to a dead process that nobody waited for.
    PostgreSQL would refuse to start for as long as that process exists: after a restart of a container, where
    numbers are small and soon used again, for ever. Server processes that still use the cluster keep a new
    one out all the same, by their shared memory.
    """
    if living_postmaster(cluster) is None:
        for left in (cluster / _FILE, *sockets.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)


def _lines(cluster: Path) -> list[str]:
    try:
        return (cluster / _FILE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _serves(pid: int, cluster: Path) -> bool:
    """Judge by the command line: everybody may read it, and that of a dead unreaped process is empty."""
    if _HAS_PROC:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return os.fsencode(cluster) in arguments.split(b"\0")
    shown = subprocess.run(  # noqa: S603 - a fixed program, and a number
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    )
    return os.fsencode(cluster) in shown.stdout
