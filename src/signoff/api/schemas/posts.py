"""Posts with their revisions and decisions, as they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from signoff.api.schemas.approval import StandingOut
from signoff.api.schemas.base import Out
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.kernel.ids import ChannelId
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision, Revision
from signoff.records.states import ContentType, PostState, Verdict


class MediaUseOut(Out):
    """A picture in a post."""

    id: UUID
    alt: str


class TargetOut(Out):
    """A channel that a post is for, by name."""

    id: ChannelId
    platform: str
    name: str
    is_sandbox: bool


class DecisionOut(Out):
    """What somebody decided about one revision."""

    id: UUID
    verdict: Verdict
    comment: str
    person: str
    """The name of who decided."""
    via: str
    """The door through which they came: web, api or cli."""
    revision_id: UUID
    seen: str
    """The fingerprint of what they were shown."""
    facts_confirmed: bool
    """They say to have checked prices, hours and names."""
    created_at: datetime

    @classmethod
    def of(cls, decision: Decision, person: str) -> DecisionOut:
        return cls(
            id=decision.id,
            verdict=decision.verdict,
            comment=decision.comment,
            person=person,
            via=decision.via,
            revision_id=decision.revision_id,
            seen=decision.seen,
            facts_confirmed=decision.facts_confirmed,
            created_at=decision.created_at,
        )


class RevisionOut(Out):
    """One version of a post's content; never changed once it is stored."""

    id: UUID
    number: int
    title: str
    body: str
    link: str
    media: list[MediaUseOut]
    channels: list[UUID]
    overrides: dict[UUID, dict[str, Any]]
    metadata: dict[str, Any]
    origin: str
    """Who wrote it: hand, model or import."""
    origin_detail: dict[str, Any]
    """The door it came through, the token, the model and its evidence, as far as they are known."""
    created_at: datetime

    @classmethod
    def of(cls, revision: Revision) -> RevisionOut:
        return cls(
            id=revision.id,
            number=revision.number,
            title=revision.title,
            body=revision.body,
            link=revision.link,
            media=_media(revision.media),
            channels=list(revision.channel_ids),
            overrides={UUID(key): _override(own) for key, own in revision.overrides.items()},
            metadata=revision.metadata_,
            origin=revision.origin,
            origin_detail=revision.origin_detail,
            created_at=revision.created_at,
        )


class PostOut(Out):
    """A post with its present revision, its decisions and its deliveries."""

    id: UUID
    brand_id: UUID
    brand_name: str
    state: PostState
    state_since: datetime
    content_type: ContentType
    title: str
    body: str
    link: str
    media: list[MediaUseOut]
    channels: list[UUID]
    targets: list[TargetOut]
    """The channels once more, by name; without those that were removed."""
    overrides: dict[UUID, dict[str, Any]]
    tags: list[str]
    metadata: dict[str, Any]
    suggested_time: datetime | None
    image_prompt: str
    image_ratio: str
    target_prompt: str
    revision: int
    """The number of the present revision."""
    revision_id: UUID
    version: int
    """Grows with every change; the ETag."""
    seal: str | None
    """The fingerprint of what was approved; null unless the post is approved."""
    changes_requested: bool
    archive_reason: str
    author: str
    assignee_id: UUID | None
    """Who looks after the review; null: nobody in particular."""
    approval: StandingOut | None
    """In review, and where more than one person approved; else null."""
    origin: str
    origin_detail: dict[str, Any]
    decisions: list[DecisionOut]
    """Newest first."""
    deliveries: list[DeliveryOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, view: PostView) -> PostOut:
        post, revision = view.post, view.revision
        return cls(
            id=post.id,
            brand_id=post.brand_id,
            brand_name=view.brand.name,
            state=post.state,
            state_since=post.state_since,
            content_type=post.content_type,
            title=revision.title,
            body=revision.body,
            link=revision.link,
            media=_media(revision.media),
            channels=list(revision.channel_ids),
            targets=[TargetOut.model_validate(channel) for channel in view.channels],
            overrides={UUID(key): _override(own) for key, own in revision.overrides.items()},
            tags=post.tags,
            metadata=revision.metadata_,
            suggested_time=post.suggested_time,
            image_prompt=post.image_prompt,
            image_ratio=post.image_ratio,
            target_prompt=post.target_prompt,
            revision=revision.number,
            revision_id=revision.id,
            version=post.version,
            seal=view.seal.hash if view.seal else None,
            changes_requested=post.changes_requested,
            archive_reason=post.archive_reason,
            assignee_id=post.assignee_id,
            approval=StandingOut.of(view.standing) if view.standing else None,
            author=view.author_name,
            origin=revision.origin,
            origin_detail=revision.origin_detail,
            decisions=[DecisionOut.of(decision, person) for decision, person in view.decisions],
            deliveries=[DeliveryOut.of(delivery) for delivery in view.deliveries],
            created_at=post.created_at,
            updated_at=post.updated_at,
        )


def _media(stored: list[dict[str, Any]]) -> list[MediaUseOut]:
    return [MediaUseOut(id=UUID(use["media_id"]), alt=use.get("alt", "")) for use in stored]


def _override(own: dict[str, Any]) -> dict[str, Any]:
    if "media" not in own:
        return own
    return own | {"media": [use.model_dump(mode="json") for use in _media(own["media"])]}
