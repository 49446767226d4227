"""Keys for scripts and agents: made, listed, revoked. Who presents one is told by `sign_in.token_actor`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import TokenId
from signoff.kernel.people import AGENTS_MAY, Actor, May
from signoff.organizations.lines import one_line
from signoff.organizations.local import local_actor
from signoff.organizations.people import own_person
from signoff.organizations.secret import digest, new_token
from signoff.records.access import ApiToken
from signoff.records.pages import Page, behind, checked_limit, decode_moment, encode_cursor, page_of
from signoff.runtime import Runtime

LONGEST: Final = timedelta(days=366)
USUAL: Final = timedelta(days=90)
_NAME_CHARS: Final = 100


async def create_token(
    runtime: Runtime,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    expires_in: timedelta = USUAL,
    is_agent: bool = False,  # noqa: FBT001, FBT002 - read as `is_agent=True` everywhere
) -> tuple[ApiToken, str]:
    """Make a token for the actor's own person. The text is given once and can't be read again.

    What it may do is decided by its scopes and, each time it is used, by the person's role.

    Raises:
        Invalid: An unknown scope, none at all, or too long a life.
        NotAllowed: The actor is an agent, or a token with limited scopes.
    """
    token = ApiToken(
        organization_id=actor.organization_id,
        person_id=own_person(actor),
        name=_name(name),
        scopes=_scopes(scopes, is_agent=is_agent),
        is_agent=is_agent,
    )
    async with runtime.transaction(actor.organization_id) as tx:
        token.expires_at = await database_now(tx) + _life(expires_in)
        return token, await _store(tx, actor, token)


async def create_token_for(
    runtime: Runtime,
    owner_email: str,
    scopes: Collection[str],
    *,
    name: str = "command line",
    expires_in: timedelta = USUAL,
    is_agent: bool = False,
) -> tuple[ApiToken, str]:
    """Make a token for somebody, on the machine itself: who can run commands there needs no password.

    Raises:
        NotFound: Nobody has this address.
        Invalid: They belong to several organizations; or as `create_token`.
    """
    actor = await local_actor(runtime, owner_email)
    return await create_token(runtime, actor, name, scopes, expires_in, is_agent)


async def _store(tx: AsyncSession, actor: Actor, token: ApiToken) -> str:
    text = new_token()
    token.token_hash = digest(text)
    tx.add(token)
    await tx.flush()
    after = {
        "scopes": token.scopes,
        "is_agent": token.is_agent,
        "expires_at": token.expires_at.isoformat(),
    }
    chain.record(tx, actor, "token.created", ("token", token.id), after=after)
    return text


def _name(name: str) -> str:
    name = one_line(name)
    if not 0 < len(name) <= _NAME_CHARS:
        raise Invalid(f"A token needs a name of at most {_NAME_CHARS} characters.", field="name")
    return name


def _scopes(scopes: Collection[str], *, is_agent: bool) -> list[str]:
    allowed = [may.value for may in May if not is_agent or may in AGENTS_MAY]
    refused = sorted(set(scopes) - set(allowed))
    if not refused and scopes:
        return [scope for scope in allowed if scope in scopes]
    trouble = f"These scopes can't be given: {', '.join(refused)}." if refused else "A token needs a scope."
    raise Invalid(trouble, field="scopes", next_step=f"Choose from: {', '.join(allowed)}.")


def _life(expires_in: timedelta) -> timedelta:
    if not timedelta(0) < expires_in <= LONGEST:
        raise Invalid("A token lasts at least a moment and at most a year.", field="expires_in")
    return expires_in


async def list_tokens(
    runtime: Runtime, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[ApiToken]:
    """Give the actor's own tokens, or everybody's to those who manage members; newest first.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    query = select(ApiToken).where(ApiToken.organization_id == actor.organization_id)
    if not actor.may(May.MANAGE_MEMBERS):
        query = query.where(ApiToken.person_id == actor.person_id)
    if cursor:
        edge = decode_moment(cursor)
        query = query.where(behind((ApiToken.created_at, ApiToken.id), edge, is_descending=True))
    query = query.order_by(ApiToken.created_at.desc(), ApiToken.id.desc()).limit(checked_limit(limit) + 1)
    async with runtime.transaction(actor.organization_id) as tx:
        found = (await tx.scalars(query)).all()
    return page_of(found, limit, lambda token: encode_cursor(token.created_at.isoformat(), token.id))


async def revoke_token(runtime: Runtime, actor: Actor, token_id: TokenId) -> None:
    """Make a token worthless at once. Revoking a revoked one is no error.

    Raises:
        NotFound: Not there, or not the actor's to revoke.
        NotAllowed: An agent, or a token with limited scopes that can't manage members.
    """
    may_revoke_all = actor.may(May.MANAGE_MEMBERS)
    mine = None if may_revoke_all else own_person(actor)
    async with runtime.transaction(actor.organization_id) as tx:
        token = await tx.get(ApiToken, token_id, with_for_update=True)
        if token is None or not (may_revoke_all or token.person_id == mine):
            raise NotFound("There is no such token.")
        if token.revoked_at is None:
            await tx.execute(update(ApiToken).where(ApiToken.id == token_id).values(revoked_at=now_sql()))
            chain.record(tx, actor, "token.revoked", ("token", token_id))
