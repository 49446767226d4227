"""What can be called of an Instagram account, of its containers and of its media."""

from __future__ import annotations

from typing import Final

from signoff.sandbox.graph.instagram import containers, media, publishing
from signoff.sandbox.graph.operations import Routes

ACCOUNT: Final[Routes] = {
    ("GET", ""): ("instagram.account", media.read_account),
    ("GET", "media"): ("instagram.list", media.list_media),
    ("GET", "content_publishing_limit"): ("instagram.limit", publishing.publishing_limit),
    ("POST", "media"): ("instagram.container", containers.create),
    ("POST", "media_publish"): ("instagram.publish", publishing.publish),
}
CONTAINER: Final[Routes] = {("GET", ""): ("instagram.status", containers.read)}
MEDIA: Final[Routes] = {
    ("GET", ""): ("instagram.read", media.read),
    ("GET", "insights"): ("instagram.insights", media.measured),
    ("DELETE", ""): ("instagram.delete", media.delete),
}
