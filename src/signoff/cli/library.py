"""What the commands for templates and for snippets have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from signoff.cli.door import Desk
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, show_facts, show_json, show_table

OfBrand = Annotated[str, typer.Option("--brand", help="Those that this brand can use: its id.")]
ForBrand = Annotated[str, typer.Option("--brand", help="A brand's id; without it, for every brand.")]
Search = Annotated[str, typer.Option(help="Words of it.")]
Archived = Annotated[bool, typer.Option("--archived", help="Those that were put away instead.")]
Name = Annotated[str | None, typer.Option(help="Its name.", show_default=False)]
Body = Annotated[str | None, typer.Option(help="The text.", show_default=False)]
BodyFile = Annotated[
    str | None, typer.Option(help="A file with the text; - reads standard input.", show_default=False)
]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of them: where it is kept, and how it is shown."""

    path: str
    called: str
    facts: Callable[[dict[str, Any]], dict[str, Any]]
    """What is told of one, beside for whom it is and when it changed."""
    columns: Sequence[str]
    row: Callable[[dict[str, Any]], Sequence[str]]

    def show(self, desk: Desk, one: dict[str, Any]) -> None:
        """Tell about one."""
        if desk.as_json:
            show_json(one)
            return
        known = {
            "for": one["brand_id"] or "every brand",
            "changed": local_time(one["updated_at"]),
            "archived": local_time(one["archived_at"]),
        }
        show_facts(self.facts(one) | known)

    async def list(self, desk: Desk, brand: str, search: str, limit: int, *, archived: bool) -> None:
        """Show those that there are."""
        asked = {"brand": brand, "search": search} | ({"archived": "true"} if archived else {})
        found = await desk.api.all(self.path, limit, **asked)
        if desk.as_json:
            show_json(found)
            return
        rows = [self.row(one) for one in found]
        show_table(self.columns, rows, empty=f"There are no such {self.called}s.")

    async def read(self, desk: Desk, one: str) -> None:
        """Show one."""
        self.show(desk, await desk.api.get(f"{self.path}/{one}"))

    async def change(self, desk: Desk, one: str, given: dict[str, Any]) -> None:
        """Change what isn't None."""
        changes = {field: value for field, value in given.items() if value is not None}
        if not changes:
            raise StoppedError(Exit.USAGE, "Say what to change, for example with --body.")
        present = await desk.api.read(f"{self.path}/{one}")
        self.show(desk, await desk.api.change("PATCH", f"{self.path}/{one}", present.etag, changes))

    async def archive(self, desk: Desk, one: str) -> None:
        """Put one away."""
        present = await desk.api.read(f"{self.path}/{one}")
        self.show(desk, await desk.api.change("DELETE", f"{self.path}/{one}", present.etag))

    async def restore(self, desk: Desk, one: str) -> None:
        """Get one back."""
        self.show(desk, await desk.api.post(f"{self.path}/{one}/restore"))
