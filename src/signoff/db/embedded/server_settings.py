"""How the private server is configured: durable, quiet and small."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SERVER_SETTINGS: Final[Mapping[str, str]] = {
    # Reached through a socket in a folder of its own, never through the network.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    # A committed intent must survive anything: it is what keeps a post from going out twice.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "io_method": "sync",  # three processes less; the data fits into memory
    "jit": "off",
    "random_page_cost": "1.1",  # of a disk without moving parts
    # One server, backed up by dumps: the log needs to cover a crash, not a standby.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file for each day of the week. Terse: details of an error would show people's data.
    "logging_collector": "on",
    "log_filename": "server-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_error_verbosity": "terse",
}


def write_settings(file: Path, sockets: Path, log: Path, extra: Mapping[str, str]) -> None:
    """Write the server's configuration file. `ALTER SYSTEM` still wins over it."""
    places = {"unix_socket_directories": str(sockets), "log_directory": str(log)}
    settings = {**SERVER_SETTINGS, **places, **extra}
    lines = [f"{name} = {_quoted(value)}\n" for name, value in settings.items()]
    file.write_text("# Written by Signoff at each start of this server.\n" + "".join(lines), "utf-8")
    file.chmod(0o644)


def _quoted(value: str) -> str:
    doubled = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
