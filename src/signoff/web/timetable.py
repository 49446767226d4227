"""When a periodic job runs, in words. Its times are a cron expression, with seconds as a sixth field."""

from __future__ import annotations

import re
from typing import Final

_SECONDS: Final = re.compile(r"\* \* \* \* \* \*/(\d+)")
_EACH_MINUTE: Final = "* * * * *"
_MINUTES: Final = re.compile(r"\*/(\d+) \* \* \* \*")
_HOURLY: Final = re.compile(r"(\d+(?:,\d+)*) \* \* \* \*")
_DAILY: Final = re.compile(r"(\d+) (\d+) \* \* \*")


def timetable(times: str) -> str:
    """Say “every 5 minutes” or “daily at 03:17 UTC”; the expression itself where it is a rarer one."""
    if found := _SECONDS.fullmatch(times):
        return f"every {found[1]} seconds"
    if times == _EACH_MINUTE:
        return "every minute"
    if found := _MINUTES.fullmatch(times):
        return f"every {found[1]} minutes"
    if found := _HOURLY.fullmatch(times):
        return f"every hour, {found[1].replace(',', ' and ')} minutes past"
    if found := _DAILY.fullmatch(times):
        return f"daily at {int(found[2]):02}:{int(found[1]):02} UTC"
    return f"{times} UTC"
