"""Texts, links and photos on their way to the sandbox's Page, and what happens around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from signoff.connectors.base import CannotTell, NotPublished, Published
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, TryLater
from signoff.connectors.facebook import Facebook
from tests.connectors.graph.world import Carrier, minutes_ago, parcel_for, shot, source
from tests.support.graph import Graph, Pictures
from tests.support.sandbox import Account, Sandbox

LINK = "https://casaluz.example/menu?utm_content=k3y"
DIRECTLY = {"draft_first": False}


@pytest.fixture
def text(facebook: Facebook, account: Account) -> Carrier:
    return Carrier(facebook, parcel_for(facebook, account, source("Open\r\non Sunday", link=LINK)))


@pytest.fixture
def photos(facebook: Facebook, account: Account, pictures: Pictures) -> Carrier:
    taken = [shot(pictures, colour) for colour in ("red", "green", "blue")]
    return Carrier(facebook, parcel_for(facebook, account, source("Three colours", *taken), *taken))


@pytest.fixture
def direct(facebook: Facebook, account: Account, pictures: Pictures) -> Carrier:
    taken = shot(pictures, alt="A loaf")
    parcel = parcel_for(facebook, account, source("At once", taken), taken, options=DIRECTLY)
    return Carrier(facebook, parcel)


def texts(sandbox: Sandbox, account: Account) -> list[str]:
    return [post["text"] for post in sandbox.posts(account.id)]


async def in_doubt(carrier: Carrier, sandbox: Sandbox, call: str, fault: str, **options: Any) -> None:
    """Prepare, and lose the answer to the commit."""
    sandbox.fault(call, fault, **options)
    await carrier.prepare()
    with pytest.raises(Ambiguous):
        await carrier.commit()


async def edit(sandbox: Sandbox, account: Account, post: str, message: str) -> None:
    """What a person does in Meta's own tools."""
    async with aiohttp.ClientSession() as http:
        await Graph(http, sandbox.graph_url, account).post(post, message=message)


async def remove(sandbox: Sandbox, account: Account, post: str) -> None:
    async with aiohttp.ClientSession() as http:
        await Graph(http, sandbox.graph_url, account).delete(post)


async def test_a_text_with_a_link_is_a_draft_first_and_then_out(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await text.prepare()
    assert not sandbox.posts(account.id)
    (draft,) = sandbox.posts(account.id, hidden=True)
    assert draft["id"] == text.kept["post"]

    receipt = await text.commit()
    (post,) = sandbox.posts(account.id)
    assert (post["text"], post["link"]) == ("Open\non Sunday", LINK)
    assert (receipt.external_id, receipt.permalink) == (post["id"], post["permalink"])
    assert receipt.is_sandbox
    assert account.token not in str(receipt)


@pytest.mark.parametrize("colours", [("red",), ("red", "green", "blue")])
@pytest.mark.parametrize("options", [{}, DIRECTLY])
async def test_photos_keep_their_order_and_alt_texts(
    facebook: Facebook,
    account: Account,
    pictures: Pictures,
    sandbox: Sandbox,
    colours: tuple[str, ...],
    options: dict[str, Any],
) -> None:
    taken = [shot(pictures, colour) for colour in colours]
    parcel = parcel_for(facebook, account, source("Colours", *taken), *taken, options=options)
    await Carrier(facebook, parcel).until_out()
    (post,) = sandbox.posts(account.id)
    assert [one["alt_text"] for one in post["pictures"]] == [f"A {colour} square" for colour in colours]


async def test_ten_photos_and_a_photo_without_text_go_out(
    facebook: Facebook, account: Account, pictures: Pictures, sandbox: Sandbox
) -> None:
    taken = [shot(pictures, colour) for colour in ("red", "green", "blue", "teal", "navy")] * 2
    await Carrier(facebook, parcel_for(facebook, account, source("Ten", *taken), *taken)).until_out()
    await Carrier(facebook, parcel_for(facebook, account, source("", taken[0]), taken[0])).until_out()
    assert [len(post["pictures"]) for post in sandbox.posts(account.id)] == [1, 10]


async def test_publishing_again_what_is_out_changes_nothing(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    first = await text.until_out()
    again = await text.commit()
    assert again.external_id == first.external_id
    assert len(sandbox.posts(account.id)) == 1


async def test_every_id_is_kept_before_the_next_call(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("facebook.draft", "error_500_before")
    with pytest.raises(TryLater):
        await photos.prepare()
    assert len(photos.kept["photos"]) == 3
    assert not photos.kept["post"]
    photos.kept["photos"] = photos.kept["photos"][:2]
    await photos.until_out()
    assert len(sandbox.requests(account.id, "facebook.photo")) == 4
    (post,) = sandbox.posts(account.id)
    assert [one["alt_text"] for one in post["pictures"]] == [
        "A red square",
        "A green square",
        "A blue square",
    ]


async def test_photos_that_facebook_has_dropped_are_uploaded_anew(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("facebook.draft", "error_500_before")
    with pytest.raises(TryLater):
        await photos.prepare()
    photos.kept["made_at"] = minutes_ago(25 * 60).isoformat()
    sandbox.advance(25 * 3600)
    await photos.until_out()
    assert len(sandbox.posts(account.id)[0]["pictures"]) == 3


async def test_a_draft_that_somebody_edited_is_not_published(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await text.prepare()
    await edit(sandbox, account, text.kept["post"], "Something nobody approved")
    with pytest.raises(Refused, match="changed the text") as problem:
        await text.prepare()
    assert "delete that unpublished post" in problem.value.advice
    assert not sandbox.posts(account.id)

    await remove(sandbox, account, text.kept["post"])
    await text.until_out()
    assert texts(sandbox, account) == ["Open\non Sunday"]


async def test_a_lost_draft_costs_nothing_that_people_see(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("facebook.draft", "close_after")
    await text.until_out()
    assert len(sandbox.posts(account.id, hidden=True)) == 2
    assert len(sandbox.posts(account.id)) == 1


async def test_the_post_itself_tells_that_it_is_out(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(photos, sandbox, "facebook.publish", "error_500_after")
    sandbox.fault("facebook.list", "slow_listing", seconds=3600)
    finding = await photos.look(is_settled=False)
    assert isinstance(finding, Published)
    (post,) = sandbox.posts(account.id)
    assert (finding.receipt.external_id, finding.receipt.permalink) == (post["id"], post["permalink"])


async def test_the_post_itself_tells_that_it_is_not_out(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(text, sandbox, "facebook.publish", "reset_before")
    finding = await text.look()
    assert finding == NotPublished("The post is on the Page and still unpublished.")
    text.in_doubt = False
    await text.until_out()
    assert len(sandbox.requests(account.id, "facebook.draft")) == 1
    assert len(sandbox.posts(account.id)) == 1


async def test_a_post_that_vanished_meanwhile_is_for_a_person(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(text, sandbox, "facebook.publish", "reset_after")
    await remove(sandbox, account, text.kept["post"])
    finding = await text.look()
    assert isinstance(finding, CannotTell)
    assert finding.is_final


async def test_publishing_a_draft_that_vanished_leaves_it_to_a_person(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await text.prepare()
    await remove(sandbox, account, text.kept["post"])
    with pytest.raises(Ambiguous):
        await text.commit()
    finding = await text.look()
    assert isinstance(finding, CannotTell)
    assert finding.is_final


async def test_publishing_with_nothing_prepared_sends_nothing(text: Carrier, sandbox: Sandbox) -> None:
    with pytest.raises(TryLater):
        await text.commit()
    assert not sandbox.requests(call="facebook.*")


async def test_a_lost_permalink_does_not_turn_a_success_into_a_failure(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await text.prepare()
    sandbox.fault("facebook.read", "hang_before")
    receipt = await text.commit()
    assert receipt.external_id == sandbox.posts(account.id)[0]["id"]
    assert receipt.permalink == f"{sandbox.url}/"


async def test_a_direct_post_is_found_in_the_feed(
    direct: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(direct, sandbox, "facebook.direct", "error_500_after")
    sandbox.fault("facebook.list", "slow_listing", seconds=60)
    unlisted = await direct.look()
    assert unlisted == NotPublished("The Page's feed doesn't show the post.", from_listing=True)
    listed = await direct.look()
    assert isinstance(listed, Published)
    assert listed.receipt.external_id == sandbox.posts(account.id)[0]["id"]


async def test_a_direct_post_that_is_listed_twice_is_told(
    direct: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(direct, sandbox, "facebook.direct", "close_after")
    async with aiohttp.ClientSession() as http:
        graph = Graph(http, sandbox.graph_url, account)
        await graph.post(f"{account.id}/feed", message="Between")
        await graph.post(f"{account.id}/feed", message="At once")
    finding = await direct.look()
    assert isinstance(finding, Published)
    newest, _, oldest = sandbox.posts(account.id)
    assert finding.receipt.external_id == oldest["id"]
    assert finding.receipt.raw["also_matching"] == [newest["id"]]


async def test_a_refused_repetition_is_looked_up_first(
    direct: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await in_doubt(direct, sandbox, "facebook.direct", "reset_after")
    with pytest.raises(Ambiguous, match="506"):
        await direct.commit()
    receipt = await direct.until_out()
    assert [post["id"] for post in sandbox.posts(account.id)] == [receipt.external_id]


async def test_a_feed_match_needs_text_and_time(
    facebook: Facebook, direct: Carrier, account: Account, pictures: Pictures
) -> None:
    await direct.until_out()
    for body, since in (("Other", minutes_ago(5)), ("At once", minutes_ago(-5))):
        parcel = parcel_for(facebook, account, source(body), options=DIRECTLY)
        assert isinstance(await Carrier(facebook, parcel, since=since).look(), NotPublished)


async def test_a_link_tells_posts_of_the_same_text_apart(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    links = [f"https://casaluz.example/{page}" for page in ("one", "two", "three")]
    found = []
    for link in links[:2]:
        parcel = parcel_for(facebook, account, source("Read on", link=link), options=DIRECTLY)
        found.append((await Carrier(facebook, parcel).until_out()).external_id)
    parcel = parcel_for(facebook, account, source("Read on", link=links[1]), options=DIRECTLY)
    second = await Carrier(facebook, parcel, since=minutes_ago(1)).look()
    assert isinstance(second, Published)
    assert second.receipt.external_id == found[1]
    for body, link, expected in (
        ("Read on", links[2], Published),
        ("", links[2], NotPublished),
        ("", links[0], NotPublished),
    ):
        parcel = parcel_for(facebook, account, source(body, link=link), options=DIRECTLY)
        assert isinstance(await Carrier(facebook, parcel, since=minutes_ago(1)).look(), expected)


async def test_a_link_without_a_text_is_found_by_the_link(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    parcel = parcel_for(facebook, account, source("", link=LINK), options=DIRECTLY)
    carrier = Carrier(facebook, parcel)
    await in_doubt(carrier, sandbox, "facebook.direct", "close_after")
    assert isinstance(await carrier.look(), Published)


async def test_a_post_of_which_only_the_account_is_known_is_found_by_its_text(
    text: Carrier, sandbox: Sandbox
) -> None:
    receipt = await text.until_out()
    text.kept, text.in_doubt = {}, True  # a restored backup
    assert (await text.until_out()).external_id == receipt.external_id


async def test_a_post_is_found_by_the_address_a_person_gives(
    text: Carrier, facebook: Facebook, sandbox: Sandbox, account: Account
) -> None:
    receipt = await text.until_out()
    page, number = receipt.external_id.split("_")
    for url in (
        receipt.permalink,
        f"https://www.facebook.com/{receipt.external_id}",
        f"https://www.facebook.com/casaluz/posts/{number}/?ref=share",
        f"https://m.facebook.com/permalink.php?story_fbid={number}&id={page}",
        f" https://www.facebook.com/casaluz/posts/open-on-sunday/{number} ",
    ):
        found = await facebook.find(text.parcel, url)
        assert found, url
        assert found.external_id == receipt.external_id
    for url in ("https://www.facebook.com/casaluz/posts/pfbid0abc", "https://[", "", "nonsense", "/12345678"):
        assert await facebook.find(text.parcel, url) is None


async def test_a_draft_or_another_pages_post_is_not_out(
    text: Carrier, facebook: Facebook, sandbox: Sandbox
) -> None:
    await text.prepare()
    (draft,) = sandbox.posts(hidden=True)
    assert await facebook.find(text.parcel, draft["permalink"]) is None
    other = sandbox.seed_facebook(name="Other", username="other")
    receipt = await Carrier(facebook, parcel_for(facebook, other, source("Elsewhere"))).until_out()
    assert await facebook.find(text.parcel, receipt.permalink) is None


async def test_taking_down_removes_post_and_photos_and_is_repeatable(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await photos.until_out()
    assert await photos.connector.take_down(photos.parcel, receipt) == "Deleted on Facebook."
    assert not sandbox.posts(account.id)
    async with aiohttp.ClientSession() as http:
        album = await Graph(http, sandbox.graph_url, account).get(f"{account.id}/photos")
    assert album.body["data"] == []
    assert await photos.connector.take_down(photos.parcel, receipt) == "It was already gone from Facebook."


@pytest.mark.parametrize("fault", ["reset_after", "error_500_after", "garbage_after"])
async def test_a_lost_answer_to_a_deletion_is_looked_up(
    text: Carrier, sandbox: Sandbox, account: Account, fault: str
) -> None:
    receipt = await text.until_out()
    sandbox.fault("facebook.delete", fault)
    assert "Facebook" in await text.connector.take_down(text.parcel, receipt)
    assert not sandbox.posts(account.id)


async def test_a_deletion_that_did_not_happen_is_told(
    text: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await text.until_out()
    sandbox.fault("facebook.delete", "error_500_before")
    with pytest.raises(TryLater):
        await text.connector.take_down(text.parcel, receipt)
    sandbox.fault("facebook.delete", "error_before", code=100, subcode=33)
    with pytest.raises(Refused) as problem:
        await text.connector.take_down(text.parcel, receipt)
    assert "Move to trash" in problem.value.advice
    sandbox.token(account.token, dead=460)
    with pytest.raises(Reconnect):
        await text.connector.take_down(text.parcel, receipt)
    assert len(sandbox.posts(account.id)) == 1


async def test_what_never_went_out_is_cleaned_up_repeatably(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await photos.prepare()
    for _ in range(2):
        await photos.connector.clean_up(photos.parcel, photos.kept)
        assert [post["state"] for post in sandbox.posts(account.id, hidden=True)] == ["deleted"]
    await photos.connector.clean_up(photos.parcel, {})


async def test_cleaning_up_never_touches_what_is_out_or_may_be(
    photos: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await photos.until_out()
    await photos.connector.clean_up(photos.parcel, photos.kept)
    sandbox.fault("facebook.read", "error_500_before")
    await photos.connector.clean_up(photos.parcel, photos.kept)
    assert len(sandbox.posts(account.id)) == 1


async def test_other_pictures_than_the_approved_ones_are_refused(
    facebook: Facebook, account: Account, pictures: Pictures, sandbox: Sandbox
) -> None:
    approved, other = shot(pictures, "red"), shot(pictures, "green")
    with pytest.raises(Refused, match="aren't those that were approved"):
        await Carrier(facebook, parcel_for(facebook, account, source("x", approved), other)).prepare()
    assert not sandbox.requests(account.id, "facebook.photo")


async def test_a_photo_that_cannot_be_fetched_is_tried_again_with_advice(
    photos: Carrier, pictures: Pictures
) -> None:
    served, pictures.bodies = pictures.bodies, {}
    with pytest.raises(TryLater) as problem:
        await photos.prepare()
    assert "SIGNOFF_PUBLIC_URL" in problem.value.advice
    pictures.bodies = served
    await photos.until_out()


async def test_a_look_takes_posts_from_a_minute_before_the_first_intent(direct: Carrier) -> None:
    receipt = await direct.until_out()
    direct.since = datetime.now(UTC) + timedelta(seconds=30)
    within_a_minute = await direct.look()
    assert isinstance(within_a_minute, Published)
    assert within_a_minute.receipt.external_id == receipt.external_id
    direct.since = datetime.now(UTC) + timedelta(seconds=90)
    assert isinstance(await direct.look(), NotPublished)


async def test_a_restored_backup_finds_a_post_whose_draft_is_older_than_the_doubt(text: Carrier) -> None:
    receipt = await text.until_out()
    text.kept, text.since = {}, datetime.now(UTC) + timedelta(hours=20)
    found = await text.look()
    assert isinstance(found, Published)
    assert found.receipt.external_id == receipt.external_id
