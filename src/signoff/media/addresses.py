"""Public addresses of pictures, for platforms that fetch them: signed, and good for a limited time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from signoff.kernel.errors import NotFound
from signoff.kernel.ids import OrganizationId
from signoff.media.kinds import KINDS, kind_of

LIFE: Final = timedelta(hours=24)
"""As long as Instagram keeps a container, the longest that a platform may need a picture."""

_PURPOSE: Final = "media address"
_FILE_NAME: Final = re.compile(r"([0-9a-f]{64})\.([a-z]{3,4})")
_MEDIA_TYPES: Final = {kind.extension: kind.media_type for kind in KINDS}


class Signer(Protocol):
    """What is needed of the vault."""

    def sign(self, purpose: str, text: str) -> str: ...

    def verify(self, purpose: str, text: str, signature: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Address:
    """What a signed address stands for."""

    organization_id: OrganizationId
    digest: str
    media_type: str


def sign_address(
    signer: Signer, address: Address, *, base_url: str, now: datetime, life: timedelta = LIFE
) -> str:
    """Give the address below `base_url` at which the picture can be fetched until `now + life`."""
    file_name = f"{address.digest}.{kind_of(address.media_type).extension}"
    path = f"/m/{address.organization_id}/{file_name}"
    expires = str(int((now + life).timestamp()))
    return f"{base_url.rstrip('/')}{path}?e={expires}&s={signer.sign(_PURPOSE, f'{path}?e={expires}')}"


def verify_address(
    signer: Signer, organization: str, file_name: str, *, expires: str, signature: str, now: datetime
) -> Address:
    """Check the parts of a requested address.

    Raises:
        NotFound: Not signed by us, altered, or expired. The answer doesn't tell whether the picture exists.
    """
    found = _FILE_NAME.fullmatch(file_name)
    # The signature comes first: only what we wrote ourselves is read.
    if not found or not signer.verify(_PURPOSE, f"/m/{organization}/{file_name}?e={expires}", signature):
        raise NotFound("This address isn't complete or was altered.")
    if int(expires) <= now.timestamp():
        raise NotFound("This address has expired.", next_step="Publish again: each try gets a fresh address.")
    digest, extension = found.groups()
    return Address(OrganizationId(UUID(organization)), digest, _MEDIA_TYPES[extension])
