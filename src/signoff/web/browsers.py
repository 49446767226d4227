"""What somebody signed in with, in words: browsers introduce themselves at length, and as all the others."""

from __future__ import annotations

from typing import Final

# In this order, because the later ones are named by the earlier ones, too.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Say “Firefox on Windows”; what isn't known keeps its own words."""
    told = user_agent.replace("HeadlessChrome/", "Chrome/")
    browser = next((name for mark, name in _BROWSERS if mark in told), "")
    system = next((name for mark, name in _SYSTEMS if mark in told), "")
    if not browser:
        return user_agent or "Unknown"
    return f"{browser} on {system}" if system else browser
