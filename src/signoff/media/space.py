"""How much room is left."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path


async def free_bytes(folder: Path) -> int:
    """Tell what may still be written below a folder, which need not exist yet."""
    return await asyncio.to_thread(_free_bytes, folder)


def _free_bytes(folder: Path) -> int:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free
