"""Adding and removing tags of a draft, whatever its other tags are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor
from signoff.pipeline.draft.edit import edit_post
from signoff.records.posts.queries import get_post
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Retagged:
    """What really changed: tags that weren't there, or that were."""

    added: list[str]
    removed: list[str]


async def change_tags(
    runtime: Runtime, actor: Actor, post_id: PostId, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Retagged:
    """Add and remove tags; however they are written, one tag is there once.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't a draft.
        VersionChanged: Somebody saved the post in this very moment.
        Invalid: Too many tags, or too long ones.
    """
    view = await get_post(runtime, actor, post_id)
    present, gone = view.post.tags, {tag.strip().casefold() for tag in remove}
    removed = [tag for tag in present if tag.casefold() in gone]
    kept = [tag for tag in present if tag not in removed]
    asked = {tag.strip().casefold(): tag.strip() for tag in add if tag.strip()}
    added = [tag for key, tag in asked.items() if key not in {each.casefold() for each in kept}]
    if added or removed:
        await edit_post(runtime, actor, post_id, {"tags": [*kept, *added]}, version=view.post.version)
    return Retagged(added, removed)
