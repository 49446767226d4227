"""Pictures: uploaded as a stream, or copied in from an address."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

from fastapi import status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.once import HEADER, once
from signoff.api.problems import UnsupportedType, problems
from signoff.api.routing import new_router
from signoff.api.schemas.media import CropIn, ImportIn, MediaOut
from signoff.api.uploads import Upload, received_upload
from signoff.kernel.errors import NoSpace, NotFound
from signoff.kernel.ids import MediaId
from signoff.kernel.people import Actor
from signoff.media.crop import Frame
from signoff.media.store import MediaChanged
from signoff.pipeline.draft.crop import crop_media
from signoff.pipeline.draft.media import get_media, import_image, upload_media
from signoff.records.models import Media
from signoff.runtime import Runtime

router = new_router("/media", "Media", NotFound)

_REQUEST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The picture."},
                        "alt": {"type": "string", "description": "What can be seen, for people who can't."},
                    },
                }
            },
            "application/json": {"schema": ImportIn.model_json_schema()},
        },
    }
}
_BYTES: Final[dict[str, Any]] = {
    "description": "The bytes, compared with their digest on the way.",
    "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
}
_SANDBOX: Final = "sandbox; default-src 'none'"
"""Even opened by itself, nothing that was uploaded runs on our origin."""


def _described(media: Media) -> MediaOut:
    return MediaOut.of(media, f"/api/v1/media/{media.id}/content")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Upload a picture, or import one",
    response_model=MediaOut,
    openapi_extra=_REQUEST,
    responses=problems(NoSpace, UnsupportedType),
)
async def add_media(request: Request, actor: CurrentActor, runtime: CurrentRuntime) -> Response:
    """Store a picture without its metadata; the same bytes are stored once.

    Send it as multipart/form-data, or send JSON with the `url` of a picture, which is copied in.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _upload(request, runtime, actor)
    if kind == "application/json":
        wanted = _import_of(await request.body())
        return _added(await import_image(runtime, actor, wanted.url, alt=wanted.alt))
    raise UnsupportedType(
        "A picture comes as multipart/form-data, or as JSON with its url.", next_step="Set the Content-Type."
    )


async def _upload(request: Request, runtime: Runtime, actor: Actor) -> Response:
    async with received_upload(request) as upload:

        async def work() -> Response:
            return _added(
                await upload_media(runtime, actor, upload.chunks(), filename=upload.filename, alt=upload.alt)
            )

        if HEADER not in request.headers:
            return await work()
        return await once(request, await _content_of(upload), work)


async def _content_of(upload: Upload) -> bytes:
    """Digest what was sent; not the bytes on the wire, where each try has another boundary."""
    digest = hashlib.sha256(f"{upload.filename}\n{upload.alt}\n".encode())
    async for chunk in upload.chunks():
        digest.update(chunk)
    return digest.digest()


def _import_of(body: bytes) -> ImportIn:
    try:
        return ImportIn.model_validate_json(body)
    except ValidationError as problem:
        found = [{**error, "loc": ("body", *error["loc"])} for error in problem.errors(include_url=False)]
        raise RequestValidationError(found) from problem


def _added(media: Media) -> JSONResponse:
    headers = {"Location": f"/api/v1/media/{media.id}"}
    return JSONResponse(_described(media).model_dump(mode="json"), status.HTTP_201_CREATED, headers)


@router.post("/{media_id}/crops", status_code=status.HTTP_201_CREATED, summary="Cut a part out of a picture")
async def add_crop(media_id: UUID, body: CropIn, actor: CurrentActor, runtime: CurrentRuntime) -> MediaOut:
    """Store a part of a picture as one of its own. Each crop is cut anew from the picture that was uploaded.

    A channel gets it in the picture's place by the `crops` of its override.
    """
    frame = Frame(body.ratio, body.size, body.left, body.top)
    return _described(await crop_media(runtime, actor, MediaId(media_id), frame))


@router.get("/{media_id}", summary="Read what is known about a picture")
async def read_media(media_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> MediaOut:
    """Give size, type and digest of a picture, and where its bytes are."""
    return _described(await get_media(runtime, actor, MediaId(media_id)))


@router.get(
    "/{media_id}/content",
    summary="Download a picture",
    response_class=StreamingResponse,
    responses=problems(MediaChanged) | {200: _BYTES},
)
async def read_content(media_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> StreamingResponse:
    """Give the bytes."""
    media = await get_media(runtime, actor, MediaId(media_id))
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": _SANDBOX}
    return StreamingResponse(
        await runtime.media.stream(media.digest), media_type=media.media_type, headers=headers
    )
