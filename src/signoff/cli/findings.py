"""What `signoff doctor` looks at. Each check says what it found and, where something is wrong, what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from signoff.cli.database import reached
from signoff.cli.in_force import unknown_settings
from signoff.db import migrate
from signoff.db.embedded.place import Memory
from signoff.db.partitions import last_month
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls
from signoff.kernel.clock import SystemClock
from signoff.kernel.errors import Problem
from signoff.media.space import free_bytes
from signoff.records.alerts.alarms import standing_alarms
from signoff.settings import Settings
from signoff.vault.keys import FILE_NAME
from signoff.watch.sight import Sight, Workers, look, sort_workers
from signoff.watch.troubles import is_stale

_MEGABYTE: Final = 1024 * 1024
_OTHERS_BITS: Final = 0o077
_ANSWER_WITHIN_S: Final = 5.0
_A_MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `bad` keeps Signoff from working, `note` should be known."""

    what: str
    level: Literal["ok", "note", "bad"]
    said: str
    next_step: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Look at everything, whatever is found on the way."""
    for name in unknown_settings():
        yield Finding("settings", "note", f"{name} is no setting of Signoff.", "Check how it is written.")
    yield _mode(settings)
    yield await _disk(settings)
    yield _key(settings)
    async for finding in _database(settings):
        yield finding
    yield await _mail(settings)
    yield _address(settings)
    yield await _serving(settings)
    yield _platforms(settings)


def _mode(settings: Settings) -> Finding:
    if not settings.is_development:
        return Finding("mode", "ok", "production")
    return Finding(
        "mode",
        "note",
        "development: a shifted clock and cookies over plain http are allowed.",
        "Leave SIGNOFF_ENVIRONMENT out where others work.",
    )


async def _disk(settings: Settings) -> Finding:
    free, reserve = await free_bytes(settings.data_dir), settings.disk_reserve_bytes
    said = f"{free // _MEGABYTE} MB are free for {settings.data_dir}."
    if free < reserve:
        return Finding(
            "disk", "bad", said, f"Publishing pauses below {reserve // _MEGABYTE} MB: free some space."
        )
    return Finding("disk", "ok", said)


def _key(settings: Settings) -> Finding:
    if settings.secret_key:
        return Finding("secret key", "ok", "from SIGNOFF_SECRET_KEY")
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        return Finding("secret key", "note", f"{path} is made on the first start.")
    if path.stat().st_mode & _OTHERS_BITS:
        return Finding(
            "secret key", "bad", f"Others on this machine can read {path}.", f"Run: chmod 600 {path}"
        )
    return Finding("secret key", "ok", f"in {path}; a backup without it can't read the stored credentials")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    kind = "PostgreSQL of SIGNOFF_DATABASE_URL" if settings.database_url else "embedded PostgreSQL"
    if not settings.database_url and Memory.recall(settings.data_dir) is None:
        yield Finding("database", "note", f"{kind}: it is made on the first start.")
        return
    try:
        async with reached(settings) as urls:
            version = await _ask(urls, "show server_version")
            yield Finding("database", "ok", f"{kind}, version {version}")
            yield Finding("roles", "ok", "the three roles are there, and none has too many rights")
            yield await _migrations(urls)
            if await migrate.current(urls):
                yield await _organizations(urls)
                if await migrate.current(urls) == migrate.head():
                    async for finding in _processes(urls, settings):
                        yield finding
                yield await _months(urls)
    except Problem as problem:
        yield Finding("database", "bad", f"{kind}: {problem.detail}", problem.next_step)
    except (SQLAlchemyError, OSError) as problem:
        reason = str(getattr(problem, "orig", None) or problem).strip()
        yield Finding(
            "database", "bad", f"{kind}: {reason}", "Check that it runs and can be reached from here."
        )


async def _migrations(urls: DatabaseUrls) -> Finding:
    at, needed = await migrate.current(urls), migrate.head()
    if at == needed:
        return Finding("migrations", "ok", f"up to date ({at})")
    said = f"The database is at {at or 'nothing'}, this code needs {needed}."
    return Finding("migrations", "note", said, "`signoff migrate` does it, and so does the next start.")


async def _organizations(urls: DatabaseUrls) -> Finding:
    count = int(await _ask(urls, "select count(*) from organizations"))
    if count == 0:
        return Finding(
            "organizations", "note", "none yet", "Run `signoff init --organization NAME --owner EMAIL`."
        )
    return Finding("organizations", "ok", str(count))


async def _processes(urls: DatabaseUrls, settings: Settings) -> AsyncIterator[Finding]:
    """Workers, the periodic jobs, and the alarms that stand."""
    database = Database(urls, clock=SystemClock(settings.clock_offset), app_pool=1, worker_pool=1)
    try:
        async with database.worker_transaction() as tx:
            seen, alarms = await look(tx), await standing_alarms(tx)
    finally:
        await database.close()
    yield _workers(sort_workers(seen.workers, seen.now, settings.silent_after))
    yield _jobs(seen)
    for alarm in alarms:
        yield Finding("alarm", "bad", f"{alarm.title}. {alarm.cause}", alarm.next_step)


def _workers(workers: Workers) -> Finding:
    gone = ", ".join(
        f"{one.host} (process {one.pid}, since {one.seen_at:%H:%M} UTC)" for one in workers.missing
    )
    if not workers.alive:
        said = "No worker runs: nothing is published." + (f" Silent: {gone}." if gone else "")
        return Finding("workers", "note", said, "Run `signoff serve` or `worker`.")
    if gone:
        return Finding(
            "workers",
            "bad",
            f"{len(workers.alive)} at work; silent: {gone}",
            "Look at the log there, start it again.",
        )
    return Finding("workers", "ok", f"{len(workers.alive)} at work")


def _jobs(seen: Sight) -> Finding:
    off = ", ".join(f"{job.name} ({job.disabled_why})" for job in seen.jobs if job.disabled_at)
    stale = ", ".join(job.name for job in seen.jobs if is_stale(job, seen.now))
    failing = ", ".join(
        f"{job.name} ({job.summary})" for job in seen.jobs if job.failures and not job.disabled_at
    )
    said = [
        f"{word}: {names}"
        for word, names in (("switched off", off), ("not run for long", stale), ("failed", failing))
        if names
    ]
    if not said:
        return Finding("periodic jobs", "ok", f"{len(seen.jobs)} on the timetable")
    return Finding(
        "periodic jobs", "note", "; ".join(said), "Run `signoff jobs list` and `signoff jobs log`."
    )


async def _months(urls: DatabaseUrls) -> Finding:
    until = await last_month(urls)
    said = f"attempts have their tables until {until:%Y-%m-%d}"
    if until - datetime.now(UTC) > _A_MONTH:
        return Finding("months", "ok", said)
    advice = "A worker makes them every night: look for keep_months in its log. Until then nothing is lost."
    return Finding("months", "bad", f"{said}: those of the next months are missing.", advice)


async def _ask(urls: DatabaseUrls, statement: str) -> str:
    engine = create_async_engine(urls.worker)
    try:
        async with engine.connect() as connection:
            return str(await connection.scalar(text(statement)))
    finally:
        await engine.dispose()


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding(
            "mail",
            "note",
            "No mail server: alerts stay on the page, and links are handed over by hand.",
            "Set SIGNOFF_SMTP_URL and SIGNOFF_MAIL_FROM.",
        )
    from aiosmtplib import SMTP, SMTPException

    from signoff.alerts.server import MailServer

    try:
        server = MailServer.parse(settings.smtp_url.get_secret_value())
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.is_tls,
            start_tls=server.starttls,
            timeout=_ANSWER_WITHIN_S,
        )
        async with smtp:
            await smtp.noop()
    except (SMTPException, OSError, ValueError) as problem:
        return Finding("mail", "bad", f"The mail server can't be used: {problem}", "Check SIGNOFF_SMTP_URL.")
    return Finding("mail", "ok", f"{server.host}:{server.port} takes mail from {settings.mail_from}")


def _address(settings: Settings) -> Finding:
    parts = urlsplit(settings.address)
    if parts.scheme == "https":
        return Finding("public address", "ok", settings.address)
    return Finding(
        "public address",
        "note",
        f"{settings.address}: platforms that fetch pictures, such as Instagram, need a public https address.",
        "Set SIGNOFF_PUBLIC_URL when you connect one of them.",
    )


async def _serving(settings: Settings) -> Finding:
    from signoff.http.client import Http
    from signoff.http.errors import AnswerLost, NotSent

    http = Http()
    try:
        reply = await http.request(
            "GET", f"{settings.address}/healthz", guarded=False, timeout_s=_ANSWER_WITHIN_S
        )
    except (NotSent, AnswerLost):
        return Finding("pages", "note", f"Nobody answers at {settings.address}.", "Run `signoff serve`.")
    finally:
        await http.close()
    if reply.status != 200:  # noqa: PLR2004 - HTTP's word for yes
        return Finding(
            "pages", "bad", f"{settings.address}/healthz answers {reply.status}.", "Look at the log."
        )
    return Finding("pages", "ok", f"answer at {settings.address}")


def _platforms(settings: Settings) -> Finding:
    said = f"Graph API {settings.graph_version} at {settings.graph_url}"
    if not settings.talks_to_stand_ins:
        return Finding("platforms", "ok", said)
    level: Literal["note", "bad"] = "note" if settings.is_development else "bad"
    return Finding(
        "platforms",
        level,
        f"{said}: a stand-in. Nothing that goes there is public.",
        "Unset SIGNOFF_GRAPH_URL.",
    )
