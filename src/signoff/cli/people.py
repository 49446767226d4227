"""signoff members and whoami: who belongs here."""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command, run_stoppable
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_facts, show_json, show_table
from signoff.cli.wiring import opened

members = typer.Typer(name="members", help="Who belongs to the organization.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="Their mail address.")]
Role = Annotated[str, typer.Argument(help="viewer, author, reviewer, publisher, admin or owner.")]


Brands = Annotated[
    list[str],
    typer.Option("--brand", help="The only brands they see, ids; may be repeated.", show_default=False),
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(members)
    api_command(root, "whoami")(whoami)


async def whoami(desk: Desk) -> None:
    """Tell whom the token speaks for, and what it may do."""
    me = await desk.api.get("/me")
    if desk.as_json:
        show_json(me)
        return
    show_facts(
        {
            "name": me["name"],
            "mail": me["email"],
            "role": me["role"],
            "may": ", ".join(me["may"]),
            "agent": "yes: may never approve or publish" if me["is_agent"] else "",
        }
    )


@api_command(members, "list")
async def list_members(desk: Desk, limit: Most = USUAL_MOST) -> None:
    """List members."""
    found = await desk.api.all("/members", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            one["email"],
            one["name"],
            one["role"],
            "all" if one["brand_ids"] is None else f"{len(one['brand_ids'])} only",
            "invited" if one["is_pending"] else "",
            local_time(one["since"]),
        )
        for one in found
    ]
    show_table(("Mail", "Name", "Role", "Brands", "", "Since"), rows)


@api_command(members, "invite")
async def invite(
    desk: Desk,
    *,
    email: Email,
    role: Role,
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    brand: Brands = [],  # noqa: B006 - typer gives a fresh one
) -> None:
    """Invite somebody; prints the link that they open, unless they have an account already."""
    invited = await desk.api.post(
        "/members", {"email": email, "role": role, "name": name, "brands": brand or None}
    )
    if desk.as_json:
        show_json(invited)
    elif invited["link"]:
        say(invited["link"])
    elif invited["is_mailed"]:
        say("They have an account already. The link is in their mail.")
    else:
        say("They have an account already, and no mail was sent: see `signoff members link`.")


@members.command("link")
def operators_link(
    email: Email,
    organization: Annotated[
        UUID | None, typer.Option(help="Whose invitation: an id, if several invited.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """On this machine: print the link with which an invited person accepts, where no mail can be sent.

    Hand it only to the one whom the address belongs to: it lets in whoever opens it.
    """

    async def work() -> None:
        from signoff.kernel.ids import OrganizationId
        from signoff.organizations import invite

        async with opened() as runtime:
            home = OrganizationId(organization) if organization else None
            link = await invite.operators_link(runtime, email, home)
        show_json({"link": link}) if as_json else say(link)

    run_stoppable(work(), as_json=as_json)


async def _membership(desk: Desk, email: str) -> dict[str, str]:
    for one in await desk.api.all("/members", sys.maxsize):
        if one["email"] == email.strip().lower():
            return {"id": one["id"], "etag": f'"{one["version"]}"'}
    raise StoppedError(Exit.REFUSED, f"{email} isn't a member.", next_step="List the members.")


@api_command(members, "role")
async def change_role(desk: Desk, email: Email, role: Role) -> None:
    """Give a member another role."""
    member = await _membership(desk, email)
    changed = await desk.api.change("PATCH", f"/members/{member['id']}", member["etag"], {"role": role})
    show_json(changed) if desk.as_json else say(f"{changed['email']} is {changed['role']} now.")


@api_command(members, "brands")
async def change_brands(
    desk: Desk,
    *,
    email: Email,
    brand: Brands = [],  # noqa: B006
    all_brands: Annotated[bool, typer.Option("--all", help="No limit any more.")] = False,
) -> None:
    """Limit a member to some brands, or let them see all; it counts from their next request on."""
    if bool(brand) is all_brands:
        raise StoppedError(Exit.USAGE, "Say which brands: one or more --brand, or --all.")
    member = await _membership(desk, email)
    body = {"brands": None if all_brands else brand}
    changed = await desk.api.change("PATCH", f"/members/{member['id']}", member["etag"], body)
    sees = "all brands" if all_brands else f"{len(brand)} {'brand' if len(brand) == 1 else 'brands'} only"
    show_json(changed) if desk.as_json else say(f"{changed['email']} sees {sees} now.")


@api_command(members, "remove")
async def remove(
    desk: Desk, email: Email, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
) -> None:
    """End a membership; their sessions and tokens here stop working at once."""
    member = await _membership(desk, email)
    confirm(f"Remove {email}?", is_sure=yes)
    await desk.api.change("DELETE", f"/members/{member['id']}")
    if not desk.as_json:
        say("Removed.")
