"""What each error of the Graph API means, as data.

From Meta's error references (Graph "Handling errors", Instagram error codes, Page and Page photos, copies
of 2026) and from field reports; `docs/platforms/` names them. One rule decides the hard cases:
what may be tried again before the commit is in doubt at the commit, because answers that say "try again
later" have been seen for posts that were out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from signoff.connectors.errors import Rest


class Phase(StrEnum):
    """What the call was for."""

    READ = "read"
    PREPARE = "prepare"
    COMMIT = "commit"
    DELETE = "delete"


class Kind(StrEnum):
    """What follows from an error."""

    RETRY = "retry"  # certainly not done; the same call may be made again
    WAIT = "wait"  # certainly not done; the account has to wait
    REAUTH = "reauth"  # certainly not done; somebody must put token, permission or account in order
    REFUSED = "refused"  # certainly not done; this content or setting never will pass
    DOUBT = "doubt"  # it may have been done
    GONE = "gone"  # the object isn't there, or not for this token


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table. `advice` is for the person who has to act; empty when nobody has to."""

    kinds: Mapping[Phase, Kind]
    meaning: str
    advice: str = ""
    wait: timedelta | None = None
    """How long to wait when the answer doesn't say; None: the usual hour."""
    rests: Rest = Rest.ACCOUNT
    """What a wait holds."""
    grows: bool = False
    """Each wait is longer than the one before, then a person is asked."""


_BY_ITSELF: Final = "Publishing goes on by itself when the limit allows it."


def _always(kind: Kind, meaning: str, advice: str) -> Rule:
    return Rule(dict.fromkeys(Phase, kind), meaning, advice)


def _passing(meaning: str, advice: str = "", *, commit: Kind = Kind.DOUBT) -> Rule:
    return Rule(dict.fromkeys(Phase, Kind.RETRY) | {Phase.COMMIT: commit}, meaning, advice)


def _refused(meaning: str, advice: str) -> Rule:
    return _always(Kind.REFUSED, meaning, advice)


def _reauth(meaning: str, advice: str) -> Rule:
    return _always(Kind.REAUTH, meaning, advice)


def _wait(meaning: str, advice: str = _BY_ITSELF, *, rests: Rest = Rest.ACCOUNT) -> Rule:
    return Rule(dict.fromkeys(Phase, Kind.WAIT), meaning, advice, rests=rests)


def _block(meaning: str, advice: str) -> Rule:
    """Make the row of a block: only people at Meta's pages can end one that stays."""
    waits = dict.fromkeys(Phase, Kind.WAIT)
    return Rule(waits, meaning, advice, timedelta(hours=1), rests=Rest.POSTS, grows=True)


_TELLS_BY_ITSELF: Final = 1_000_000
"""Numbers above this mean the same wherever they stand, as code or as subcode."""

_RECONNECT: Final = "Connect the account again under Settings > Channels."
_GRANT: Final = (
    "Connect the account again and grant all permissions that are asked for; the person needs the Page task "
    "“Create content”."
)
_AT_META: Final = (
    "Log in on facebook.com or in the app with that account, follow the steps shown there, then reconnect."
)
_PUBLIC_MEDIA: Final = (
    "Check that SIGNOFF_PUBLIC_URL can be reached from the internet over https, without a login before it."
)
_LOOK_FIRST: Final = "Look at the account before anything else: the post may be out."
_BY_HAND: Final = "Delete the post by hand in the app."
_BUG: Final = (
    "Check SIGNOFF_GRAPH_VERSION, and report this to whoever runs Signoff: it is a fault in the call."
)
_MADE_AGAIN: Final = "Nothing has to be done: Signoff makes the upload again."

_MISSING_PERMISSION: Final = _reauth("A permission is missing", _GRANT)
_DUPLICATE: Final = Rule(
    dict.fromkeys(Phase, Kind.REFUSED) | {Phase.COMMIT: Kind.DOUBT},
    "The same was posted just before",
    "Look at the Page: if the post isn't there, change the text.",
)

UNKNOWN: Final = _passing("The platform answered with an error that isn't documented", _LOOK_FIRST)

# A key without a subcode (None) counts for every subcode that has no row of its own. Where only a subcode
# identifies an error, it stands in the place of the code, too: both ways of sending it occur.
RULES: Final[Mapping[tuple[int, int | None], Rule]] = {
    # Passing trouble
    (-1, None): _passing("Instagram had an error of its own"),
    (-2, None): _passing("The upload came to nothing", _MADE_AGAIN),
    (1, None): _passing("The platform had an error it doesn't explain", _LOOK_FIRST),
    (2, None): _passing("The platform is temporarily not available", "See Meta's status page if it lasts."),
    (1609010, None): _passing(
        "The platform is temporarily not available", "See Meta's status page if it lasts."
    ),
    (20, 1772107): _passing("The platform couldn't answer in the form asked for", _LOOK_FIRST),
    # Limits
    (4, None): _wait("The app has reached its limit of calls", rests=Rest.APP),
    (9, 2207042): _wait(
        "The account has used up the posts that Instagram takes through its API in 24 hours", rests=Rest.POSTS
    ),
    (17, None): _wait("The person behind the token has reached the limit of calls"),
    (32, None): _wait("The Page has reached its limit of calls"),
    (341, None): _wait("The app has reached a limit", rests=Rest.APP),
    (613, None): _wait("A limit of calls is reached"),
    **{
        (code, None): _wait("A limit of calls of the business is reached")
        for code in (80000, 80003, 80004, 80005, 80006, 80008, 80009, 80014)
    },
    (80001, None): _wait("The Page has reached its limit of calls"),
    (80002, None): _wait("The Instagram account has reached its limit of calls"),
    (368, None): _block(
        "Meta has blocked this as abusive, as against its rules, or as posted already",
        "Look at Page Quality and the Support Inbox on facebook.com, then retry.",
    ),
    (368, 1390008): _block("Posting was too fast", "Space the posts of this Page further apart, then retry."),
    # Token, permission, account
    (3, None): _reauth(
        "The app may not use this function", "The app needs Meta's app review for publishing."
    ),
    (4, 2207051): _reauth(
        "Instagram has blocked actions of this account",
        "Open the Instagram app, contest the block if it is wrong, wait a day, then reconnect.",
    ),
    (10, None): _MISSING_PERMISSION,
    **{(code, None): _MISSING_PERMISSION for code in range(200, 300)},
    (25, None): _reauth("The Instagram account is restricted, inactive or must pass a check", _AT_META),
    (102, None): _reauth("The session isn't valid any more", _RECONNECT),
    (104, None): _reauth("The signature of the call is wrong", "Check the app secret, then reconnect."),
    (190, None): _reauth("The access token isn't valid any more", _RECONNECT),
    (190, 458): _reauth("The person removed the app", "Connect the account again and consent to the app."),
    (190, 459): _reauth("Meta wants the person to pass a check", _AT_META),
    (190, 460): _reauth("The password was changed or the session reset", _RECONNECT),
    (190, 463): _reauth("The access token has expired", _RECONNECT),
    (190, 464): _reauth(
        "The person's account isn't confirmed", "Confirm the account at Meta, then reconnect."
    ),
    (190, 467): _reauth("The access token was ended by a log-out or revoked", _RECONNECT),
    (190, 490): _reauth("The session is blocked until the person passes a check", _AT_META),
    (190, 492): _reauth(
        "The person has no role on this Page any more", "Let somebody who manages the Page connect it again."
    ),
    (459, None): _reauth("Meta wants the person to pass a check", _AT_META),
    **{
        (code, None): _reauth("Meta wants a check of the account or the Page", _AT_META)
        for code in (1404006, 1404078, 1404112, 4854002)
    },
    # What will never pass
    (100, None): _refused("A parameter isn't accepted", "Read the platform's words and correct the post."),
    (803, None): _refused("There is no such id", "Check the id of the account in the channel's settings."),
    (2500, None): _refused("The call was malformed", _BUG),
    (2635, None): _refused("This version of the Graph API is gone", _BUG),
    (12, None): _refused("The call uses a method that is gone", _BUG),
    (1346003, None): _refused("The text was flagged as abusive", "Change the text."),
    (1404102, None): _refused(
        "The post is against the community standards", "Change the text or the picture."
    ),
    (1366046, None): _refused("A photo is too big or of a wrong type", "Use a JPEG or PNG below 4 MB."),
    (1609005, None): _refused("The page behind the link couldn't be read", "Check that the link works."),
    (1609008, None): _refused(
        "This link isn't accepted", "Links to facebook.com can't be shared; use another."
    ),
    (1, 2207057): _refused("The thumbnail's moment is out of range", "Choose a moment inside the video."),
    (100, 2207023): _refused("The media type isn't known", "Use a JPEG picture."),
    (100, 2207028): _refused("A carousel has 2 to 10 items", "Change the number of pictures."),
    (100, 2207035): _refused("The product tags aren't accepted", "Remove the product tags."),
    (100, 2207036): _refused("The product tags aren't accepted", "Remove the product tags."),
    (100, 2207037): _refused("The product tags aren't accepted", "Remove the product tags."),
    (100, 2207040): _refused("Too many people are mentioned", "Mention at most 20 people."),
    (100, 2207081): _refused("The account can't publish trial reels", "Publish it as an ordinary post."),
    (352, None): _refused("The video's format isn't accepted", "Use MP4 or MOV."),
    (36000, None): _refused("The picture is larger than 8 MB", "Use a smaller picture."),
    (36001, None): _refused("The picture's format isn't accepted", "Use a JPEG."),
    (36003, None): _refused("The picture's shape isn't accepted", "Crop it to between 4:5 and 1.91:1."),
    (36004, None): _refused(
        "The caption is too long", "Keep to 2,200 characters, 30 hashtags and 20 mentions."
    ),
    # Media on its way
    (324, None): _passing("The photo couldn't be fetched or read", _PUBLIC_MEDIA),
    (9004, None): _passing("The picture couldn't be fetched from our address", _PUBLIC_MEDIA),
    (9007, 2207027): _passing("The upload isn't ready for publishing yet", commit=Kind.RETRY),
    (-2, 2207003): _passing("Fetching the picture took too long", _PUBLIC_MEDIA),
    (-2, 2207020): _passing("The upload has expired", _MADE_AGAIN),
    (-1, 2207032): _passing("Instagram couldn't process the picture", _MADE_AGAIN),
    (-1, 2207053): _passing("The upload came to nothing", _MADE_AGAIN),
    (-1, 2207082): _passing("The upload came to nothing", _MADE_AGAIN),
    # After a publish call these have been reported for posts that were out: publishing uses the upload up.
    (24, None): Rule(dict.fromkeys(Phase, Kind.GONE) | {Phase.COMMIT: Kind.DOUBT}, "There is no such upload"),
    (24, 2207006): Rule(
        {
            Phase.READ: Kind.GONE,
            Phase.PREPARE: Kind.REAUTH,
            Phase.COMMIT: Kind.DOUBT,
            Phase.DELETE: Kind.GONE,
        },
        "The upload wasn't found; a missing permission or an expired token can be the cause",
        _GRANT,
    ),
    (24, 2207008): Rule(
        dict.fromkeys(Phase, Kind.GONE) | {Phase.COMMIT: Kind.DOUBT},
        "The upload doesn't exist any more: used up by publishing, or expired",
        _LOOK_FIRST,
    ),
    # Repetitions: after a lost answer a strong sign that the first call worked
    (506, None): _DUPLICATE,
    (1366051, None): _DUPLICATE,
    # Objects that aren't there, and deleting
    (100, 33): Rule(
        {Phase.READ: Kind.GONE, Phase.PREPARE: Kind.GONE, Phase.COMMIT: Kind.DOUBT, Phase.DELETE: Kind.GONE},
        "It doesn't exist, or this token may not see it",
        _LOOK_FIRST,
    ),
    (-1, 2207073): Rule(
        dict.fromkeys(Phase, Kind.REFUSED) | {Phase.COMMIT: Kind.DOUBT},
        "Instagram can't delete this kind of post through its API",
        _BY_HAND,
    ),
    (-1, 2207085): _passing(
        "Instagram failed to delete the post", "If it lasts: delete the post by hand in the app."
    ),
}

ACCOUNT_NOT_REACHED: Final = _reauth(
    "The account doesn't exist, or this token may not use it",
    "Check the account's id, and connect it again with somebody who manages it.",
)
"""What 100/33 means when the call was about the account itself."""


def rule_for(code: int, subcode: int | None) -> Rule:
    """Find the row of an error: by both numbers, by a telling subcode, by the code, else `UNKNOWN`."""
    keys = [(code, subcode), (code, None)]
    if subcode is not None and subcode > _TELLS_BY_ITSELF:
        keys.insert(1, (subcode, None))
    return next((RULES[key] for key in keys if key in RULES), UNKNOWN)
