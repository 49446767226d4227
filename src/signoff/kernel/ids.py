"""Typed identifiers. In text they are UUIDv7, so they sort by the moment they were made."""

from __future__ import annotations

import hashlib
from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

OrganizationId = NewType("OrganizationId", UUID)
PersonId = NewType("PersonId", UUID)
BrandId = NewType("BrandId", UUID)
ChannelId = NewType("ChannelId", UUID)
PostId = NewType("PostId", UUID)
RevisionId = NewType("RevisionId", UUID)
VariantId = NewType("VariantId", UUID)
MediaId = NewType("MediaId", UUID)
DecisionId = NewType("DecisionId", UUID)
SealId = NewType("SealId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
AttemptId = NewType("AttemptId", UUID)
ReceiptId = NewType("ReceiptId", UUID)
TokenId = NewType("TokenId", UUID)
SessionId = NewType("SessionId", UUID)
PauseId = NewType("PauseId", UUID)
AlertId = NewType("AlertId", UUID)
CommentId = NewType("CommentId", UUID)
SavedViewId = NewType("SavedViewId", UUID)
ClosedDaysId = NewType("ClosedDaysId", UUID)
UndoId = NewType("UndoId", UUID)
CopyId = NewType("CopyId", UUID)
SnippetId = NewType("SnippetId", UUID)
TemplateId = NewType("TemplateId", UUID)

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 signs, none that people mistake for another


def new_id() -> UUID:
    """Make a fresh UUIDv7."""
    return uuid7()


def delivery_key(delivery_id: DeliveryId) -> str:
    """Give the 12 characters by which a delivery is recognised on a platform.

    Computed from nothing but the id, so that a restored database, which no longer knows the outcome, still
    finds the post. Characters are safe in slugs, record keys and link parameters; 60 bits keep collisions out
    of reach.
    """
    number = int.from_bytes(hashlib.sha256(delivery_id.bytes).digest()[:8], "big")
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(12))
