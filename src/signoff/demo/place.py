"""Where the demonstration lives: its folder, its ports, and whether its past has been played."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.embedded.place import Memory
from signoff.kernel.errors import WrongState

HOST: Final = "127.0.0.1"
"""Everybody knows its passwords, so nobody but this machine reaches it."""

_SANDBOX_AFTER: Final = 10
_MOST_TRIES: Final = 50
_FILE: Final = "demo.json"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and its ports. They stay the same: channels are bound to the address of their platform."""

    folder: Path
    port: int
    sandbox_port: int
    is_built: bool = False

    def keep(self) -> None:
        """Write down what the next start needs to know."""
        known = asdict(self)
        del known["folder"]
        (self.folder / _FILE).write_text(json.dumps(known), encoding="utf-8")


def find_place(folder: Path, wanted_port: int | None, *, is_fresh: bool, usual_port: int) -> Place:
    """Give the place as the last start left it, or a new one, with nothing of an unfinished start in it.

    Args:
        folder: Where its data lies.
        wanted_port: The port that somebody asked for.
        is_fresh: Begin anew.
        usual_port: Where the search for a free port begins if nobody asked for one.

    Raises:
        WrongState: The demonstration runs already, or another program has one of its ports.
    """
    known = _recall(folder)
    if known and known.is_built and not is_fresh:
        if wanted_port not in {None, known.port}:
            raise WrongState(
                f"The demonstration's channels belong to port {known.port}.",
                next_step=f"Use that port, or begin anew on {wanted_port} with `signoff demo --fresh`.",
            )
        _need_free(known)
        return known
    if known:
        _need_free(known)
    _delete(folder)
    port = _first_free(usual_port) if wanted_port is None else wanted_port
    place = Place(folder, port, _first_free(port + _SANDBOX_AFTER))
    _need_free(place)
    folder.mkdir(parents=True)
    place.keep()
    return place


def _recall(folder: Path) -> Place | None:
    try:
        known = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return Place(folder, int(known["port"]), int(known["sandbox_port"]), bool(known["is_built"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _delete(folder: Path) -> None:
    memory = Memory.recall(folder)
    if memory is not None:
        # A server that a killed start left behind still works on the files: end it before they go.
        server = EmbeddedPostgres(folder)
        server.start()
        server.stop()
        shutil.rmtree(memory.place(folder).folder)
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _need_free(place: Place) -> None:
    for port in (place.port, place.sandbox_port):
        if not _is_free(port):
            raise WrongState(
                f"Port {port} is in use; perhaps the demonstration runs already.",
                next_step="Stop the other program, or choose another port: signoff demo --fresh --port 8100",
            )


def _first_free(port: int) -> int:
    return next((each for each in _candidates(port) if _is_free(each)), port)


def _candidates(port: int) -> Iterator[int]:
    yield from range(port, min(port + _MOST_TRIES, 2**16))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers bind: a port that only waits after its last connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
