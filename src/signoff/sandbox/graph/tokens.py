"""Which token may do what, and how a token that may not is refused."""

from __future__ import annotations

from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, gone
from signoff.sandbox.records import Account, Holder, Login, Platform, Token
from signoff.sandbox.state import World

MISSING_PERMISSION: Final = {Platform.INSTAGRAM: 10, Platform.FACEBOOK: 200}

INSTAGRAM_LOGIN: Final = {
    "instagram_basic": "instagram_business_basic",
    "instagram_content_publish": "instagram_business_content_publish",
    "instagram_manage_insights": "instagram_business_manage_insights",
}
"""The same permissions under the names of Instagram's own login; deleting has none there."""


def living_token(world: World, call: Call) -> Token:
    """Give the call's token.

    Raises:
        GraphError: 104 without a token; 190 for one that is unknown, expired, or was ended by an event.
    """
    if not call.token:
        raise GraphError(104)
    token = world.tokens.get(call.token)
    if not token:
        raise GraphError(190)
    if token.dead is not None:
        raise GraphError(190, token.dead)
    if token.expires_at and token.expires_at <= call.at:
        raise GraphError(190, 463)
    return token


def token_for(world: World, call: Call, account: Account, scope: str) -> Token:
    """Give the call's token if it may do this on the account.

    Raises:
        GraphError: As `living_token`; 100/33 for somebody else's account; 10 or 200 for a missing permission.
    """
    token = living_token(world, call)
    if token.holder is Holder.PAGE and account.id not in token.account_ids:
        raise gone()
    needed = scope
    if token.login is Login.INSTAGRAM:
        if scope not in INSTAGRAM_LOGIN:
            raise GraphError(100, 33, message=f"Unsupported {call.method.lower()} request")
        needed = INSTAGRAM_LOGIN[scope]
    if needed not in token.scopes:
        number = MISSING_PERMISSION[account.platform]
        raise GraphError(number, message=f"(#{number}) Requires the {needed} permission")
    return token
