"""Jobs that everybody relies on: while one of them is switched off, an alarm says what doesn't happen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from signoff.jobs.models import PeriodicJob
from signoff.kernel.local_time import in_words
from signoff.records.alerts.alarms import Trouble

OFF: Final = "off."

_MISSED: Final[Mapping[str, tuple[str, str]]] = {
    "mail_alerts": (
        "Alerts aren't mailed",
        "Who doesn't look at these pages isn't told when something goes wrong.",
    ),
    "settle_late": (
        "Nobody is asked about late posts",
        "What is too late stays held: no alert tells of it, and nothing gets its turn.",
    ),
}
"""By job: what is to be told while it is off."""


def switched_off(jobs: Iterable[PeriodicJob]) -> Iterator[Trouble]:
    """Give a trouble for each of them that somebody switched off. It lasts until the job is enabled again."""
    for job in jobs:
        if job.disabled_at is not None and job.name in _MISSED:
            title, missed = _MISSED[job.name]
            yield Trouble(
                f"{OFF}{job.name}",
                title,
                f"{missed} The job behind it is switched off since {in_words(job.disabled_at, 'UTC')}.",
                f"Enable it under Settings > Periodic jobs, or with `signoff jobs enable {job.name}`.",
                for_everybody=True,
                detail=f"{job.disabled_by} switched it off: {job.disabled_why}",
            )
