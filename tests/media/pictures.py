"""Pictures as people upload them, with all that cameras, programs and attackers put beside the pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncIterator
from typing import Any

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

SIZE = (48, 32)


def scene(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """A picture in which each corner has its own colour, so that turning it can be seen."""
    small = Image.new("RGB", (2, 2))
    for at, colour in {(0, 0): "red", (1, 0): "lime", (0, 1): "blue", (1, 1): "white"}.items():
        small.paste(colour, (*at, at[0] + 1, at[1] + 1))
    return small.resize(size, Image.Resampling.NEAREST).convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, format=kind, **options)
    return written.getvalue()


def loaded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def camera_data(secret: str, *, orientation: int = 1) -> Image.Exif:
    """What a telephone writes: maker, comment, position."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = secret
    exif[ExifTags.Base.ImageDescription] = secret
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 8.0, 14.0), 29: secret})
    return exif


def packet(secret: str) -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{secret}</x:xmpmeta>'.encode()


def with_everything(kind: str, secret: str, image: Image.Image | None = None) -> bytes:
    """The scene with camera data, XMP, comments, a colour profile and bytes behind its end."""
    image = image or scene()
    options: dict[str, Any] = {"exif": camera_data(secret), "xmp": packet(secret)}
    if kind == "GIF":
        options = {"comment": secret.encode()}
    else:
        options["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if kind == "JPEG":
        options |= {"comment": secret.encode(), "dpi": (311, 311)}
    if kind == "PNG":
        del options["xmp"]
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", secret)
        notes.add_itxt("XML:com.adobe.xmp", secret, zip=False)
        notes.add_text("Comment", secret * 3, zip=True)
        options["pnginfo"] = notes
    return saved(image, kind, **options) + b"<html>" + secret.encode()


def swapping_profile() -> bytes:
    """An RGB profile in which red and blue have changed places, so that what it does can be seen."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"----", b"bXYZ", 1)


def huge_png(width: int, height: int) -> bytes:
    """A small file that says it holds a huge picture, and does: all of it is black."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


async def in_chunks(data: bytes, size: int = 16 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
