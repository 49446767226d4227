"""What the pages of templates and of snippets have in common."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.records.library.queries import Narrowed
from signoff.web.forms import chosen_id


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a list is narrowed to, as its address says it; what can't be read counts as not chosen."""

    brand: str = ""
    search: str = ""
    archived: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, brand: str = "", search: str = "", archived: str = "", cursor: str = "") -> Shelf:
        return cls(brand, search[:200], archived, cursor)

    @property
    def brand_id(self) -> BrandId | None:
        found = chosen_id(self.brand)
        return BrandId(found) if found else None

    @property
    def is_archived(self) -> bool:
        return self.archived == "yes"

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(self.brand_id, self.search, self.is_archived)

    def address(self, path: str, **other: str) -> str:
        """Give the address of this list, with something said otherwise; it begins at its first page."""
        said = {"brand": self.brand, "search": self.search, "archived": self.archived} | other
        asked = urlencode({name: value for name, value in said.items() if value})
        return f"{path}?{asked}" if asked else path


def may_keep(actor: Actor, brand_id: BrandId | None) -> bool:
    """Tell who changes this: a brand's whoever writes, those for every brand who manages brands."""
    return actor.may(May.WRITE_POSTS if brand_id else May.MANAGE_BRANDS)
