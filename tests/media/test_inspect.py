"""What comes in as a picture, and what is kept of it."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from signoff.kernel.errors import Invalid
from signoff.media.inspect import CleanPicture, clean
from tests.media.pictures import (
    SIZE,
    camera_data,
    huge_png,
    loaded,
    saved,
    scene,
    swapping_profile,
    with_everything,
)

PIXELS = 50_000_000
KINDS = ("JPEG", "PNG", "WEBP", "GIF")
secrets = st.text("abcdefghij0123456789", min_size=16, max_size=40)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cleaned(data: bytes) -> CleanPicture:
    return clean(data, max_pixels=PIXELS)


def refusal(data: bytes, max_pixels: int = PIXELS) -> str:
    with pytest.raises(Invalid) as refused:
        clean(data, max_pixels=max_pixels)
    assert refused.value.next_step
    return refused.value.detail


def difference(one: Image.Image, other: Image.Image) -> int:
    """The most that any channel of any pixel differs, 0 to 255."""
    apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(apart.tobytes())


@pytest.mark.parametrize("kind", KINDS)
@given(secret=secrets)
@few
def test_nothing_that_was_written_beside_the_pixels_is_kept(kind: str, secret: str) -> None:
    upload = with_everything(kind, secret)
    assert secret.encode() in upload
    kept = cleaned(upload)
    left = loaded(kept.data)
    assert secret.encode() not in kept.data
    assert not left.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile", "dpi"} & set(left.info)
    assert difference(left, loaded(upload)) == 0


@pytest.mark.parametrize("kind", KINDS)
@given(one=secrets, other=secrets)
@few
def test_the_same_pixels_give_the_same_bytes_whatever_stands_beside_them(
    kind: str, one: str, other: str
) -> None:
    assert cleaned(with_everything(kind, one)) == cleaned(with_everything(kind, other))


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_picture_stays_as_it_is(kind: str) -> None:
    kept = cleaned(with_everything(kind, "x"))
    assert cleaned(kept.data) == kept


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_kind_and_size_come_from_the_content(kind: str, media_type: str) -> None:
    kept = cleaned(saved(scene(), kind))
    assert (kept.kind.media_type, kept.width, kept.height) == (media_type, *SIZE)


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 2}, {"restart_marker_rows": 1}])
def test_a_jpeg_that_needs_no_change_loses_no_quality(options: dict[str, object]) -> None:
    upload = saved(Image.effect_noise((90, 70), 60), "JPEG", quality=61, exif=camera_data("x"), **options)
    kept = cleaned(upload)
    assert loaded(kept.data).tobytes() == loaded(upload).tobytes()
    assert len(kept.data) < len(upload)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 60}, {"lossless": True, "exact": True}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_that_needs_no_change_loses_no_quality(options: dict[str, object], mode: str) -> None:
    picture = scene(mode=mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize(SIZE))
    upload = saved(picture, "WEBP", exif=camera_data("x"), **options)
    kept = loaded(cleaned(upload).data)
    assert (kept.mode, kept.tobytes()) == (mode, loaded(upload).tobytes())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_standing_upright(kind: str, orientation: int) -> None:
    lying = {
        1: scene(),
        2: scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: scene().transpose(Image.Transpose.ROTATE_180),
        4: scene().transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: scene().transpose(Image.Transpose.TRANSPOSE),
        6: scene().transpose(Image.Transpose.ROTATE_90),
        7: scene().transpose(Image.Transpose.TRANSVERSE),
        8: scene().transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    lossless = {"lossless": True} if kind == "WEBP" else {}
    kept = cleaned(saved(lying, kind, exif=camera_data("x", orientation=orientation), **lossless))
    assert (kept.width, kept.height) == SIZE
    corners = [(2, 2), (SIZE[0] - 3, 2), (2, SIZE[1] - 3), (SIZE[0] - 3, SIZE[1] - 3)]
    for corner in corners:
        seen, wanted = (picture.convert("RGB").getpixel(corner) for picture in (loaded(kept.data), scene()))
        assert isinstance(seen, tuple)
        assert isinstance(wanted, tuple)
        assert max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_of_another_profile_are_brought_to_srgb(kind: str) -> None:
    lossless = {"lossless": True} if kind == "WEBP" else {}
    kept = loaded(
        cleaned(saved(Image.new("RGB", SIZE, "red"), kind, icc_profile=swapping_profile(), **lossless)).data
    )
    assert "icc_profile" not in kept.info
    assert difference(kept, Image.new("RGB", SIZE, "blue")) < 12


def test_a_palette_picture_with_a_profile_is_brought_to_srgb() -> None:
    upload = saved(Image.new("RGB", SIZE, "red").quantize(4), "PNG", icc_profile=swapping_profile())
    assert difference(loaded(cleaned(upload).data), Image.new("RGB", SIZE, "blue")) < 12


def test_a_broken_profile_is_left_out() -> None:
    upload = saved(scene(), "PNG", icc_profile=b"not a profile")
    assert cleaned(upload).data == cleaned(saved(scene(), "PNG")).data


def test_a_picture_for_print_becomes_one_for_screens() -> None:
    kept = loaded(cleaned(saved(Image.new("CMYK", SIZE, (0, 255, 255, 0)), "JPEG")).data)
    assert kept.mode == "RGB"
    assert difference(kept, Image.new("RGB", SIZE, "red")) < 12


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_camera_data_does_not_matter() -> None:
    upload = saved(scene(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xffnonsense")
    assert (cleaned(upload).width, cleaned(upload).height) == SIZE


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("[Content_Types].xml", "x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><title>a</title>", "looks like a web page (HTML), not a picture"),
        ("<HTML><script>alert(1)</script>".encode("utf-16"), "looks like a web page (HTML), not a picture"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "a vector drawing (SVG)"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x00\x00\x00\x18ftypheic", "an iPhone photo (HEIC)"),
        (b"\x00\x00\x00\x18ftypisom", "a video"),
        (b"just words", "This isn't a picture of a known kind."),
        (archive(), "a ZIP archive or an office document"),
        (saved(scene(), "BMP"), "a BMP picture"),
        (saved(scene(), "TIFF"), "a TIFF picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_picture_is_refused_by_its_name(upload: bytes, words: str) -> None:
    assert words in refusal(upload)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_off_anywhere_is_refused(kind: str) -> None:
    whole = saved(Image.effect_noise((60, 40), 80).convert("RGB"), kind)
    missing_bytes = 20 if kind == "GIF" else 2  # the last ones of a GIF hold no pixels
    for end in (len(whole) - missing_bytes, len(whole) * 2 // 3, len(whole) // 3, 40, 14):
        assert "damaged or incomplete" in refusal(whole[:end]), end


def test_a_png_with_an_altered_byte_is_refused() -> None:
    whole = bytearray(saved(scene(), "PNG"))
    whole[len(whole) // 2] ^= 1
    assert "damaged" in refusal(bytes(whole))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    frames = [scene(), scene().transpose(Image.Transpose.ROTATE_180)]
    assert "moving" in refusal(saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100))


def test_a_single_frame_written_as_an_animation_is_a_picture() -> None:
    still = saved(scene(), "WEBP", lossless=True)
    frame = struct.pack(
        "<6s3s3s3sB", bytes(6), *((side - 1).to_bytes(3, "little") for side in SIZE), bytes(3), 0
    )
    canvas = b"\x02\x00\x00\x00" + b"".join((side - 1).to_bytes(3, "little") for side in SIZE)
    chunks = ((b"VP8X", canvas), (b"ANIM", bytes(6)), (b"ANMF", frame + still[12:]))
    inner = b"WEBP" + b"".join(name + struct.pack("<I", len(body)) + body for name, body in chunks)
    kept = cleaned(b"RIFF" + struct.pack("<I", len(inner)) + inner)
    assert b"ANIM" not in kept.data
    assert difference(loaded(kept.data), scene()) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_pixels_are_refused_before_anything_is_decoded(kind: str) -> None:
    words = refusal(saved(Image.new("RGB", (400, 300)), kind), max_pixels=100_000)
    assert "400 x 300" in words
    assert "0.1 megapixels" in words


def test_a_decompression_bomb_is_refused() -> None:
    bomb = huge_png(30_000, 30_000)
    assert len(bomb) < 200_000
    assert "30000 x 30000" in refusal(bomb)


def test_a_jpeg_with_thousands_of_scans_is_refused() -> None:
    whole = saved(scene(mode="L"), "JPEG", progressive=True)
    scans = [at for at in range(len(whole)) if whole[at : at + 2] == b"\xff\xda"]
    last_scan = whole[scans[-1] : -2]
    assert "damaged" in refusal(whole[:-2] + last_scan * 5000 + whole[-2:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_appended_to_a_picture_is_cut_away(kind: str) -> None:
    page = b"<html><script>alert(document.cookie)</script></html>"
    kept = cleaned(saved(scene(), kind) + page)
    assert b"script" not in kept.data
    assert difference(loaded(kept.data), loaded(saved(scene(), kind))) == 0


def test_a_script_hidden_in_a_gif_is_gone() -> None:
    picture = saved(scene(), "GIF", comment=b"*/=1;alert(1)//")
    assert b"alert" not in cleaned(picture).data
    assert "damaged" in refusal(b"GIF89a/*" + picture[8:40] + b"*/=1;alert(1)//")


def kept_clean_or_refused(data: bytes) -> None:
    try:
        kept = clean(data, max_pixels=1_000_000)
    except Invalid as refused:
        assert refused.next_step  # noqa: PT017 - either outcome is fine, none other is
    else:
        assert clean(kept.data, max_pixels=1_000_000) == kept


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF....WEBP"]),
    st.binary(max_size=400),
)
@settings(max_examples=300, deadline=None)
def test_garbage_behind_a_picture_s_beginning_does_no_harm(beginning: bytes, garbage: bytes) -> None:
    kept_clean_or_refused(beginning + garbage)


@cache  # made anew, it can be another number of bytes long, and the same places would be others
def _full(kind: str) -> bytes:
    return with_everything(kind, "s3cr3ts3cr3t")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@few
def test_an_altered_picture_is_kept_clean_or_refused(kind: str, data: st.DataObject) -> None:
    altered = bytearray(_full(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        altered[data.draw(st.integers(12, len(altered) - 1))] = data.draw(st.integers(0, 255))
    kept_clean_or_refused(bytes(altered))
