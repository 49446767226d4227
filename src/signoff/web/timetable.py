"""When a periodic job runs, in words and in a zone. Its times are a cron expression in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from signoff.web.times import zone

_SECONDS: Final = re.compile(r"\* \* \* \* \* \*/(\d+)")
_EACH_MINUTE: Final = "* * * * *"
_MINUTES: Final = re.compile(r"\*/(\d+) \* \* \* \*")
_HOURLY: Final = re.compile(r"(\d+(?:,\d+)*) \* \* \* \*")
_DAILY: Final = re.compile(r"(\d+) (\d+) \* \* \*")


def timetable(times: str, zone_name: str, now: datetime) -> str:
    """Say “every 5 minutes” or, in the viewer's zone as it is now, “daily at 03:17”.

    A rarer expression is given as it stands.
    """
    if found := _SECONDS.fullmatch(times):
        return f"every {found[1]} seconds"
    if times == _EACH_MINUTE:
        return "every minute"
    if found := _MINUTES.fullmatch(times):
        return f"every {found[1]} minutes"
    if found := _HOURLY.fullmatch(times):
        minutes = sorted(_local(now, zone_name, 0, int(minute)).minute for minute in found[1].split(","))
        return f"every hour, {' and '.join(map(str, minutes))} minutes past"
    if found := _DAILY.fullmatch(times):
        return f"daily at {_local(now, zone_name, int(found[2]), int(found[1])):%H:%M}"
    return f"{times} UTC"


def _local(now: datetime, zone_name: str, hour: int, minute: int) -> datetime:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(hours=hour, minutes=minute)).astimezone(zone(zone_name))
