"""Whose account it is, and whether it can publish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signoff.connectors.base import TAKES_DOWN, Account, Health
from signoff.connectors.errors import Reconnect
from signoff.connectors.graph.addresses import media_warnings
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.tokens import TokenFacts, earliest, expiry_warnings, inspect
from signoff.connectors.instagram.about import ABOUT
from signoff.connectors.instagram.prepare import read_quota

_PUBLISH: Final = {"instagram_content_publish", "instagram_business_content_publish"}
_DELETE: Final = "instagram_manage_contents"
_NEARLY: Final = 0.9
_NOT_TOLD: Final = "Meta doesn't tell what this token may do and when it expires; watch the expiry yourself."


async def check(session: GraphSession, public_url: str) -> Health:
    """Ask the platform about the account, its quota and its token."""
    identity = await session.get(session.account_id, fields="id,username,name")
    used, total = await read_quota(session)
    facts = await inspect(session)
    if facts and facts.scopes and not facts.scopes & _PUBLISH:
        raise Reconnect(
            "The token lacks the permission to publish.",
            advice="Connect the account again and grant instagram_content_publish.",
            code="permission",
        )
    account = Account(
        ABOUT.platform,
        session.api.host,
        identity.text("id") or session.account_id,
        name=identity.text("username") or identity.text("name"),
        is_sandbox=identity.is_sandbox,
    )
    return Health(
        account,
        can=tuple(_abilities(facts, total)),
        warnings=(
            *media_warnings(public_url, is_sandbox=identity.is_sandbox),
            *_token_warnings(session, facts),
            *_quota_warnings(used, total),
        ),
        expires_at=earliest(facts.expires_at, facts.data_access_expires_at) if facts else None,
        app=facts.app if facts else "",
    )


def _abilities(facts: TokenFacts | None, total: int) -> Iterator[str]:
    yield "publish pictures and carousels" + (f", {total} in 24 hours" if total else "")
    if facts and _DELETE in facts.scopes:
        yield TAKES_DOWN


def _token_warnings(session: GraphSession, facts: TokenFacts | None) -> Iterator[str]:
    if not facts:
        yield _NOT_TOLD
        return
    if facts.scopes and _DELETE not in facts.scopes:
        yield f"Posts can be taken down by hand only: the token lacks {_DELETE}."
    yield from expiry_warnings(facts, session.clock.now(), counts_data_access=True)


def _quota_warnings(used: int, total: int) -> Iterator[str]:
    if total and used >= _NEARLY * total:
        yield f"{used} of {total} posts of the last 24 hours are used up."
