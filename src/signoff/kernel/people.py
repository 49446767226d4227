"""Who acts, in which role, and what each role may do. The one permission table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from signoff.kernel.errors import NotAllowed
from signoff.kernel.ids import BrandId, OrganizationId, PersonId


class Role(StrEnum):
    """From the least to the most rights; each role may do what those before it may."""

    VIEWER = "viewer"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class May(StrEnum):
    """What a person can be allowed to do."""

    READ = "read"
    WRITE_POSTS = "write_posts"
    EDIT_ALL_POSTS = "edit_all_posts"
    DECIDE = "decide"
    SCHEDULE = "schedule"
    OPERATE = "operate"
    PAUSE = "pause"
    MANAGE_BRANDS = "manage_brands"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_MEMBERS = "manage_members"
    READ_AUDIT = "read_audit"
    MANAGE_OWNERS = "manage_owners"


LEAST_ROLE: Final[dict[May, Role]] = {
    May.READ: Role.VIEWER,
    May.WRITE_POSTS: Role.AUTHOR,  # their own; others' need EDIT_ALL_POSTS
    May.DECIDE: Role.REVIEWER,
    May.SCHEDULE: Role.PUBLISHER,
    May.OPERATE: Role.PUBLISHER,  # retry, cancel, settle, recover
    May.PAUSE: Role.PUBLISHER,
    May.EDIT_ALL_POSTS: Role.ADMIN,
    May.MANAGE_BRANDS: Role.ADMIN,
    May.MANAGE_CHANNELS: Role.ADMIN,
    May.MANAGE_MEMBERS: Role.ADMIN,
    May.READ_AUDIT: Role.ADMIN,
    May.MANAGE_OWNERS: Role.OWNER,
}

AGENTS_MAY: Final = frozenset({May.READ, May.WRITE_POSTS})
"""A token made for an agent may read, write and submit, whatever the role of the person behind it."""


class Via(StrEnum):
    """The door through which somebody came."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    WORKER = "worker"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts in one organization. Name, mail and IP never enter the audit chain itself."""

    organization_id: OrganizationId
    person_id: PersonId | None
    role: Role
    via: Via
    name: str = ""
    email: str = ""
    ip: str = ""
    is_agent: bool = False
    token: str = ""
    """The name of the token that was presented; empty for a session."""
    is_operator: bool = False
    """May act for the whole installation (global pause)."""
    scopes: frozenset[May] = field(default=frozenset(May))
    """What the token is limited to; a session has all."""
    brand_ids: tuple[BrandId, ...] | None = None
    """The only brands they see; None: all of the organization."""

    def may(self, what: May) -> bool:
        if self.is_agent and what not in AGENTS_MAY:
            return False
        return what in self.scopes and self.role.rank >= LEAST_ROLE[what].rank

    def need(self, what: May) -> None:
        """Raises NotAllowed unless the actor may do it."""
        if self.may(what):
            return
        if self.is_agent and what not in AGENTS_MAY:
            raise NotAllowed(
                "A token made for an agent may never do this.", next_step="Ask a person to do it."
            )
        least = LEAST_ROLE[what]
        if self.role.rank >= least.rank:
            raise NotAllowed(
                f"This token lacks the scope “{what}”.", next_step="Use a token with that scope."
            )
        raise NotAllowed(
            f"This needs the role {least} or above; yours is {self.role}.",
            next_step="Ask an admin of your organization.",
        )

    def need_person(self) -> PersonId:
        """Raises NotAllowed for agents and for Signoff itself: what is said or seen here is a person's."""
        if self.is_agent or self.person_id is None:
            raise NotAllowed("Only a person does this, not an agent.", next_step="Ask a person to do it.")
        return self.person_id


def worker_actor(organization_id: OrganizationId) -> Actor:
    """The worker, acting on behalf of nobody in particular."""
    return Actor(organization_id, None, Role.OWNER, Via.WORKER, name="Signoff")


def restore_actor(organization_id: OrganizationId) -> Actor:
    """The restoring of a backup, which takes nothing for granted that was open in it."""
    return Actor(organization_id, None, Role.OWNER, Via.RESTORE, name="Signoff")
