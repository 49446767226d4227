"""What a backup says about itself, and the names that its members may have.

A checksum shows that a backup is whole, not who made it. So nothing that it says is taken for a path, or for
a fact, before it was looked at here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from signoff.kernel.errors import Invalid

FORMAT: Final = 1

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_UNFIT: Final = re.compile(r"[\\\x00-\x1f\x7f]")
_PART_BYTES: Final = 255
_PATH_BYTES: Final = 1024


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Words = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern="^[a-z_][a-z0-9_]*$")]


class BadBackup(Invalid):
    """The file isn't a backup, is damaged, or is of a newer Signoff. Nothing was touched."""

    type = "bad-backup"
    title = "This backup can't be used"


class Member(BaseModel):
    """One file of the backup."""

    sha256: Annotated[str, Field(pattern=f"^{_DIGEST.pattern}$")]


class Manifest(BaseModel):
    """What a restore relies on."""

    signoff: str
    made_at: Annotated[AwareDatetime, AfterValidator(_in_utc)]
    revision: Words
    key_ids: Annotated[tuple[Words, ...], Field(min_length=1)]
    pictures: int
    tables: dict[Name, list[Name]]
    sequences: dict[Name, int]
    files: dict[str, Member]


def parse_manifest(content: bytes) -> Manifest:
    """Read a manifest, and check that every member lies where a backup has such members.

    Raises:
        BadBackup: It is of a newer Signoff, lacks something, or names a member that doesn't belong there.
    """
    try:
        facts = json.loads(content)
        if isinstance(facts, dict) and facts.get("format") != FORMAT:
            raise BadBackup("It was made by a newer Signoff.", next_step="Restore it with that one.")
        manifest = Manifest.model_validate(facts)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _unusable(f"The backup's manifest is wrong at “{place}”: {first['msg']}.") from problem
    except (ValueError, OverflowError, RecursionError) as problem:
        raise _unusable(f"The backup's manifest can't be read: {problem}.") from problem
    _check_names(manifest)
    return manifest


def _check_names(manifest: Manifest) -> None:
    tables = {f"database/{name}" for name in manifest.tables}
    if lacking := sorted(tables - manifest.files.keys()):
        raise _unusable(f"The backup lacks {lacking[0]}.")
    pages = []
    for name, member in manifest.files.items():
        folder, _, inside = name.partition("/")
        if folder == "media" and _is_picture(inside, member):
            continue
        if folder == "exports" and _is_safe(inside):
            pages.append(name)
        elif name not in tables:
            raise _unusable(f"The backup holds a file that doesn't belong there: {name!r}.")
    _check_folders(pages)


def _is_picture(inside: str, member: Member) -> bool:
    """A picture is named after its content, which is compared with the same digest."""
    return bool(_DIGEST.fullmatch(inside)) and inside == member.sha256


def _is_safe(path: str) -> bool:
    """Whether a path stays below its folder on every system, and isn't hidden there."""
    return (
        not _UNFIT.search(path)
        and len(_encoded(path)) <= _PATH_BYTES
        and all(_is_safe_part(part) for part in path.split("/"))
    )


def _is_safe_part(part: str) -> bool:
    return bool(part) and not part.startswith(".") and len(_encoded(part)) <= _PART_BYTES


def _encoded(path: str) -> bytes:
    return path.encode(errors="surrogatepass")


def _check_folders(names: Iterable[str]) -> None:
    files = set(names)
    for name in files:
        for parent in PurePosixPath(name).parents:
            if str(parent) in files:
                raise _unusable(f"In the backup {str(parent)!r} is a file and a folder.")


def _unusable(detail: str) -> BadBackup:
    return BadBackup(detail, next_step="Use another one.")
