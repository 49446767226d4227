"""The way of a post on the command line, as a script takes it."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from tests.journeys.conftest import Page
from tests.journeys.steps import approved, photo, submitted
from tests.support.commands import Run, as_caller
from tests.support.installation import Installation
from tests.support.rest import Caller
from tests.support.sandbox import Sandbox


def done(run: Run) -> Run:
    assert run.code == 0, run.errors
    return run


async def test_a_script_brings_a_post_to_instagram_and_takes_it_down(
    olga: Caller, brand: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz")
    signoff = as_caller(olga, tmp_path)
    (tmp_path / "rye.jpg").write_bytes(photo())

    login = ("--credential", f"ig_user_id={account.id}", "--credential", f"access_token={account.token}")
    channel = done(await signoff("channels", "connect", brand, "instagram", *login, "--json")).json
    picture = done(await signoff("media", "upload", "rye.jpg", "--alt", "A rye loaf", "--json")).json
    text = ("--title", "Rye", "--body", "Rye is back.", "--media", picture["id"])
    post = done(
        await signoff("posts", "create", "--brand", brand, "--channel", channel["id"], *text, "--json")
    ).json
    done(await signoff("posts", "submit", post["id"]))
    assert sandbox.posts(account.id) == []

    early = await signoff("publish-now", post["id"], "--json")
    assert early.code == 1
    shown = done(await signoff("posts", "preview", post["id"], "--json")).json
    decided = done(await signoff("review", "approve", post["id"], "--seen", shown["seen"], "--json")).json
    assert decided["post"]["state"] == "approved"
    done(await signoff("publish-now", post["id"], "--watch"))

    (visible,) = sandbox.posts(account.id)
    assert visible["text"].startswith("Rye is back.")
    assert [each["alt_text"] for each in visible["pictures"]] == ["A rye loaf"]
    found = done(await signoff("deliveries", "list", "--post", post["id"], "--json")).json
    (delivery,) = found if isinstance(found, list) else found["items"]
    assert (delivery["state"], delivery["permalink"]) == ("published", visible["permalink"])
    told = done(await signoff("deliveries", "show", delivery["id"])).out
    assert "nothing of it is public" in told

    done(await signoff("deliveries", "recover", delivery["id"], "--reason", "Sold out.", "--yes"))
    done(await signoff("deliveries", "watch", delivery["id"]))
    assert sandbox.posts(account.id) == []


async def test_the_audit_of_all_journeys_is_whole(signoff: Installation) -> None:
    (verified,) = done(await signoff.command("audit", "verify", "--json")).json
    assert (verified["organization"], verified["ok"]) == ("Casa Luz", True)
    assert verified["entries"] > 0


async def test_a_script_that_sends_something_wrong_is_told_what_and_ends_with_1(
    olga: Caller, brand: str, page: Page, tmp_path: Path
) -> None:
    signoff = as_caller(olga, tmp_path)
    (tmp_path / "page.png").write_text("<html>not a picture</html>")
    (tmp_path / "huge.png").write_bytes(photo("PNG") + bytes(40_000_000))
    post = await submitted(olga, brand, page.channel)
    await approved(olga, post)
    for arguments, said in {
        ("media", "upload", "page.png"): "picture",
        ("media", "upload", "huge.png"): "25 MB",
        ("posts", "create", "--brand", str(uuid4()), "--title", "Rye"): "brand",
        ("schedule", post, "--at", "2020-01-01T09:00:00Z"): "past",
    }.items():
        refused = await signoff(*arguments)
        assert refused.code == 1, arguments
        assert said in refused.errors
    assert page.texts() == []
