"""The fingerprint of what was approved: SHA-256 over the RFC 8785 form of a revision's variants.

The database computes the same (`seal_matches_variants`), so the form is fixed: an object with the variants in
order of channel id and a version number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

from signoff.kernel.ids import ChannelId
from signoff.records.models import Variant


def canonical(value: Mapping[str, Any]) -> str:
    """Give the one text for a JSON value, whatever the order of its keys."""
    return rfc8785.dumps(dict(value)).decode()


def digest_of(text: str) -> str:
    """Give the SHA-256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal_hash(variants: Iterable[tuple[ChannelId | str, str]]) -> str:
    """Give the seal over pairs of channel id and canonical variant."""
    ordered = sorted((str(channel_id), text) for channel_id, text in variants)
    return digest_of('{"variants":[' + ",".join(text for _, text in ordered) + '],"version":1}')


def seal_of(variants: Iterable[Variant]) -> str:
    """Give the seal over stored variants."""
    return seal_hash((variant.channel_id, variant.canonical) for variant in variants)
