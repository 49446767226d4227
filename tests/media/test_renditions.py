"""Pictures made from kept ones: the format and the size that a platform or a page takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from signoff.kernel.errors import NotFound, OverLimit
from signoff.media.folder import FolderStore
from signoff.media.renditions import as_jpeg, fit_for, thumbnail
from signoff.media.store import MediaChanged, MediaStore, Stored
from tests.media.pictures import in_chunks, loaded, saved, scene


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return FolderStore(tmp_path)


async def kept(store: MediaStore, image: Image.Image, kind: str, **options: object) -> Stored:
    return await store.put(
        in_chunks(saved(image, kind, **options)), limit_bytes=25 * 1024 * 1024, max_pixels=50_000_000
    )


async def seen(store: MediaStore, made: Stored) -> Image.Image:
    image = loaded(await store.read(made.digest))
    assert image.size == (made.width, made.height)
    return image


def photograph(size: tuple[int, int]) -> Image.Image:
    """Something that compresses like a photograph: soft colours and some noise."""
    bands = [Image.effect_noise(size, 40 + 10 * band) for band in range(3)]
    return Image.blend(Image.merge("RGB", bands), scene(size), 0.6)


def see_through() -> Image.Image:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((10, 10, 30, 30), fill=(255, 0, 0, 255))
    return image


def change(folder: Path, digest: str) -> None:
    (path,) = folder.rglob(digest)
    path.write_bytes(saved(scene().rotate(90), "PNG"))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
async def test_a_platform_that_takes_only_jpeg_gets_one(store: MediaStore, kind: str) -> None:
    made = await as_jpeg(store, (await kept(store, scene(), kind)).digest)
    image = await seen(store, made)
    assert (made.media_type, image.format, image.size) == ("image/jpeg", "JPEG", (48, 32))
    assert await as_jpeg(store, made.digest) == made


async def test_a_jpeg_stays_the_very_same(store: MediaStore) -> None:
    source = await kept(store, scene(), "JPEG", quality=55)
    assert await as_jpeg(store, source.digest) == source


@pytest.mark.parametrize(
    ("background", "colour"), [("#fff", (255, 255, 255)), ("#000", (0, 0, 0)), ("navy", (0, 0, 128))]
)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
async def test_what_is_transparent_gets_the_background(
    store: MediaStore, kind: str, background: str, colour: tuple[int, int, int]
) -> None:
    source = await kept(store, see_through(), kind)
    image = await seen(store, await as_jpeg(store, source.digest, background))
    for place, wanted in (((2, 2), colour), ((20, 20), (255, 0, 0))):
        found = image.getpixel(place)
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 12


async def test_the_same_rendition_is_the_same_in_another_folder(store: MediaStore, tmp_path: Path) -> None:
    other = FolderStore(tmp_path / "other")
    made = [await as_jpeg(one, (await kept(one, scene(), "PNG")).digest) for one in (store, other)]
    assert made[0] == made[1]


async def test_a_rendition_that_was_lost_is_made_again(store: MediaStore) -> None:
    source = await kept(store, scene(), "PNG")
    made = await as_jpeg(store, source.digest)
    await store.delete(made.digest)
    assert await as_jpeg(store, source.digest) == made
    assert await seen(store, made)


async def test_nothing_is_made_from_a_changed_file(store: MediaStore, tmp_path: Path) -> None:
    source = await kept(store, scene(), "PNG")
    change(tmp_path, source.digest)
    with pytest.raises(MediaChanged):
        await as_jpeg(store, source.digest)
    with pytest.raises(NotFound):
        await as_jpeg(store, "0" * 64)


async def test_a_picture_that_is_too_wide_is_made_narrower(store: MediaStore) -> None:
    source = await kept(store, scene((900, 600)), "PNG")
    made = await fit_for(store, source.digest, media_types=["image/png", "image/jpeg"], max_width=450)
    assert (made.media_type, made.width, made.height) == ("image/png", 450, 300)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG", "GIF"])
async def test_a_picture_that_is_too_heavy_is_made_lighter(store: MediaStore, kind: str) -> None:
    source = await kept(store, photograph((1200, 900)), kind)
    limit = source.size_bytes // 3
    made = await fit_for(
        store,
        source.digest,
        media_types=["image/jpeg", "image/webp", "image/png", "image/gif"],
        max_bytes=limit,
    )
    assert made.size_bytes <= limit
    assert made.media_type == {"WEBP": "image/webp"}.get(kind, "image/jpeg")
    image = await seen(store, made)
    assert image.width / image.height == pytest.approx(4 / 3, abs=0.01)


async def test_a_picture_that_fits_is_left_alone(store: MediaStore) -> None:
    source = await kept(store, scene(), "WEBP")
    made = await fit_for(
        store, source.digest, media_types=["image/webp"], max_bytes=source.size_bytes, max_width=48
    )
    assert made == source


async def test_other_limits_make_another_rendition(store: MediaStore) -> None:
    source = await kept(store, scene((900, 600)), "PNG")
    widths = [
        (await fit_for(store, source.digest, media_types=["image/jpeg"], max_width=width)).width
        for width in (300, 400, 300)
    ]
    assert widths == [300, 400, 300]


async def test_what_cannot_fit_is_refused_with_the_limit(store: MediaStore) -> None:
    source = await kept(store, photograph((1200, 900)), "JPEG")
    with pytest.raises(OverLimit, match="2,000 bytes"):
        await fit_for(store, source.digest, media_types=["image/jpeg"], max_bytes=2000)
    with pytest.raises(OverLimit, match="image/avif"):
        await fit_for(store, source.digest, media_types=["image/avif"])


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "RGB", "RGBA", "I;16"])
async def test_every_mode_becomes_a_jpeg_and_a_thumbnail(store: MediaStore, mode: str) -> None:
    grey = Image.linear_gradient("L").resize((400, 200))
    image = grey.convert("I").point(lambda level: level * 257).convert("I;16")
    if mode != "I;16":
        image = grey.convert(mode)
    source = await kept(store, image, "PNG")
    assert source.media_type == "image/png"
    for made in (await as_jpeg(store, source.digest), await thumbnail(store, source.digest, 100)):
        drawn = (await seen(store, made)).convert("L")
        for eighths, wanted in ((1, 32), (4, 128), (7, 224)):
            middle_row = drawn.crop(
                (0, drawn.height * eighths // 8, drawn.width, drawn.height * eighths // 8 + 1)
            )
            level = sum(middle_row.tobytes()) / drawn.width
            assert level == pytest.approx(
                wanted, abs=50 if mode == "1" else 12
            )  # dots, in pure black and white


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_thumbnail_fits_into_its_square(store: MediaStore, kind: str) -> None:
    source = await kept(store, scene((600, 300)), kind)
    made = await thumbnail(store, source.digest, 120)
    assert (made.media_type, made.width, made.height) == ("image/webp", 120, 60)
    assert await thumbnail(store, source.digest, 120) == made


async def test_a_thumbnail_stays_transparent_and_is_never_enlarged(store: MediaStore) -> None:
    source = await kept(store, see_through(), "PNG")
    image = await seen(store, await thumbnail(store, source.digest, 320))
    assert image.size == (40, 40)
    assert image.convert("RGBA").getpixel((2, 2)) == (0, 0, 0, 0)
