"""The editor's form: what stands in it, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId, MediaId
from signoff.pipeline.draft.content import MediaUse, Override, PostDraft, draft_of
from signoff.records.deliveries.views import PostView
from signoff.records.states import ContentType
from signoff.records.tenants import Brand
from signoff.web import times
from signoff.web.forms import chosen_id, text, texts
from signoff.web.own_words import OwnWords, override_of, read_own_words, without_lost_pictures, words_of

_NOT_WRITTEN: Final = frozenset(
    {"csrf", "once", "then", "act", "brand", "version", "copy", "post", "turn", "held", "upload"}
)
"""Fields of the form that nobody typed anything into."""


@dataclass(frozen=True, slots=True)
class EditorForm:
    """What stands in the fields, valid or not: it is shown again exactly as it was typed."""

    brand: Brand
    content_type: str
    title: str
    body: str
    link: str
    tags: str
    suggested: str
    """Local time of the brand, as a `datetime-local` input gives it."""
    media: Sequence[MediaUse]
    channels: frozenset[str]
    own: Mapping[str, OwnWords]
    """By channel: what differs from the source."""
    version: int | None = None
    """Of the post that is edited; None: it is new."""


def blank_form(brand: Brand, channels: Sequence[ChannelId]) -> EditorForm:
    """Start a new post for all of a brand's channels."""
    chosen = frozenset(str(channel_id) for channel_id in channels)
    return EditorForm(brand, ContentType.FEED_POST, "", "", "", "", "", (), chosen, {})


def form_of(view: PostView) -> EditorForm:
    """Fill the form with a stored post."""
    draft = draft_of(view.post, view.revision)
    wished = view.post.suggested_time
    return EditorForm(
        brand=view.brand,
        content_type=str(draft.content_type),
        title=draft.title,
        body=draft.body,
        link=draft.link,
        tags=", ".join(draft.tags),
        suggested=times.local_input(wished, view.brand.time_zone) if wished else "",
        media=draft.media,
        channels=frozenset(str(channel_id) for channel_id in draft.channels),
        own={str(key): words_of(own) for key, own in draft.overrides.items()},
        version=view.post.version,
    )


def written_fields(form: FormData) -> list[tuple[str, str]]:
    """Give what was typed or chosen, to be kept as it stands, valid or not."""
    return [
        (name, value.replace("\r\n", "\n").replace("\x00", ""))
        for name, value in form.multi_items()
        if name not in _NOT_WRITTEN and isinstance(value, str)
    ]


def form_of_fields(fields: Iterable[Sequence[str]], brand: Brand, version: int | None) -> EditorForm:
    """Fill the form with what `written_fields` gave."""
    read = read_form(FormData([(name, value) for name, value in fields]), brand)
    return replace(read, version=version)


def read_form(form: FormData, brand: Brand) -> EditorForm:
    """Read what was sent."""
    version = text(form, "version")
    media = _arranged(_media(form), text(form, "act"))
    attached = {use.media_id for use in media}
    return EditorForm(
        brand=brand,
        content_type=text(form, "content_type"),
        title=text(form, "title").strip(),
        body=text(form, "body"),
        link=text(form, "link").strip(),
        tags=text(form, "tags"),
        suggested=text(form, "suggested"),
        media=media,
        channels=frozenset(texts(form, "channel")),
        own={key: without_lost_pictures(own, attached) for key, own in sorted(read_own_words(form).items())},
        version=int(version) if version.isdecimal() else None,
    )


def _media(form: FormData) -> list[MediaUse]:
    ids = [chosen_id(each) for each in texts(form, "media_id")]
    alts = [each.replace("\r\n", "\n") for each in texts(form, "alt")]
    pairs = zip(ids, alts, strict=False)
    return [MediaUse(MediaId(media_id), alt) for media_id, alt in pairs if media_id is not None]


def _arranged(media: list[MediaUse], act: str) -> list[MediaUse]:
    """Carry out the buttons beside a picture, for browsers without scripts: “up:2”, “down:0”, “remove:0”."""
    verb, _, place = act.partition(":")
    at = int(place) if place.isdecimal() else len(media)
    if at >= len(media):
        return media
    if verb == "remove":
        return media[:at] + media[at + 1 :]
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= to < len(media):
        media.insert(to, media.pop(at))
    return media


def with_pictures(form: EditorForm, added: Sequence[MediaUse]) -> EditorForm:
    """Attach pictures that were uploaded with the form."""
    return replace(form, media=[*form.media, *added])


def values_of(form: EditorForm, stored: PostDraft | None = None) -> dict[str, Any]:
    """Give the fields as use cases take them; what the form doesn't show stays as stored.

    Raises:
        Invalid: A field can't be understood.
    """
    return {
        "content_type": _content_type(form.content_type),
        "title": form.title,
        "body": form.body,
        "link": form.link,
        "media": list(form.media),
        "channels": [ChannelId(UUID(each)) for each in sorted(form.channels) if chosen_id(each)],
        "overrides": _overrides(form, stored),
        "tags": list(dict.fromkeys(tag.strip() for tag in form.tags.split(",") if tag.strip())),
        "suggested_time": _suggested(form),
    }


def draft_from(form: EditorForm, stored: PostDraft | None = None) -> PostDraft:
    """Give the whole post that the form describes.

    Raises:
        Invalid: A field can't be understood.
    """
    values = values_of(form, stored)
    if stored is not None:
        return replace(stored, **values)
    return PostDraft(brand_id=BrandId(form.brand.id), **values)


def are_same_words(one: EditorForm, other: EditorForm) -> bool:
    """Whether two forms hold the same, however a channel says that it follows the master."""
    return replace(one, own=_said(one)) == replace(other, own=_said(other))


def _said(form: EditorForm) -> dict[str, OwnWords]:
    return {key: own for key, own in form.own.items() if own.is_any}


def _content_type(name: str) -> ContentType:
    try:
        return ContentType(name)
    except ValueError as problem:
        raise Invalid("Choose what kind of post it is.", field="content_type") from problem


def _suggested(form: EditorForm) -> datetime | None:
    try:
        return times.from_local_input(form.suggested, form.brand.time_zone)
    except (ValueError, OverflowError) as problem:
        raise Invalid("The wished time isn't a date and time.", field="suggested") from problem


def _overrides(form: EditorForm, stored: PostDraft | None) -> dict[ChannelId, Override]:
    """Give what each of the chosen channels says differently; own pictures stay as stored."""
    kept = {str(key): own for key, own in (stored.overrides if stored else {}).items()}
    overrides = {}
    for key in sorted(form.channels):
        if chosen_id(key) is None:
            continue
        own = override_of(form.own.get(key), kept.get(key, Override()))
        if own != Override():
            overrides[ChannelId(UUID(key))] = own
    return overrides
