"""What a reviewer is shown as changed, for each channel."""

from __future__ import annotations

from uuid import uuid4

from signoff.kernel.ids import ChannelId
from signoff.records.models import Revision
from signoff.web.compare import compare

CHANNEL = ChannelId(uuid4())
PICTURE, OTHER = str(uuid4()), str(uuid4())


def _revision(**changed: object) -> Revision:
    given = {"number": 1, "title": "Rye", "body": "Rye is back.", "link": "", "media": [], "overrides": {}}
    return Revision(**(given | changed))


def test_the_same_content_is_the_same() -> None:
    assert compare(_revision(), _revision(number=2), CHANNEL).is_same


def test_a_link_and_pictures_are_part_of_it() -> None:
    before = _revision(media=[{"media_id": PICTURE, "alt": "A loaf"}])
    after = _revision(link="https://a.example", media=[{"media_id": OTHER, "alt": "A loaf"}])
    change = compare(before, after, CHANNEL)
    assert change.link == ("", "https://a.example")
    assert change.pictures_changed
    assert not change.is_same


def test_a_new_description_is_shown_with_the_old_one() -> None:
    before = _revision(media=[{"media_id": PICTURE, "alt": "A loaf"}])
    after = _revision(media=[{"media_id": PICTURE, "alt": "A rye loaf"}])
    change = compare(before, after, CHANNEL)
    assert change.alt == [("A loaf", "A rye loaf")]
    assert not change.pictures_changed


def test_a_channels_own_text_counts_for_that_channel_only() -> None:
    after = _revision(overrides={str(CHANNEL): {"body": "Rye, at last."}})
    assert not compare(_revision(), after, CHANNEL).is_same
    assert compare(_revision(), after, ChannelId(uuid4())).is_same


def test_a_crop_for_one_channel_changes_its_picture_only() -> None:
    media = [{"media_id": PICTURE, "alt": "A loaf"}]
    after = _revision(media=media, overrides={str(CHANNEL): {"crops": {PICTURE: OTHER}}})
    change = compare(_revision(media=media), after, CHANNEL)
    assert change.pictures_changed
    assert change.pictures[1] == [{"media_id": OTHER, "alt": "A loaf"}]
    assert compare(_revision(media=media), after, ChannelId(uuid4())).is_same


def test_a_change_of_signs_alone_is_a_change() -> None:
    assert not compare(_revision(), _revision(body="Rye is back!"), CHANNEL).is_same
