"""What an operator does on the machine itself: found, migrate, rotate keys, check the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command, run_stoppable
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_facts, show_json, show_table
from signoff.cli.wiring import opened

if TYPE_CHECKING:
    from signoff.runtime import Runtime

_PANEL: Final = "On this machine"

token = typer.Typer(name="token", help="Keys for scripts and agents.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="The keys that stored secrets are sealed with.", no_args_is_help=True)
audit = typer.Typer(name="audit", help="Who did what and when.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command("init", rich_help_panel=_PANEL)(init)
    root.command("migrate", rich_help_panel=_PANEL)(migrate)
    for group in (token, keys, audit):
        root.add_typer(group, rich_help_panel=_PANEL)


def init(
    organization: Annotated[str, typer.Option(help="The organization's name.")],
    owner: Annotated[str, typer.Option(help="The owner's mail address.")],
    name: Annotated[str, typer.Option(help="The owner's name.")] = "",
    as_json: Json = False,
) -> None:
    """Found an organization, or find it; prints a one-time link with which its owner signs in."""

    async def work() -> None:
        from signoff.organizations.found import found_organization

        async with opened() as runtime:
            founded = await found_organization(runtime, organization, owner, name)
        if as_json:
            said = {"organization_id": str(founded.organization_id), "person_id": str(founded.person_id)}
            show_json(said | {"link": founded.link, "is_new": founded.is_new})
            return
        say(f"“{organization}” {'is founded' if founded.is_new else 'was there already'}.")
        say("Sign in once within 24 hours at:")
        say(founded.link)

    run_stoppable(work(), as_json=as_json)


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only tell; exit status 1 if there is something to do.")
    ] = False,
) -> None:
    """Bring the database to the version that this code needs."""

    async def work() -> None:
        from signoff.cli.database import reached
        from signoff.cli.wiring import load_settings, said_by_use_cases
        from signoff.db import migrate as migrations

        with said_by_use_cases():
            async with reached(load_settings()) as urls:
                before = await migrations.current(urls)
                if check and before != migrations.head():
                    raise StoppedError(
                        Exit.REFUSED,
                        f"The database is at {before or 'nothing'}, this code needs {migrations.head()}.",
                        next_step="Run `signoff migrate`.",
                    )
                if not check:
                    await migrations.upgrade(urls)
                after = await migrations.current(urls)
        say(
            "The database is up to date."
            if before == after
            else f"Migrated from {before or 'nothing'} to {after}."
        )

    run_stoppable(work())


@token.command("create")
def create_token(
    *,
    owner: Annotated[str, typer.Option(help="Whom the token speaks for: a mail address.")],
    scopes: Annotated[
        list[str],
        typer.Option(help="What it may do, such as read,write_posts; default: all.", show_default=False),
    ] = [],  # noqa: B006 - typer gives a fresh one
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it lasts.")] = 90,
    agent: Annotated[
        bool, typer.Option("--agent", help="For an agent: it may never approve or publish.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a token; prints it this once."""

    async def work() -> None:
        from signoff.kernel.people import AGENTS_MAY, May
        from signoff.organizations.tokens import create_token_for

        chosen = [scope for one in scopes for scope in one.replace(",", " ").split()]
        wanted = chosen or [may.value for may in May if not agent or may in AGENTS_MAY]
        async with opened() as runtime:
            made, text = await create_token_for(
                runtime,
                owner,
                wanted,
                name=name,
                expires_in=timedelta(days=days),
                is_agent=agent,
            )
        if as_json:
            show_json({"id": str(made.id), "token": text, "expires_at": made.expires_at.isoformat()})
        else:
            say(text)

    run_stoppable(work(), as_json=as_json)


@api_command(token, "list")
async def list_tokens(desk: Desk, limit: Most = USUAL_MOST) -> None:
    """List one's own tokens, newest first; those who manage members see everybody's."""
    found = await desk.api.all("/tokens", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            one["id"],
            one["name"],
            ", ".join(one["scopes"]),
            "revoked" if one["revoked_at"] else f"until {local_time(one['expires_at'])}",
            local_time(one["used_at"]) or "never",
        )
        for one in found
    ]
    show_table(("Id", "Name", "Scopes", "Valid", "Last used"), rows, empty="There are no tokens.")


@api_command(token, "revoke")
async def revoke_token(
    desk: Desk, token_id: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id.")]
) -> None:
    """Make a token worthless at once."""
    await desk.api.change("DELETE", f"/tokens/{token_id}")
    if not desk.as_json:
        say("Revoked.")


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the keys in force, newest first, by a fingerprint that says nothing about them."""

    async def work() -> None:
        async with opened() as runtime:
            ids = runtime.vault.key_ids
            source = "SIGNOFF_SECRET_KEY" if runtime.settings.secret_key else _key_file(runtime)
        if as_json:
            show_json({"keys": list(ids), "source": source})
            return
        show_facts({"source": source, "keys": "\n".join(ids)})

    run_stoppable(work(), as_json=as_json)


def _key_file(runtime: Runtime) -> str:
    from signoff.vault.keys import FILE_NAME

    return str(runtime.settings.data_dir / FILE_NAME)


@keys.command("rotate")
def rotate_keys(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: Json = False,
) -> None:
    """Seal all stored secrets again with the newest key.

    To bring in a new key: put it in front of the others in SIGNOFF_SECRET_KEY or in the key file, one a line;
    restart every process; then run this. After that the older keys open nothing any more but old backups.
    """

    async def work() -> None:
        from signoff.organizations.rotate import rotate_secrets

        async with opened() as runtime:
            newest = runtime.vault.key_ids[0]
            confirm(f"Was every process restarted since key {newest} was put in front?", is_sure=yes)
            rotated = await rotate_secrets(runtime)
        if as_json:
            show_json(
                {"key": newest, "sealed": rotated.sealed, "locked": [str(one) for one in rotated.locked]}
            )
        else:
            say(f"{rotated.sealed} secrets are sealed with key {newest}.")
        if rotated.locked:
            ids = ", ".join(str(one) for one in rotated.locked)
            raise StoppedError(
                Exit.REFUSED,
                f"The credentials of these channels open with none of the keys: {ids}.",
                next_step="Add the key they were sealed with, or reconnect the channels.",
            )

    run_stoppable(work(), as_json=as_json)


@audit.command("verify")
def verify_audit(as_json: Json = False) -> None:
    """Check that no entry of any organization's audit was edited, removed or reordered."""

    async def work() -> None:
        from sqlalchemy import select

        from signoff.audit import chain
        from signoff.records.tenants import Organization

        async with opened() as runtime, runtime.worker_transaction() as tx:
            organizations = (await tx.execute(select(Organization.id, Organization.name))).all()
            found = [(name, await chain.verify(tx, one)) for one, name in organizations]
        if as_json:
            names = ("ok", "entries", "first_bad", "reason")
            show_json([{"organization": n} | {name: getattr(v, name) for name in names} for n, v in found])
        else:
            rows = [(n, v.entries, "whole" if v.ok else f"entry {v.first_bad}: {v.reason}") for n, v in found]
            show_table(("Organization", "Entries", "Chain"), rows)
        if not all(verification.ok for _, verification in found):
            raise StoppedError(
                Exit.REFUSED,
                "The audit isn't whole.",
                next_step="Compare with a backup; somebody wrote to the database past Signoff.",
            )

    run_stoppable(work(), as_json=as_json)


@api_command(audit, "list")
async def list_audit(
    desk: Desk,
    action: Annotated[str, typer.Option(help="Such as post.approve; post. for all that begin so.")] = "",
    post: Annotated[str, typer.Option(help="A post's id.")] = "",
    subject: Annotated[str, typer.Option(help="The id of what was changed.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List the audit of one's organization, newest first."""
    found = await desk.api.all("/audit", limit, action=action, post=post, subject=subject)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["seq"], local_time(one["at"]), one["action"], one["who"], one["via"], one["subject_id"])
        for one in found
    ]
    show_table(("No.", "When", "What", "Who", "Through", "Id"), rows, empty="There are no such entries.")
