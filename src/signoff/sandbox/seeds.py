"""Accounts that exist from the start, and what a token may do unless somebody says otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from signoff.sandbox.records import Account, Holder, Login, Platform, Token
from signoff.sandbox.settings import AccountSeed
from signoff.sandbox.state import World

PERSON: Final = "122093000000000001"
"""The one person who manages all accounts of the sandbox."""
PERSON_NAME: Final = "Sandbox Person"
PERSON_TOKEN: Final = "sandbox-user-token"  # noqa: S105 - a stand-in's, known to everybody
USER_TOKEN_LIFE: Final = timedelta(days=60)
DATA_ACCESS_LIFE: Final = timedelta(days=90)

SCOPES: Final = {
    Platform.INSTAGRAM: (
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_insights",
        "instagram_manage_comments",
        "instagram_manage_contents",
        "pages_read_engagement",
        "pages_show_list",
    ),
    Platform.FACEBOOK: (
        "pages_show_list",
        "pages_manage_posts",
        "pages_read_engagement",
        "pages_manage_engagement",
        "pages_read_user_content",
        "read_insights",
    ),
}
ALL_SCOPES: Final = tuple(sorted({scope for scopes in SCOPES.values() for scope in scopes}))
INSTAGRAM_LOGIN_SCOPES: Final = (
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_insights",
    "instagram_business_manage_comments",
)


def seed(world: World) -> None:
    """Add the accounts of the settings that aren't there yet, and the person who manages them."""
    for wanted in world.settings.accounts:
        if not world.accounts.get(wanted.id):
            add_account(world, wanted)
    if not world.tokens.get(PERSON_TOKEN):
        world.tokens.put(
            PERSON_TOKEN,
            Token(
                PERSON_TOKEN,
                Holder.USER,
                PERSON,
                (),
                ALL_SCOPES,
                issued_at=world.now(),
                expires_at=world.now() + USER_TOKEN_LIFE,
                data_access_expires_at=world.now() + DATA_ACCESS_LIFE,
            ),
        )


def add_account(world: World, wanted: AccountSeed) -> Account:
    """Add an account, or change it; its posts stay. Its token works from now on, with every permission."""
    account = Account(wanted.id, wanted.platform, wanted.name, wanted.username, wanted.page_id)
    world.accounts.put(account.id, account)
    world.tokens.put(wanted.token, full_token(world, account, wanted.token))
    return account


def full_token(world: World, account: Account, text: str, login: Login = Login.FACEBOOK) -> Token:
    """Make a token that doesn't expire and may do everything, as a Page token taken from a user token."""
    scopes = INSTAGRAM_LOGIN_SCOPES if login is Login.INSTAGRAM else SCOPES[account.platform]
    return Token(
        text,
        Holder.PAGE,
        PERSON,
        (account.id,),
        scopes,
        issued_at=world.now(),
        data_access_expires_at=world.now() + DATA_ACCESS_LIFE,
        login=login,
    )
