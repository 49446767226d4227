"""Tokens: made from a login or another token, inspected, and the accounts behind them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, invalid
from signoff.sandbox.graph.facebook.page import known, linked_instagram
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.listing import paged
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import living_token
from signoff.sandbox.records import Account, Holder, Platform, Token
from signoff.sandbox.seeds import DATA_ACCESS_LIFE, PERSON_NAME, USER_TOKEN_LIFE
from signoff.sandbox.state import World

SHORT_LIFE: Final = timedelta(minutes=90)
TASKS: Final = ("ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE")


def exchange(world: World, call: Call) -> Answer:
    """GET /oauth/access_token: a login's code, or a living user token, for a user token."""
    if (call.text("client_id"), call.text("client_secret")) != _app(world):
        raise GraphError(101, message="Error validating application. Wrong client id or secret.")
    if call.text("grant_type") == "fb_exchange_token":
        old = living_token(world, _with_token(call, call.text("fb_exchange_token")))
        return _user_token(world, call.at, old.user_id, old.scopes, USER_TOKEN_LIFE)
    code = world.codes.remove(call.text("code"))
    if not code:
        raise invalid("This authorization code is unknown or has been used.")
    return _user_token(world, call.at, code.user_id, code.scopes, SHORT_LIFE)


def debug_token(world: World, call: Call) -> Answer:
    """GET /debug_token, with the app's own token or any living one."""
    if call.token != "|".join(_app(world)):
        living_token(world, call)
    token = world.tokens.get(call.text("input_token"))
    if not token:
        return {"data": {"is_valid": False, "scopes": [], "error": _short(GraphError(190))}}
    return {"data": _inspected(world, call, token)}


def me(world: World, call: Call) -> Answer:
    """GET /me: the person, or the account that the token stands for."""
    token = living_token(world, call)
    account = world.accounts.get(token.account_ids[0]) if token.account_ids else None
    if not account:
        return pick("User", {"id": token.user_id, "name": PERSON_NAME}, call.text("fields"), "name")
    usual = "name" if account.platform is Platform.FACEBOOK else "username"
    return pick("Account", known(world, call, account), call.text("fields"), usual)


def accounts(world: World, call: Call) -> Answer:
    """GET /me/accounts: the person's Pages, each with its own token."""
    token = living_token(world, call)
    if token.holder is Holder.PAGE:
        raise invalid("Tried accessing nonexisting field (accounts) on node type (Page)")
    pages = [one for one in world.accounts.values() if one.platform is Platform.FACEBOOK]
    usual = "access_token,category,name,tasks"
    rows = []
    for page in pages:
        extra = {"access_token": _page_token(world, call, page, token), "tasks": list(TASKS)}
        rows.append((page.id, pick("Page", known(world, call, page) | extra, call.text("fields"), usual)))
    return paged(call, rows, "me/accounts")


def permissions(world: World, call: Call) -> Answer:
    """GET /me/permissions: for a person's token only."""
    token = living_token(world, call)
    if token.holder is Holder.PAGE:
        raise invalid("Tried accessing nonexisting field (permissions) on node type (Page)")
    return {"data": [{"permission": scope, "status": "granted"} for scope in token.scopes]}


def _app(world: World) -> tuple[str, str]:
    return world.settings.app_id, world.settings.app_secret


def _with_token(call: Call, token: str) -> Call:
    return Call(call.method, call.path, call.params, token, call.at, call.base_url)


def _user_token(world: World, at: datetime, user_id: str, scopes: tuple[str, ...], life: timedelta) -> Answer:
    text = f"sandbox-user-{world.next_number()}"
    expires_at, data_until = at + life, at + DATA_ACCESS_LIFE
    world.tokens.put(text, Token(text, Holder.USER, user_id, (), scopes, at, expires_at, data_until))
    return {"access_token": text, "token_type": "bearer", "expires_in": int(life.total_seconds())}


def _page_token(world: World, call: Call, page: Account, behind: Token) -> str:
    """Give the token that this person has for the Page; it is good for its Instagram account, too."""
    text = f"sandbox-page-{page.id}-{behind.token}"
    if not world.tokens.get(text):
        ids = (page.id, *(one.id for one in linked_instagram(world, page)))
        data_until = call.at + DATA_ACCESS_LIFE
        world.tokens.put(
            text, Token(text, Holder.PAGE, behind.user_id, ids, behind.scopes, call.at, None, data_until)
        )
    return text


def _inspected(world: World, call: Call, token: Token) -> Answer:
    found: Answer = {
        "app_id": world.settings.app_id,
        "type": token.holder.value,
        "application": "Signoff sandbox",
        "is_valid": True,
        "expires_at": int(token.expires_at.timestamp()) if token.expires_at else 0,
        "data_access_expires_at": _seconds(token.data_access_expires_at),
        "issued_at": _seconds(token.issued_at),
        "scopes": list(token.scopes),
        "granular_scopes": [
            {"scope": scope, "target_ids": list(token.account_ids)} for scope in token.scopes
        ],
        "user_id": token.user_id,
    }
    if token.account_ids:
        found["profile_id"] = token.account_ids[0]
    try:
        living_token(world, _with_token(call, token.token))
    except GraphError as dead:
        return found | {"is_valid": False, "error": _short(dead)}
    return found


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0


def _short(error: GraphError) -> Answer:
    return {"code": error.code, "message": str(error), "subcode": error.subcode}
