"""The whole way on a real WordPress: what visitors see is what was approved."""

from __future__ import annotations

import pytest

from signoff.connectors.base import Receipt
from signoff.connectors.errors import Refused
from signoff.connectors.wordpress.connector import WordPress
from tests.connectors.wordpress.world import Carrier, jpeg, parcel_for
from tests.support.wordpress import WordPressSite

pytestmark = pytest.mark.server


async def publish(connector: WordPress, carrier: Carrier) -> Receipt:
    carrier.kept = dict(await connector.prepare(carrier.parcel, carrier.kept, carrier.keep))
    return await connector.commit(carrier.parcel, carrier.kept)


@pytest.mark.parametrize("role", ["author", "editor", "admin"])
async def test_a_post_with_pictures_is_published_as_approved(
    connector: WordPress, wordpress: WordPressSite, role: str
) -> None:
    parcel = parcel_for(
        connector, wordpress.credentials(role), "brown", "white", link="https://bakery.test/order"
    )
    carrier = Carrier(connector, parcel)
    receipt = await publish(connector, carrier)

    (post,) = await wordpress.having(parcel.key)
    assert (str(post["id"]), post["link"], post["status"]) == (
        receipt.external_id,
        receipt.permalink,
        "publish",
    )
    assert receipt.is_public
    status, page = await wordpress.visitor(receipt.permalink)
    assert status == 200
    assert "New bread &amp; rolls" in page
    assert "<strong>rye</strong> &#038; spelt" in page or "<strong>rye</strong> &amp; spelt" in page
    assert 'href="https://bakery.test/a?b=1&amp;c=2"' in page
    assert 'href="https://bakery.test/order"' in page

    first, second = sorted(await wordpress.pictures_of(parcel.key), key=lambda upload: upload["slug"])
    assert post["featured_media"] == first["id"]
    assert first["alt_text"] == "A brown loaf & a “bun”"
    assert await wordpress.bytes_at(first["source_url"]) == jpeg("brown")
    assert second["source_url"] in page
    assert await wordpress.bytes_at(second["source_url"]) == jpeg("white")


async def test_nothing_is_public_before_the_commit(connector: WordPress, wordpress: WordPressSite) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    carrier = Carrier(connector, parcel)
    carrier.kept = dict(await connector.prepare(parcel, {}, carrier.keep))
    (post,) = await wordpress.having(parcel.key)
    assert post["status"] == "draft"
    assert (await wordpress.visitor(post["link"]))[0] == 404
    await connector.commit(parcel, carrier.kept)
    (post,) = await wordpress.having(parcel.key)
    assert (await wordpress.visitor(post["link"]))[0] == 200


async def test_an_edit_after_the_last_check_is_not_published(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    ready = await connector.prepare(parcel, {}, Carrier(connector, parcel).keep)
    await wordpress.call("POST", f"posts/{ready['post_id']}", json={"content": "Nobody approved this"})
    receipt = await connector.commit(parcel, ready)
    _, page = await wordpress.visitor(receipt.permalink)
    assert "Nobody approved this" not in page
    assert "<strong>rye</strong>" in page


async def test_preparing_and_committing_again_makes_nothing_twice(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials(), "brown")
    carrier = Carrier(connector, parcel)
    first = await publish(connector, carrier)
    assert await connector.commit(parcel, carrier.kept) == first
    assert await publish(connector, carrier) == first
    carrier.kept = {}  # the database was restored from a backup that knows nothing of it
    assert await publish(connector, carrier) == first
    assert len(await wordpress.having(parcel.key)) == 1
    assert len(await wordpress.pictures_of(parcel.key)) == 1


async def test_a_page_is_published_by_an_editor(connector: WordPress, wordpress: WordPressSite) -> None:
    parcel = parcel_for(connector, wordpress.credentials("editor"), "brown", options={"post_type": "pages"})
    receipt = await publish(connector, Carrier(connector, parcel))
    (page,) = await wordpress.having(parcel.key, "pages")
    assert (page["status"], receipt.raw["type"]) == ("publish", "page")
    assert (await wordpress.visitor(receipt.permalink))[0] == 200


async def test_a_channel_that_ends_as_draft_publishes_nothing(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials(), "brown", options={"publish_as": "draft"})
    carrier = Carrier(connector, parcel)
    receipt = await publish(connector, carrier)
    (post,) = await wordpress.having(parcel.key)
    assert (post["status"], receipt.is_public) == ("draft", False)
    assert (await wordpress.visitor(post["link"]))[0] == 404

    await wordpress.call("POST", f"posts/{post['id']}", json={"status": "publish"})  # the second approval
    carrier.kept = {}
    assert (await publish(connector, carrier)).is_public
    assert len(await wordpress.having(parcel.key)) == 1


async def test_marks_in_the_text_stay_text(connector: WordPress, wordpress: WordPressSite) -> None:
    body = "<script>alert(1)</script> and [gallery] [audio src=x] — 1 < 2 > 0\n\nhttps://www.youtube.com/watch?v=abc"
    parcel = parcel_for(
        connector, wordpress.credentials("admin"), title="<b>Tom</b> & [gallery] 😀", body=body
    )
    receipt = await publish(connector, Carrier(connector, parcel))
    _, page = await wordpress.visitor(receipt.permalink)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; and [gallery] [audio src=x]" in page.replace(
        "&#91;", "["
    ).replace("&#091;", "[")
    assert "&lt;b&gt;Tom&lt;/b&gt; &amp; [gallery]" in page
    assert "<iframe" not in page
    assert '<a href="https://www.youtube.com/watch?v=abc">' in page


async def test_a_draft_that_an_earlier_try_left_is_used(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    slug = f"{parcel.payload['slug_base']}-{parcel.key}"
    left = {"title": "half", "content": "half", "status": "draft", "slug": slug}
    one = await wordpress.call("POST", "posts", role="author", json=left)
    receipt = await publish(connector, Carrier(connector, parcel))
    assert receipt.external_id == str(one["id"])
    (post,) = await wordpress.having(parcel.key)
    assert post["title"]["raw"] == "New bread &amp; rolls"
    assert "<strong>rye</strong>" in post["content"]["raw"]


async def test_a_second_draft_of_a_lost_answer_is_removed(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    carrier = Carrier(connector, parcel)
    await connector.prepare(parcel, {}, carrier.keep)
    (post,) = await wordpress.having(parcel.key)
    fields = {name: post[name]["raw"] for name in ("title", "content", "excerpt")}
    double = {**fields, "status": "draft", "slug": post["slug"]}
    await wordpress.call("POST", "posts", role="author", json=double)
    carrier.kept = {}
    receipt = await publish(connector, carrier)
    assert [str(post["id"]) for post in await wordpress.having(parcel.key)] == [receipt.external_id]


@pytest.mark.parametrize("state", ["edited", "trashed", "deleted", "private", "future"])
async def test_what_somebody_changed_in_wordpress_is_not_made_again(
    connector: WordPress, wordpress: WordPressSite, state: str
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    carrier = Carrier(connector, parcel)
    ready = await connector.prepare(parcel, {}, carrier.keep)
    post = f"posts/{ready['post_id']}"
    match state:
        case "edited":
            await wordpress.call("POST", post, json={"content": "Other words"})
        case "trashed":
            await wordpress.call("DELETE", post)
        case "deleted":
            await wordpress.call("DELETE", post, params={"force": "true"})
        case "private":
            await wordpress.call("POST", post, json={"status": "private"})
        case _:
            await wordpress.call("POST", post, json={"status": "future", "date_gmt": "2040-01-01T00:00:00"})
    with pytest.raises(Refused) as refused:
        await connector.prepare(parcel, ready, carrier.keep)
    assert "Somebody" in refused.value.detail
    assert refused.value.advice
    assert "publish" not in [post["status"] for post in await wordpress.having(parcel.key)]
