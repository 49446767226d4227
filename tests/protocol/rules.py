"""The rules of the publishing protocol that keep a post from going out twice or unapproved."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """What the protocol demands. Without any one of them some order of events does harm."""

    TOKEN = "token"
    """A worker's write counts only while its token is the newest."""
    INTENT = "intent"
    """That the call begins is stored before it begins."""
    CONFIRMED = "confirmed"
    """An intent whose storing the database didn't confirm allows no call."""
    WANTED = "wanted"
    """The intent asks once more whether the post is still approved."""
    DEADLINE = "deadline"
    """The call begins soon after the intent, or not at all."""
    DOUBT = "doubt"
    """After an unclear answer the platform is asked before anything is tried again."""
    SETTLED = "settled"
    """“Not there” counts only when no earlier call can still take effect."""
    LISTED = "listed"
    """Nor before the platform had the time that it needs to show a post."""
    LOOK_TOKEN = "look_token"
    """What a look found counts only while its token is the newest."""
    RESTORED = "restored"
    """After a restore whatever was open is in doubt."""
    BY_HAND = "by_hand"
    """What a person publishes no worker claims."""
    ASKED = "asked"
    """No look says that a person's post isn't out: it carries no mark of ours, so a person is asked."""


ALL = frozenset(Rule)
