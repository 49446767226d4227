"""Pictures: taken in, shown to the organization's people, and fetched by platforms at signed addresses."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import MediaId
from signoff.media.addresses import verify_address
from signoff.pipeline.draft.content import MediaUse
from signoff.pipeline.draft.media import get_media, import_image, upload_media
from signoff.records.posts.pictures import find_media
from signoff.runtime import Runtime
from signoff.web.forms import files, text
from signoff.web.headers import SANDBOX
from signoff.web.once import new_router
from signoff.web.uploads import chunks_of
from signoff.web.visit import Reading, Sending

router = new_router()

_FOR_EVER: Final = "private, max-age=31536000, immutable"
_FOR_EVERYBODY: Final = "public, max-age=31536000, immutable"


@router.post("/media")
async def send_media(visit: Sending) -> Response:
    """Take a picture in, from a file or an address, and give its block for the editor."""
    form = await visit.request.form()
    chosen, address = files(form, "upload"), text(form, "address").strip()
    if chosen:
        media = await upload_media(
            visit.runtime, visit.actor, chunks_of(chosen[0]), filename=chosen[0].filename or ""
        )
    elif address:
        media = await import_image(visit.runtime, visit.actor, address)
    else:
        raise Invalid("Choose a picture.", field="upload")
    use = MediaUse(media.id, media.alt)
    return visit.fragment(
        "posts/_media.html", use=use, facts=media, place=0, brand_id=text(form, "brand"), post_id=""
    )


@router.get("/media/{media_id}")
async def show_media(visit: Reading, media_id: UUID) -> Response:
    """Show a picture of the viewer's organization."""
    media = await get_media(visit.runtime, visit.actor, MediaId(media_id))
    return await _picture(visit.runtime, media.digest, media.media_type, _FOR_EVER)


@router.get("/media/file/{digest}")
async def show_file(visit: Reading, digest: str) -> Response:
    """Show a picture by its digest, as previews and sealed variants name it."""
    media = await find_media(visit.runtime, visit.actor, digest)
    return await _picture(visit.runtime, media.digest, media.media_type, _FOR_EVER)


@router.api_route("/m/{organization}/{file_name}", methods=["GET", "HEAD"])
async def fetch_picture(
    request: Request, organization: str, file_name: str, e: str = "", s: str = ""
) -> Response:
    """Hand a picture to whoever has a signed address that hasn't expired."""
    runtime: Runtime = request.app.state.runtime
    address = verify_address(
        runtime.vault, organization, file_name, expires=e, signature=s, now=runtime.clock.now()
    )
    return await _picture(runtime, address.digest, address.media_type, _FOR_EVERYBODY)


async def _picture(runtime: Runtime, digest: str, media_type: str, caching: str) -> Response:
    """Send the bytes, compared with their digest on the way; nothing uploaded ever runs on our origin."""
    blocks = await runtime.media.stream(digest)
    headers = {"Cache-Control": caching, "Content-Security-Policy": SANDBOX}
    return StreamingResponse(blocks, media_type=media_type, headers=headers)
