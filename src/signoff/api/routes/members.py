"""Who belongs to the organization."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.people import InvitedOut, MemberIn, MemberOut, RoleIn
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId
from signoff.organizations import members, membership
from signoff.organizations.invite import invite_member

router = new_router("/members", "People", NotFound)


def _brands(given: Sequence[UUID] | None) -> list[BrandId] | None:
    return None if given is None else [BrandId(each) for each in given]


@router.get("", summary="List members")
async def list_members(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[MemberOut]:
    """Give who belongs to the organization, in the order in which they came."""
    page = await members.page_of_members(runtime, actor, cursor=cursor, limit=limit)
    return PageOut(
        items=[MemberOut.model_validate(member) for member in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "", status_code=status.HTTP_201_CREATED, summary="Invite somebody", responses=problems(WrongState)
)
async def invite(body: MemberIn, actor: CurrentActor, runtime: CurrentRuntime) -> InvitedOut:
    """Add a member, or invite one again who never arrived. A link is mailed where mail is configured.

    Whoever has an account elsewhere is a member once they accepted; their link is mailed and not shown.
    """
    invited = await invite_member(runtime, actor, body.email, body.role, body.name, _brands(body.brands))
    return InvitedOut(
        member=MemberOut.model_validate(invited.member), link=invited.link, is_mailed=invited.is_mailed
    )


@router.patch(
    "/{member_id}", summary="Change a role", responses=problems(WrongState, VersionChanged, VersionMissing)
)
async def change_role(
    member_id: UUID,
    body: RoleIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> MemberOut:
    """Give a member another role, or other brands to see; it counts from their next request on."""
    member = None
    if body.role is not None:
        member = await membership.change_role(runtime, actor, member_id, body.role, version)
    if member is None or "brands" in body.model_fields_set:
        based_on = member.version if member else version
        member = await membership.change_brands(runtime, actor, member_id, _brands(body.brands), based_on)
    tag(response, member.version)
    return MemberOut.model_validate(member)


@router.delete(
    "/{member_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="End a membership",
    responses=problems(WrongState),
)
async def remove_member(member_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    """Remove a member; their sessions and tokens here stop working at once. Anybody may leave."""
    await membership.remove_member(runtime, actor, member_id)
