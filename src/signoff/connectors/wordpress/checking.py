"""Whether an account can publish, asked when a channel is connected and once in a while afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from signoff.connectors.base import TAKES_DOWN, Account, Health
from signoff.connectors.content import Json
from signoff.connectors.errors import Reconnect, Refused
from signoff.connectors.wordpress.about import PLATFORM, ends_as_draft, route_of
from signoff.connectors.wordpress.discovery import is_wordpress
from signoff.connectors.wordpress.refusals import BLOCKED_ADVICE, LOGIN_ADVICE, ROLE_ADVICE, refusal
from signoff.connectors.wordpress.site import Site, place_of

_OFF_ADVICE: Final = (
    "Application passwords need https and WordPress 5.6 or newer, and a security plugin can switch them off. "
    "Switch them on, then connect again."
)
_FAMILIES: Final = {"posts": ("edit_posts", "publish_posts"), "pages": ("edit_pages", "publish_pages")}


async def check_site(site: Site, options: Mapping[str, Json]) -> Health:
    """Ask the site what it is and what this user may do there.

    Raises:
        Reconnect: The login isn't accepted, or the role lacks a right.
        Refused: It is no WordPress, or takes no application passwords.
        TryLater, Throttled: It didn't answer.
    """
    index = await _index(site)
    user = await _user(site, takes_passwords=_takes_passwords(index))
    rights = {name for name, has in (user.get("capabilities") or {}).items() if has}
    kind = route_of(options)
    missing = sorted(_needed(kind, options) - rights)
    if missing:
        role = ", ".join(map(str, user.get("roles") or ["none"]))
        raise Reconnect(
            f"The user's role ({role}) isn't enough; it lacks {', '.join(missing)}.",
            advice=ROLE_ADVICE,
            code="role",
        )
    return Health(
        account_at(site.root, str(index.get("name") or "")),
        can=tuple(_abilities(kind, options, rights)),
        warnings=tuple(_warnings(site, user, rights)),
    )


def _abilities(kind: str, options: Mapping[str, Json], rights: set[str]) -> Iterator[str]:
    yield f"{'draft' if ends_as_draft(options) else 'publish'} {kind}"
    yield "upload pictures"
    if rights >= {f"delete_{kind}", f"delete_published_{kind}"}:
        yield TAKES_DOWN


def account_at(root: str, name: str = "") -> Account:
    """Give the account behind an API address: the site, whoever signs in."""
    host, path = place_of(root)
    return Account(PLATFORM, host, path, name)


async def _index(site: Site) -> Mapping[str, Json]:
    reply = await Site(site.http, site.root, site.clock).get(
        "", {"_fields": "name,namespaces,authentication"}
    )
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, site.clock.now())
    if not is_wordpress(reply):
        raise Refused(
            "The site's REST API doesn't answer as WordPress does.", advice=BLOCKED_ADVICE, code="no_api"
        )
    index: Mapping[str, Json] = reply.json()
    return index


async def _user(site: Site, *, takes_passwords: bool) -> Mapping[str, Json]:
    reply = await site.get("wp/v2/users/me", {"context": "edit", "_fields": "id,roles,capabilities"})
    if reply.status == HTTPStatus.OK:
        user = reply.json() if reply.body.lstrip().startswith(b"{") else {}
        if user.get("capabilities"):
            return dict(user)
        raise Reconnect("WordPress doesn't say what the user may do.", advice=LOGIN_ADVICE, code="no_user")
    problem = refusal(reply, site.clock.now())
    if isinstance(problem, Reconnect) and not takes_passwords:
        raise Refused("The site takes no application passwords.", advice=_OFF_ADVICE, code=problem.code)
    raise problem


def _takes_passwords(index: Mapping[str, Json]) -> bool:
    ways = index.get("authentication")
    return isinstance(ways, dict) and "application-passwords" in ways


def _needed(kind: str, options: Mapping[str, Json]) -> set[str]:
    edit, publish = _FAMILIES[kind]
    return {edit, "upload_files"} if ends_as_draft(options) else {edit, publish, "upload_files"}


def _warnings(site: Site, user: Mapping[str, Json], rights: set[str]) -> Iterator[str]:
    if urlsplit(site.root).scheme == "http":
        yield "The site is reached over plain http: the password can be read on the way. Use https."
    if "administrator" in (user.get("roles") or ()) or "manage_options" in rights:
        yield "The user is an administrator. A user with the role Author or Editor is enough and safer."
