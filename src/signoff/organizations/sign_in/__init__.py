"""The ways in: password, one-time link, session, token; each ends with an actor in one organization."""

from __future__ import annotations

from signoff.organizations.sign_in.by_link import LinkInfo, peek_link, use_link
from signoff.organizations.sign_in.by_password import sign_in
from signoff.organizations.sign_in.by_token import token_actor
from signoff.organizations.sign_in.opened import SignedIn
from signoff.organizations.sign_in.passwords import request_reset, set_password
from signoff.organizations.sign_in.sessions import (
    Signed,
    list_sessions,
    revoke_session,
    session_actor,
    sign_out,
    switch_organization,
)

__all__ = [
    "LinkInfo",
    "Signed",
    "SignedIn",
    "list_sessions",
    "peek_link",
    "request_reset",
    "revoke_session",
    "session_actor",
    "set_password",
    "sign_in",
    "sign_out",
    "switch_organization",
    "token_actor",
    "use_link",
]
