"""signoff backup, signoff restore: one file with everything but the secret key, and its way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import run_stoppable
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import say, show_facts, show_json, warn
from signoff.cli.wiring import load_settings, opened, said_by_use_cases

if TYPE_CHECKING:
    from signoff.backup.make import Backup
    from signoff.backup.restore import Opened
    from signoff.settings import Settings

_PANEL: Final = "On this machine"
_MEGABYTE: Final = 1024 * 1024

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    for command in (backup, restore):
        root.command(rich_help_panel=_PANEL)(command)


def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="The file to write; default: a new one in the data folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write tables, pictures and exported pages into one file, beside whatever runs.

    Stored credentials stay encrypted in it. The secret key isn't inside: keep a copy of it elsewhere.
    """

    async def work() -> None:
        from signoff.backup.installation import Installation
        from signoff.backup.make import make_backup, name_now
        from signoff.cli.database import reached

        settings = load_settings()
        _need_database(settings)
        with said_by_use_cases():
            async with reached(settings) as urls:
                installation = Installation.of(settings, urls, _key_ids(settings))
                target = (to or installation.backups / name_now("signoff")).absolute()
                _need_new(target)
                made = await make_backup(installation, target)
        _tell_made(made, settings, as_json=as_json)

    run_stoppable(work(), as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, from `signoff backup`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    without_key: Annotated[
        bool,
        typer.Option("--without-key", help="Go on without the key: every channel must be connected again."),
    ] = False,
) -> None:
    """Replace everything by a backup. Signoff must not be running; afterwards publishing is paused.

    What was open in the backup may have gone out since: workers look for each of these deliveries on its
    platform before anything is published. Look through them, then resume.
    """

    async def work() -> None:
        from signoff.backup.installation import Installation
        from signoff.backup.restore import opened_backup, restore_backup
        from signoff.cli.database import reached
        from signoff.records.deliveries.restored import doubt_what_was_open

        settings = load_settings()
        with said_by_use_cases(), opened_backup(file) as found:
            if not without_key:
                _need_key(settings, found)
            confirm(_question(settings, found), is_sure=yes)
            async with reached(settings, alone=True) as urls:
                await restore_backup(Installation.of(settings, urls, _key_ids(settings)), found)
        async with opened() as runtime:
            doubted = await doubt_what_was_open(runtime)
        say(f"The backup of {found.made_at:%Y-%m-%d %H:%M} UTC is restored. Publishing is paused.")
        say(f"{doubted} deliveries were open in it. Start Signoff: each is looked for on its platform.")
        say("Look through the deliveries and alerts, then resume. Everybody signs in again.")

    run_stoppable(work())


def _need_database(settings: Settings) -> None:
    """A backup isn't what should make a database."""
    from signoff.db.embedded.place import Memory

    if settings.database_url is None and Memory.recall(settings.data_dir) is None:
        raise StoppedError(
            Exit.REFUSED,
            f"There is no database in {settings.data_dir}.",
            next_step="Check SIGNOFF_DATA_DIR and SIGNOFF_DATABASE_URL.",
        )


def _need_new(target: Path) -> None:
    if target.exists():
        raise StoppedError(Exit.REFUSED, f"{target} is there already.", next_step="Name another file.")


def _key_ids(settings: Settings) -> tuple[str, ...]:
    from signoff.vault import Vault
    from signoff.vault.keys import load_keys

    return Vault(load_keys(settings.secret_key, settings.data_dir)).key_ids


def _key_place(settings: Settings) -> str:
    from signoff.vault.keys import FILE_NAME

    return "SIGNOFF_SECRET_KEY" if settings.secret_key else str(settings.data_dir / FILE_NAME)


def _need_key(settings: Settings, found: Opened) -> None:
    from signoff.vault.keys import FILE_NAME

    has_key = settings.secret_key or (settings.data_dir / FILE_NAME).exists()
    if not has_key or found.key_ids[0] not in _key_ids(settings):
        raise StoppedError(
            Exit.REFUSED,
            f"The backup's credentials are sealed with the key {found.key_ids[0]}, which isn't here.",
            next_step=f"Bring that installation's key to {_key_place(settings)}, or give --without-key and "
            "connect every channel again.",
        )


def _question(settings: Settings, found: Opened) -> str:
    place = "the database of SIGNOFF_DATABASE_URL" if settings.database_url else str(settings.data_dir)
    return (
        f"Replace everything in {place} by the backup of {found.made_at:%Y-%m-%d %H:%M} UTC? "
        "What was written, decided or published after that will not be on record."
    )


def _tell_made(made: Backup, settings: Settings, *, as_json: bool) -> None:
    key = _key_place(settings)
    if as_json:
        facts = {"file": str(made.path), "made_at": made.made_at.isoformat(), "bytes": made.size_bytes}
        show_json(facts | {"pictures": made.pictures, "missing": list(made.missing), "key": key})
        return
    size = f"{made.size_bytes / _MEGABYTE:.1f} MB, {made.pictures} pictures"
    show_facts({"backup": made.path, "holds": size})
    say(f"The secret key is not inside. It is in {key}: keep a copy elsewhere, without it the stored")
    say("credentials can't be read.")
    if made.missing:
        warn(f"{len(made.missing)} pictures are gone or were altered on disk, and are not inside:")
        warn("\n".join(made.missing))
