"""The pages of templates and snippets, without a script."""

from __future__ import annotations

from signoff.kernel.people import Role
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.records.library.queries import Narrowed, list_snippets, list_templates
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_a_snippet_is_written_changed_archived_and_brought_back(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    page = await olga.get("/settings/snippets")
    assert "No snippet yet" in page.text
    await olga.get("/settings/snippets/new")
    form = "/settings/snippets/new"
    page = await olga.send(form, name="Opening hours", body="We open {brand.our}")
    assert (page.status, page.form(form).value("body")) == (422, "We open {brand.our}")
    assert "stands for nothing" in page.text
    page = await olga.send(form, shortcut="/hours", body="Write to {brand.name}", brand=str(brand.id))
    assert "Type /hours in a text" in page.text
    (snippet,) = (await list_snippets(runtime, olga.actor)).items
    where = f"/settings/snippets/{snippet.id}"
    page = await olga.get(f"/settings/snippets?brand={brand.id}")
    assert f"Write to {brand.name}" in page.text
    await olga.get(where)
    page = await olga.send(where, body="Write to us")
    assert "stay as they are" in page.text
    page = await olga.send(f"{where}/archive")
    assert "is archived" in page.text
    assert (await list_snippets(runtime, olga.actor)).items == []
    page = await olga.send(f"{where}/restore")
    assert "is there again" in page.text
    page = await olga.send(f"{where}/archive")
    page = await olga.get("/settings/snippets?archived=yes")
    await create_snippet(runtime, olga.actor, SnippetDraft("New", "x", "hours", brand.id))
    page = await olga.send(f"{where}/restore")
    assert "/hours is taken" in page.text
    assert len((await list_snippets(runtime, olga.actor, Narrowed(is_archived=True))).items) == 1


async def test_an_author_keeps_what_is_of_a_brand_and_reads_the_rest(
    olga: Visitor, arrive: Arrive, runtime: Runtime, brand: Brand
) -> None:
    shared = await create_snippet(runtime, olga.actor, SnippetDraft("Shared", "x"))
    own = await create_snippet(
        runtime, olga.actor, SnippetDraft("Own", "Call {brand.phone}", brand_id=brand.id)
    )
    author = await arrive(Role.AUTHOR)
    page = await author.get("/settings/snippets")
    assert page.has_form(f"/settings/snippets/{own.id}/archive")
    assert not page.has_form(f"/settings/snippets/{shared.id}/archive")
    page = await author.get("/settings/snippets/new")
    assert "Every brand" not in page.text
    page = await author.get(f"/settings/snippets/{shared.id}")
    assert ("button", "class", "btn primary") not in page.reader.attributes
    page = await author.get(f"/settings/snippets?brand={brand.id}")
    assert f"{brand.name} has no telephone number" in page.text


async def test_a_template_is_written_and_a_post_begins_with_it(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    assert "No template yet" in (await olga.get("/settings/templates")).text
    await olga.get(f"/settings/templates/new?brand={brand.id}")
    form, key = "/settings/templates/new", str(channel.id)
    page = await olga.send(form, name="New dish", body="New at {brnd.name}")
    assert (page.status, page.form(form).value("body")) == (422, "New at {brnd.name}")
    page = await olga.send(
        form, ("channel", key), body="New at {brand.name}", tags="menu, menu", **{f"own_body_{key}": "Short"}
    )
    assert "is among the templates" in page.text
    (template,) = (await list_templates(runtime, olga.actor)).items
    assert (template.tags, template.channels, template.overrides) == (
        ["menu"],
        [key],
        {key: {"body": "Short"}},
    )
    where = f"/settings/templates/{template.id}"
    page = await olga.get("/posts/new/template")
    page = await olga.send(f"{where}/use")
    assert page.path.endswith("/edit")
    (made,) = (await list_posts(runtime, olga.actor)).items
    assert page.form(f"/posts/{made.post.id}").value("body") == f"New at {brand.name}"
    await olga.get(where)
    page = await olga.send(where, body="Otherwise {brand.phone}", **{f"own_body_{key}": ""})
    assert "stay as they are" in page.text
    page = await olga.send(f"{where}/use")
    assert (page.status, "no telephone number" in page.text) == (422, True)
    await olga.get(where)
    page = await olga.send(f"{where}/archive")
    assert "is archived" in page.text
    page = await olga.send(f"{where}/restore")
    assert "is there again" in page.text
    found = (await list_templates(runtime, olga.actor)).items[0]
    assert (found.body, found.overrides) == ("Otherwise {brand.phone}", {})
    assert (await get_post(runtime, olga.actor, made.post.id)).revision.body == f"New at {brand.name}"


async def test_a_post_is_saved_as_a_template_for_every_brand(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    await olga.get(f"/posts/{post.id}/template")
    form = f"/posts/{post.id}/template"
    assert olga.page.form(form).value("name") == "Good morning"
    page = await olga.send(form, ("for_all", "yes"), name=" ")
    assert page.status == 422
    page = await olga.send(form, name="Morning")
    assert "“Morning” is among the templates" in page.text
    (template,) = (await list_templates(runtime, olga.actor)).items
    assert (template.brand_id, template.channels) == (None, ["noticeboard"])
    where = f"/settings/templates/{template.id}"
    page = await olga.get(where)
    assert "Every brand" in page.text
    await olga.get(f"/posts/new/template?brand={brand.id}&search=morn")
    page = await olga.send(f"{where}/use", brand=str(brand.id))
    assert "A draft is made" in page.text
