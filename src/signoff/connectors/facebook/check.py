"""Whose Page it is, and whether the token can publish there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signoff.connectors.base import TAKES_DOWN, Account, Health
from signoff.connectors.errors import Reconnect
from signoff.connectors.facebook.about import ABOUT
from signoff.connectors.graph.addresses import media_warnings
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.tokens import TokenFacts, expiry_warnings, inspect

_PUBLISH: Final = "pages_manage_posts"
_READ: Final = "pages_read_engagement"
_PERSON: Final = "USER"
_NOT_TOLD: Final = "Meta doesn't tell what this token may do and when it expires; watch the expiry yourself."


async def check(session: GraphSession, public_url: str) -> Health:
    """Ask the platform about the Page and the token."""
    identity = await session.get(session.account_id, fields="id,name,link")
    facts = await inspect(session)
    if facts:
        _need_publishing(facts)
    account = Account(
        ABOUT.platform,
        session.api.host,
        identity.text("id") or session.account_id,
        name=identity.text("name"),
        is_sandbox=identity.is_sandbox,
    )
    return Health(
        account,
        can=("publish texts, links and photos", TAKES_DOWN),
        warnings=(
            *media_warnings(public_url, is_sandbox=identity.is_sandbox),
            *_token_warnings(session, facts),
        ),
        expires_at=facts.expires_at if facts else None,
        app=facts.app if facts else "",
    )


def _need_publishing(facts: TokenFacts) -> None:
    if facts.holder == _PERSON:
        raise Reconnect(
            "This is a person's access token, not the Page's.",
            advice="Take the Page's own token: it stands in the answer of /me/accounts beside the Page.",
            code="token",
        )
    if facts.scopes and _PUBLISH not in facts.scopes:
        raise Reconnect(
            "The token lacks the permission to publish.",
            advice=f"Connect the Page again and grant {_PUBLISH}.",
            code="permission",
        )


def _token_warnings(session: GraphSession, facts: TokenFacts | None) -> Iterator[str]:
    if not facts:
        yield _NOT_TOLD
        return
    if facts.scopes and _READ not in facts.scopes:
        yield f"The token lacks {_READ}: after a lost answer it can't be seen whether a post is out."
    yield from expiry_warnings(facts, session.clock.now(), counts_data_access=False)
