"""What one channel says differently, as it stands in the editor's form: its own words, and its crops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import FormData

from signoff.kernel.ids import MediaId
from signoff.pipeline.draft.content import Override
from signoff.web.forms import chosen_id, text, texts

_WORDS: Final = ("title", "body", "link")
_CROP: Final = "crop_"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Of one channel. Empty words are the master's."""

    title: str = ""
    body: str = ""
    link: str = ""
    crops: Mapping[MediaId, MediaId] = field(default_factory=dict)
    """By picture: what the channel gets in its place."""
    hidden: frozenset[str] = field(default=frozenset(), compare=False)
    """Names of the fields that a form which was sent doesn't show: they stay as stored."""

    @property
    def is_any(self) -> bool:
        """Whether the channel differs from the master in anything."""
        return bool(self.title or self.body or self.link or self.crops)


def words_of(own: Override) -> OwnWords:
    """Fill the form with what is stored."""
    return OwnWords(own.title or "", own.body or "", own.link or "", own.crops or {})


def read_own_words(form: FormData) -> dict[str, OwnWords]:
    """Read what was sent, by channel, and carry out a channel's button."""
    verb, _, pressed = text(form, "act").partition(":")
    key, _, picture = pressed.partition(":")
    found = {each: _read(form, each) for each in _channels(form)}
    if key in found:
        found[key] = _acted(found[key], verb, text(form, "body"), picture)
    return found


def _acted(own: OwnWords, verb: str, master: str, picture: str) -> OwnWords:
    """Go back to the master's text or picture, or begin a text with the master's."""
    if verb in {"master", "own"}:
        return replace(own, body=master if verb == "own" else "")
    if verb == "whole":
        return replace(own, crops={key: crop for key, crop in own.crops.items() if str(key) != picture})
    return own


def _channels(form: FormData) -> set[str]:
    starts = (_CROP, *(f"own_{name}_" for name in _WORDS))
    return {name.removeprefix(start) for name in form for start in starts if name.startswith(start)}


def _read(form: FormData, key: str) -> OwnWords:
    said = {name: text(form, f"own_{name}_{key}") for name in _WORDS if f"own_{name}_{key}" in form}
    pairs = [each.partition(":") for each in texts(form, f"{_CROP}{key}")]
    ids = [(chosen_id(picture), chosen_id(crop)) for picture, _, crop in pairs]
    crops = {MediaId(picture): MediaId(crop) for picture, crop in ids if picture and crop}
    return OwnWords(**said, crops=crops, hidden=frozenset(_WORDS) - said.keys())


def without_lost_pictures(own: OwnWords, attached: set[MediaId]) -> OwnWords:
    """Forget the crops of pictures that were taken out."""
    return replace(own, crops={key: crop for key, crop in own.crops.items() if key in attached})


def override_of(own: OwnWords | None, stored: Override) -> Override:
    """Give it as use cases take it. Words that were emptied go back to the master's; own pictures stay."""
    if own is None:
        return stored
    return Override(
        title=stored.title if "title" in own.hidden else _said(own.title, stored.title),
        body=stored.body if "body" in own.hidden else _said(own.body, stored.body),
        link=stored.link if "link" in own.hidden else _said(own.link, stored.link),
        media=stored.media,
        crops=own.crops or None if stored.media is None else stored.crops,
    )


def _said(typed: str, stored: str | None) -> str | None:
    """A field can't show that a channel has none where the master has one: that stays until it is filled."""
    return typed or ("" if stored == "" else None)
