"""The page where a brand says what its links carry."""

from __future__ import annotations

from signoff.kernel.people import Role
from signoff.organizations.link_tracking import get_link_tracking
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_what_links_carry_is_set_and_shown(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    page = await olga.get("/settings/writing")
    form = f"/settings/writing/{brand.id}/links"
    page = await olga.send(form, links="?utm_source={platform}")
    assert "Saved." in page.text
    assert await get_link_tracking(runtime, olga.actor, brand.id) == {None: "utm_source={platform}"}
    page = await olga.send(form, **{f"links_{channel.id}": "utm_source={nonsense}"})
    assert (page.status, page.form(form).value(f"links_{channel.id}")) == (422, "utm_source={nonsense}")
    assert "stands for nothing" in page.text


async def test_who_doesnt_manage_brands_only_reads(arrive: Arrive, brand: Brand) -> None:
    author = await arrive(Role.AUTHOR)
    page = await author.get(f"/settings/writing/{brand.id}")
    assert ("input", "readonly", "") in page.reader.attributes
