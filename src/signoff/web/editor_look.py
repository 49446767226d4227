"""What stands beside the text while it is typed: previews, limits, score, facts, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from signoff.kernel.errors import Problem
from signoff.kernel.ids import MediaId, PostId
from signoff.organizations.approval import least_score
from signoff.pipeline.draft.content import Override, PostDraft, draft_of
from signoff.pipeline.draft.preview import look_over
from signoff.pipeline.draft.warn import Warnings, warnings_of
from signoff.records.deliveries.views import PostView
from signoff.records.models import Media
from signoff.records.posts.pictures import media_by_id
from signoff.records.posts.previews import Preview, VariantPreview, content_of
from signoff.records.posts.readiness import Readiness, readiness_of_content
from signoff.web.diff import Piece, diff_words
from signoff.web.editing import EditorForm, draft_from
from signoff.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Look:
    """How the words in the form would look, and what is to be said about them."""

    preview: Preview | None
    """None: a field can't be understood; `problem` says which."""
    problem: Problem | None
    readiness: Readiness | None = None
    least_score: int | None = None
    """What the brand asks for before a review; None: any score will do."""
    score_before: int | None = None
    """Of the version that is stored."""
    warnings: Warnings = field(default_factory=Warnings)
    variants: Mapping[str, VariantPreview] = field(default_factory=dict)
    """By channel."""
    differences: Mapping[str, Sequence[Piece]] = field(default_factory=dict)
    """By channel with a text of its own: word by word against the master's."""
    own_media: Mapping[str, Override] = field(default_factory=dict)
    """By channel that has pictures of its own, which this page shows and doesn't change."""
    media: Mapping[MediaId, Media] = field(default_factory=dict)
    """What is known about each picture."""

    @property
    def reasons(self) -> Sequence[tuple[str, Sequence[str]]]:
        """What stands in the way of a review, said once, with the channels that object; none: all do."""
        if self.preview is None or not self.variants:
            return [(one.message, ()) for one in self.preview.objections] if self.preview else []
        found: dict[str, list[str]] = {}
        for variant in self.variants.values():
            for one in variant.objections:
                found.setdefault(one.message, []).append(variant.channel.name)
        return list(found.items())


async def look_at(visit: Visit, form: EditorForm, view: PostView | None) -> Look:
    """Look at what stands in the form of a post, stored or new."""
    stored = draft_of(view.post, view.revision) if view else None
    own_media = {str(key): own for key, own in (stored.overrides if stored else {}).items() if own.media}
    media = await media_by_id(visit.runtime, visit.actor, _ids(form, own_media))
    try:
        draft = draft_from(form, stored)
        preview, readiness = await look_over(visit.runtime, visit.actor, draft)
    except Problem as problem:
        return Look(None, problem, own_media=own_media, media=media)
    return Look(
        preview,
        None,
        readiness,
        await least_score(visit.runtime, visit.actor, form.brand.id),
        _score_of(visit, view) if view else None,
        await _warnings(visit, draft, view),
        {str(each.channel.id): each for each in preview.variants},
        {key: diff_words(form.body, own.body) for key, own in form.own.items() if own.body},
        own_media,
        media,
    )


def _ids(form: EditorForm, own_media: Mapping[str, Override]) -> set[MediaId]:
    uses = [*form.media, *(use for own in own_media.values() for use in own.media or ())]
    crops = {crop for own in form.own.values() for crop in own.crops.values()}
    return {use.media_id for use in uses} | crops


def _score_of(visit: Visit, view: PostView) -> int:
    content = content_of(view.revision, str(view.post.content_type))
    return readiness_of_content(visit.runtime, view.brand, content, view.post.target_prompt).score.value


async def _warnings(visit: Visit, draft: PostDraft, view: PostView | None) -> Warnings:
    post_id: PostId | None = view.post.id if view else None
    return await warnings_of(visit.runtime, visit.actor, draft, post_id)
