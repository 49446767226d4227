"""What processes used, from /proc: processor time and memory of a process and all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Final

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")
_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 11, 12, 13, 14
"""Positions in /proc/PID/stat, counted from the state, which comes after the name."""


def cpu_s(roots: Iterable[int]) -> float:
    """Give the seconds of processor time that these processes and their descendants used so far."""
    fields = _all_fields()
    return (
        sum(
            sum(int(fields[pid][place]) for place in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM))
            for pid in _families(fields, roots)
        )
        / _TICKS_PER_S
    )


def peak_rss_mb(roots: Iterable[int]) -> float:
    """Give the most memory that each of these processes and their descendants held, added up."""
    families = _families(_all_fields(), roots)
    return sum(_status_kb(pid, "VmHWM") for pid in families) / 1024


def pss_mb(roots: Iterable[int]) -> float:
    """Give the memory of these processes and their descendants now; what they share counts once."""
    families = _families(_all_fields(), roots)
    return sum(_rollup_kb(pid) for pid in families) / 1024


def started(
    module: str, *arguments: str, log: IO[bytes], settings: Mapping[str, str] | None = None
) -> Process:
    """Start a Python module as a process of its own."""
    command = [sys.executable, "-m", module, *arguments]
    return Process(command, stdout=log, stderr=log, env={**os.environ, **(settings or {})})


Process = subprocess.Popen[bytes]


def stop(process: Process) -> None:
    """Ask a process to end, and see that it does."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _all_fields() -> dict[int, list[str]]:
    found = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):  # ended since the folder was listed
                continue
    return found


def _families(fields: Mapping[int, list[str]], roots: Iterable[int]) -> set[int]:
    family = {pid for pid in roots if pid in fields}
    while more := {pid for pid, of in fields.items() if int(of[_PARENT]) in family} - family:
        family |= more
    return family


def _status_kb(pid: int, name: str) -> int:
    return _kilobytes(_PROC / str(pid) / "status", name)


def _rollup_kb(pid: int) -> int:
    return _kilobytes(_PROC / str(pid) / "smaps_rollup", "Pss")


def _kilobytes(file: Path, name: str) -> int:
    try:
        lines = file.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
