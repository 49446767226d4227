"""Keys for scripts and agents."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.people import NewTokenOut, TokenIn, TokenOut
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import TokenId
from signoff.organizations import tokens

router = new_router("/tokens", "People", NotFound)


@router.get("", summary="List tokens")
async def list_tokens(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[TokenOut]:
    """Give one's own tokens, and everybody's to those who manage members, newest first."""
    page = await tokens.list_tokens(runtime, actor, cursor=cursor, limit=limit)
    return PageOut(
        items=[TokenOut.model_validate(token) for token in page.items], next_cursor=page.next_cursor
    )


@router.post("", status_code=status.HTTP_201_CREATED, summary="Make a token")
async def make_token(body: TokenIn, actor: CurrentActor, runtime: CurrentRuntime) -> NewTokenOut:
    """Make a token for oneself. Its text is given once; a token with limited scopes makes no other."""
    lasts = timedelta(days=body.expires_in_days)
    token, text = await tokens.create_token(runtime, actor, body.name, body.scopes, lasts, body.is_agent)
    return NewTokenOut(token=TokenOut.model_validate(token), text=text)


@router.delete("/{token_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Revoke a token")
async def revoke_token(token_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    """Make a token worthless at once."""
    await tokens.revoke_token(runtime, actor, TokenId(token_id))
