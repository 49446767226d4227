"""What a backup is made of, and where it goes back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from signoff.db.urls import DatabaseUrls
from signoff.organizations.exports import exports_folder
from signoff.settings import Settings


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation, as far as it is backed up."""

    urls: DatabaseUrls
    data_dir: Path
    exports: Path
    key_ids: tuple[str, ...]
    """Fingerprints of the secret keys in force, newest first; the keys are never part of a backup."""
    clock_offset: timedelta

    @classmethod
    def of(
        cls,
        settings: Settings,
        urls: DatabaseUrls,
        key_ids: tuple[str, ...],
        *,
        clock_offset: timedelta | None = None,
    ) -> Installation:
        offset = settings.clock_offset if clock_offset is None else clock_offset
        return cls(urls, settings.data_dir, exports_folder(settings), key_ids, offset)

    @property
    def media(self) -> Path:
        return self.data_dir / "media"

    @property
    def backups(self) -> Path:
        """Where backups are kept unless somebody names another place."""
        return self.data_dir / "backups"
