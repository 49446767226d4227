"""A brand, its posts, and what a reader or a machine finds in an exported page."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image

from signoff.connectors.base import Account, Link, Parcel, SealedPicture
from signoff.connectors.content import Business, Picture, Source
from signoff.connectors.html.connector import HtmlExport
from signoff.kernel.ids import DeliveryId, delivery_key, new_id

BAKERY = Business(
    name="Corner Bakery & Sons",
    time_zone="Europe/Vienna",
    website="https://bakery.test/",
    category="bakery",
    telephone="+43 1 234567",
    address={"street": "Main street 1", "city": "Vienna", "postal_code": "1010", "country": "AT"},
    hours=(
        {"days": "mon, tue", "opens": "06:00", "closes": "18:00"},
        {"day": "Sunday", "opens": "00:00", "closes": "00:00"},
    ),
    facts={"price_range": "€€", "serves_cuisine": "Viennese", "secret_margin": "42 %"},
)
BODY = "We bake **rye** & spelt.\n\n## When?\n\nFrom *six* on.\n\n## Where?\n\nIn Vienna."


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    return out.getvalue()


def source(*colours: str, **more: Any) -> Source:
    pictures = tuple(
        Picture(hashlib.sha256(jpeg(c)).hexdigest(), "image/jpeg", 60, 40, len(jpeg(c)), alt=f'A {c} "loaf"')
        for c in colours
    )
    facts: dict[str, Any] = {
        "content_type": "blog_post",
        "title": "New bread",
        "body": BODY,
        "link": "",
        "business": BAKERY,
    }
    return Source(**{**facts, **more}, pictures=pictures)


def parcel_for(connector: HtmlExport, remote_id: str, *colours: str, **more: Any) -> Parcel:
    written = source(*colours, **more)
    delivery_id = DeliveryId(new_id())

    def sealed(colour: str, picture: Picture) -> SealedPicture:
        async def read() -> bytes:
            return jpeg(colour)

        return SealedPicture(picture.digest, picture.media_type, 60, 40, picture.alt, "", read)

    pictures = tuple(
        sealed(colour, picture) for colour, picture in zip(colours, written.pictures, strict=True)
    )
    link = Link(Account("html", "html", remote_id), {"namespace": remote_id.partition("/")[0]}, {})
    return Parcel(
        delivery_id, delivery_key(delivery_id), link, connector.render(written, {}).payload, pictures
    )


class Found(HTMLParser):
    """What is in a page: the text people see, meta data, links, pictures, and the data for machines."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: dict[str, str] = {}
        self.attributes: dict[str, list[Mapping[str, str | None]]] = {}
        self.seen = ""
        self.data = ""
        self._inside: list[str] = []
        self.feed(page)
        self.close()

    @property
    def graph(self) -> dict[str, dict[str, Any]]:
        """The nodes of the JSON-LD, by their type."""
        return {node["@type"]: node for node in json.loads(self.data)["@graph"]}

    @property
    def words(self) -> str:
        return " ".join(self.seen.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.attributes.setdefault(tag, []).append(values)
        if tag == "meta" and (name := values.get("name") or values.get("property")):
            self.metas[name] = values["content"] or ""
        if tag not in {"meta", "link", "img", "br", "hr"}:
            self._inside.append(tag)
        if tag in {"p", "h1", "h2", "h3", "li", "br", "td", "th"}:
            self.seen += " "

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "script" in self._inside:
            self.data += data
        elif not {"style", "head"} & set(self._inside):
            self.seen += data


def page_of(payload: Mapping[str, Any], date: str = "2027-03-01") -> str:
    return date.join(payload["page"])


def files_in(folder: Path) -> list[str]:
    """List the files below a folder without numbers that change from run to run."""
    names = (str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    return sorted(re.sub(r"-[a-z2-9]{12}/", "-KEY/", name) for name in names)
