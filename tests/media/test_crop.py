"""The frame of a crop: its shape, its place, and the pixels inside it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import MediaId, new_id
from signoff.kernel.people import Actor
from signoff.media.crop import Frame
from signoff.pipeline.draft.crop import crop_media
from signoff.pipeline.draft.media import upload_media
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks


@pytest.mark.parametrize(
    ("frame", "box"),
    [
        (Frame(1.0), (50, 0, 150, 100)),
        (Frame(1.0, left=0), (0, 0, 100, 100)),
        (Frame(1.0, size=50, left=100, top=100), (150, 50, 200, 100)),
        (Frame(4.0), (0, 25, 200, 75)),
        (Frame(2.0), (0, 0, 200, 100)),
        (Frame(0.8, size=10), (96, 45, 104, 55)),
    ],
)
def test_a_frame_has_its_shape_and_stays_inside(frame: Frame, box: tuple[int, int, int, int]) -> None:
    assert frame.box(200, 100) == box


def halves() -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (400, 200), "red")
    image.paste(Image.new("RGB", (200, 200), "blue"), (200, 0))
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


async def test_a_crop_is_a_picture_of_its_own_and_cut_from_the_whole_one(
    runtime: Runtime, owner: Actor
) -> None:
    whole = await upload_media(runtime, owner, in_chunks(halves()), alt="Two colours")
    right = await crop_media(runtime, owner, whole.id, Frame(1.0, left=100))
    assert (right.width, right.height, right.alt, right.cropped_from) == (200, 200, "Two colours", whole.id)
    seen = Image.open(io.BytesIO(await runtime.media.read(right.digest))).convert("RGB")
    assert {seen.getpixel((0, 0)), seen.getpixel((199, 199))} == {(0, 0, 255)}
    left = await crop_media(runtime, owner, right.id, Frame(1.0, left=0))
    assert (left.cropped_from, left.digest != right.digest) == (whole.id, True)
    assert (await crop_media(runtime, owner, left.id, Frame(2.0))).id == whole.id
    again = await crop_media(runtime, owner, whole.id, Frame(1.0, left=100))
    assert again.id == right.id


async def test_what_is_no_frame_or_no_picture_is_refused(runtime: Runtime, owner: Actor) -> None:
    whole = await upload_media(runtime, owner, in_chunks(halves()))
    for frame in (
        Frame(0.0),
        Frame(float("nan")),
        Frame(1.0, size=0),
        Frame(1.0, left=101),
        Frame(1.0, top=-1),
    ):
        with pytest.raises(Invalid):
            await crop_media(runtime, owner, whole.id, frame)
    with pytest.raises(NotFound):
        await crop_media(runtime, owner, MediaId(new_id()), Frame(1.0))
