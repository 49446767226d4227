"""The audit as a table for spreadsheets, written while it is sent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC
from typing import Final

from signoff.kernel.people import Actor, May
from signoff.records.overview.audit_trail import AuditFilter, AuditLine, read_lines
from signoff.runtime import Runtime

MOST: Final = 100_000
"""Entries in one file; spreadsheets hold not many more."""

_AT_ONCE: Final = 500
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = (
    *("entry", "time", "who", "email", "ip", "via", "action", "subject_type", "subject_id", "post_id"),
    *("before", "after", "hash"),
)


def export_audit(runtime: Runtime, actor: Actor, wanted: AuditFilter) -> AsyncIterator[bytes]:
    """Give the entries as CSV, newest first; where there are more than `MOST`, the last line says so.

    Raises:
        NotAllowed: The role doesn't read the audit.
    """
    actor.need(May.READ_AUDIT)
    return _pieces(runtime, actor, wanted)


async def _pieces(runtime: Runtime, actor: Actor, wanted: AuditFilter) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _written([_COLUMNS])  # the mark by which spreadsheets know UTF-8
    before, left = None, MOST
    while left:
        # A transaction for each piece: a slow reader keeps none open.
        async with runtime.transaction(actor.organization_id) as tx:
            lines = await read_lines(tx, actor, wanted, before=before, limit=min(_AT_ONCE, left))
        if not lines:
            return
        yield _written(map(_row, lines))
        before, left = lines[-1].entry.seq, left - len(lines)
    yield _written([("There is more: export a shorter time.",)])


def _row(line: AuditLine) -> tuple[object, ...]:
    entry, personal = line.entry, line.personal
    return (
        entry.seq,
        entry.at.astimezone(UTC).isoformat(),
        line.who,
        personal.get("email", ""),
        personal.get("ip", ""),
        entry.via,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.post_id or "",
        _json(entry.before),
        _json(entry.after),
        entry.hash,
    )


def _json(detail: Mapping[str, object]) -> str:
    return json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else ""


def _written(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking for a formula what somebody typed as their name or reason."""
    return f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell
