"""People's work on the command line, against the real API."""

from __future__ import annotations

import asyncio
import os
import pty
from pathlib import Path

import pytest

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from tests.api.drafts import draft, in_review, png
from tests.support.commands import Signoff, as_caller
from tests.support.rest import CallAs, Caller


@pytest.mark.slow
async def test_the_way_of_a_post(signoff: Signoff, brand: Brand, channel: Channel) -> None:
    made = await signoff(
        "posts", "create", "--brand", str(brand.id), "--title", "Good morning",
        "--body", "Fresh bread at eight.", "--channel", str(channel.id), "--tag", "bread", "--json",
    )  # fmt: skip
    assert made.code == 0, made.errors
    post = made.json["id"]
    edited = await signoff("posts", "edit", post, "--title", "Good evening", "--json")
    assert (edited.json["title"], edited.json["version"]) == ("Good evening", 2)
    assert (await signoff("posts", "submit", post)).code == 0
    queue = await signoff("review", "queue")
    assert post in queue.out
    assert "Good evening" in queue.out
    shown = await signoff("review", "show", post, "--json")
    approved = await signoff("review", "approve", post, "--seen", shown.json["seen"])
    assert (approved.code, approved.out) == (0, "Approve: the post is approved now.\n")
    placed = await signoff("schedule", post, "--local", "2027-07-01T09:00", "--json")
    assert [(one["state"], one["due_at"]) for one in placed.json] == [("scheduled", "2027-07-01T07:00:00Z")]
    listed = await signoff("deliveries", "list", "--state", "scheduled")
    assert "2027-07-01 09:00 CEST" in listed.out
    detail = await signoff("deliveries", "show", placed.json[0]["id"])
    assert "delivery.schedule" in detail.out
    assert "Olga Owner" in detail.out
    cancelled = await signoff("deliveries", "cancel", placed.json[0]["id"], "--reason", "Rain", "--json")
    assert cancelled.json["state"] == "cancelled"
    audited = await signoff("audit", "list", "--post", post, "--json")
    assert {entry["via"] for entry in audited.json} == {"cli"}


@pytest.mark.slow
async def test_templates_and_snippets(signoff: Signoff, brand: Brand, channel: Channel) -> None:
    assert channel
    made = await signoff(
        "templates", "create", "New dish", "--body", "New at {brand.name}", "--tag", "menu", "--json"
    )
    assert made.code == 0, made.errors
    template = made.json["id"]
    assert (await signoff("templates", "edit", template, "--title", "A dish", "--json")).json["version"] == 2
    post = await signoff("templates", "use", template, "--brand", str(brand.id), "--json")
    assert (post.json["title"], post.json["body"], post.json["tags"]) == (
        "A dish", f"New at {brand.name}", ["menu"],
    )  # fmt: skip
    saved = await signoff("templates", "save", post.json["id"], "As it was")
    assert "As it was" in saved.out
    assert (await signoff("templates", "archive", template)).code == 0
    assert template not in (await signoff("templates", "list")).out
    assert template in (await signoff("templates", "list", "--archived")).out
    assert (await signoff("templates", "restore", template)).code == 0
    refused = await signoff("snippets", "create", "Call", "--body", "Call {fone}")
    assert refused.code == 1
    assert "{brand.phone}" in refused.errors
    snippet = (await signoff("snippets", "create", "Call", "--body", "{brand.name} says hi", "--json")).json[
        "id"
    ]
    assert "/call" in (await signoff("snippets", "list")).out
    said = await signoff("snippets", "text", snippet, "--brand", str(brand.id))
    assert said.out == f"{brand.name} says hi\n"
    edited = await signoff("snippets", "edit", snippet, "--shortcut", "hi")
    assert "hi" in edited.out
    assert (await signoff("snippets", "archive", snippet)).code == 0
    assert (await signoff("snippets", "restore", snippet)).code == 0


@pytest.mark.slow
async def test_cadence(signoff: Signoff, brand: Brand, channel: Channel) -> None:
    of_brand, own = ("brands", "cadence", str(brand.id)), ("channels", "cadence", str(channel.id))
    assert "most a day" in (await signoff(*of_brand, "--max-per-day", "3", "--quiet", "22:00-07:00")).out
    assert (await signoff(*own, "--max-per-day", "none", "--min-gap", "90", "--json")).json["own"] == {
        "max_per_day": None,
        "min_gap_minutes": 90,
    }
    followed = await signoff(*own, "--as-brand", "max-per-day", "--json")
    assert (followed.json["own"], followed.json["in_force"]["max_per_day"]) == ({"min_gap_minutes": 90}, 3)
    assert "90 min" in (await signoff(*own)).out
    assert (await signoff(*own, "--min-gap", "soon")).code == 2
    assert (await signoff(*own, "--as-brand", "colour")).code == 2


@pytest.mark.slow
async def test_brands_and_channels(signoff: Signoff) -> None:
    made = await signoff("brands", "create", "Corner Bakery", "--time-zone", "Europe/Madrid", "--json")
    brand = made.json["id"]
    edited = await signoff("brands", "edit", brand, "--telephone", "+34 911 234 567")
    late = await signoff("brands", "edit", brand, "--late-window", "90", "--late-policy", "spread")
    assert "spread, from 90 min on" in late.out
    assert "+34 911 234 567" in edited.out
    rules = await signoff("brands", "approval", brand, "--approvals", "2", "--four-eyes", "yes")
    assert "people who approve" in rules.out
    assert (await signoff("brands", "approval", brand, "--four-eyes", "maybe")).code == 2
    loosened = await signoff("brands", "approval", brand, "--approvals", "none", "--json")
    assert loosened.json["own"] == {"four_eyes": True}
    closed = ("brands", "closed-days", brand)
    weekend = await signoff(*closed, "--every", "Sa,Su", "--reason", "Weekend", "--json")
    assert [(each["weekdays"], each["last"]) for each in weekend.json] == [(["Sa", "Su"], None)]
    yearly = await signoff(
        *closed, "--add", "2026-12-25/2026-12-26", "--every", "year", "--reason", "Christmas",
        "--remove", weekend.json[0]["id"],
    )  # fmt: skip
    assert "year" in yearly.out
    assert "Weekend" not in yearly.out
    connected = await signoff(
        "channels", "connect", brand, "noticeboard", "--credential", "board=plaza",
        "--credential", "key=key of plaza", "--option", "colour=yellow", "--json",
    )  # fmt: skip
    assert connected.code == 0, connected.errors
    assert connected.json["options"]["colour"] == "yellow"
    budgets = await signoff("channels", "budgets", "--brand", brand)
    assert "no limit known" in budgets.out
    assert "noticeboard" in (await signoff("channels", "platforms")).out
    checked = await signoff("channels", "check", connected.json["id"])
    assert "connected" in checked.out
    removed = await signoff("channels", "remove", connected.json["id"], "--yes")
    assert removed.out == "Removed.\n"
    assert (await signoff("brands", "remove", brand, "--yes")).code == 0
    assert (await signoff("brands", "list")).out == "There are no brands yet.\n"


@pytest.mark.slow
async def test_pictures(signoff: Signoff, tmp_path: Path) -> None:
    (tmp_path / "loaf.png").write_bytes(png())
    uploaded = await signoff("media", "upload", "loaf.png", "--alt", "A loaf", "--json")
    assert uploaded.code == 0, uploaded.errors
    shown = await signoff("media", "show", uploaded.json["id"])
    assert "A loaf" in shown.out
    (tmp_path / "page.png").write_text("<html>")
    refused = await signoff("media", "upload", "page.png")
    assert refused.code == 1
    assert refused.errors.strip()


@pytest.mark.slow
async def test_many_posts_in_one_go(
    signoff: Signoff, owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    written = [(await owner_api.post("/posts", draft(brand, channel))).json["id"] for _ in range(2)]
    gone = "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"
    tagged = await signoff("posts", "bulk", "tag", *written, gone, "--tag", "winter", "--json")
    assert tagged.code == 1
    assert [each["refused"] is None for each in tagged.json["items"]] == [True, True, False]
    undone = await signoff("undo", tagged.json["undo_id"])
    assert (undone.code, undone.out.splitlines()[-1]) == (0, "2 of 2 done.")
    assert (await signoff("posts", "bulk", "submit", *written)).code == 0
    seals = [(await owner_api.get(f"/posts/{each}/preview")).json["seen"] for each in written]
    looked = [f"{post}:{seal}" for post, seal in zip(written, seals, strict=True)]
    sent_back = await signoff("review", "bulk", "request-changes", *looked, "--comment", "Shorter")
    assert (sent_back.code, sent_back.out.count("draft")) == (0, 2)
    unseen = await signoff("review", "bulk", "approve", written[0])
    assert (unseen.code, "POST:SEAL" in unseen.errors) == (2, True)


@pytest.mark.slow
async def test_members_and_tokens(signoff: Signoff) -> None:
    invited = await signoff("members", "invite", "ana@example.com", "author")
    assert invited.out.startswith("https://signoff.example/link/")
    promoted = await signoff("members", "role", "ana@example.com", "reviewer")
    assert promoted.out == "ana@example.com is reviewer now.\n"
    assert "reviewer" in (await signoff("members", "list")).out
    assert (await signoff("members", "remove", "ana@example.com", "--yes")).code == 0
    tokens = (await signoff("token", "list", "--json")).json
    assert (await signoff("token", "revoke", tokens[0]["id"])).code == 0
    locked_out = await signoff("whoami")
    assert (locked_out.code, locked_out.errors.splitlines()[0]) == (
        1,
        "The token is unknown, expired or revoked.",
    )


@pytest.mark.slow
async def test_views_notifications_and_limits(
    signoff: Signoff, owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    post = (await owner_api.post("/posts", draft(brand, channel, tags=["winter"]))).json["id"]
    await owner_api.post("/posts", draft(brand, channel))
    saved = await signoff("views", "save", "Winter", "tag=winter", "changed=7")
    assert (saved.code, saved.out) == (0, "Saved: Winter.\n")
    assert "tag=winter changed=7" in (await signoff("views", "list")).out
    shown = await signoff("views", "show", "winter", "--json")
    assert [each["id"] for each in shown.json] == [post]
    assert (await signoff("views", "delete", "Winter")).code == 0
    assert (await signoff("views", "show", "Winter")).code == 1

    off = await signoff("notifications", "mail", "off", "decided", "comments", "--json")
    assert {each["event"] for each in off.json if not each["mail"]} == {"decided", "comments"}
    assert "to_review" in (await signoff("notifications", "list")).out

    await signoff("members", "invite", "ana@example.com", "author", "--brand", str(brand.id))
    listed = (await signoff("members", "list", "--json")).json
    assert [each["brand_ids"] for each in listed if each["email"] == "ana@example.com"] == [[str(brand.id)]]
    everything = await signoff("members", "brands", "ana@example.com", "--all")
    assert everything.out == "ana@example.com sees all brands now.\n"
    assert (await signoff("members", "brands", "ana@example.com")).code == 2


@pytest.mark.slow
async def test_pauses(signoff: Signoff, channel: Channel) -> None:
    paused = await signoff("pause", "channel", str(channel.id), "--reason", "Wrong prices")
    assert paused.out == "Paused.\n"
    assert "Wrong prices" in (await signoff("pauses")).out
    resumed = await signoff("resume", "channel", str(channel.id))
    assert resumed.out.splitlines() == [
        "Nothing is overdue.",
        "Resumed. 0 overdue deliveries go out by themselves.",
    ]
    assert (await signoff("resume", "channel", str(channel.id))).code == 1


async def test_what_exceeds_a_limit_is_said_in_words(
    signoff: Signoff, owner_api: Caller, brand: Brand, channel: Channel
) -> None:
    written = await owner_api.post("/posts", draft(brand, channel, body="x" * 600))
    refused = await signoff("posts", "submit", written.json["id"])
    assert (refused.code, refused.out) == (1, "")
    assert refused.errors.splitlines() == [
        "The text is 113 characters too long.",
        "Change what is listed, then submit again.",
    ]


async def test_a_role_that_may_not_is_told_which_may(
    call_as: CallAs, author: Actor, owner_api: Caller, brand: Brand, channel: Channel, tmp_path: Path
) -> None:
    post = await in_review(owner_api, brand, channel)
    signoff = as_caller(await call_as(author), tmp_path)
    refused = await signoff("review", "approve", post.json["id"], "--seen", "0" * 64, "--json")
    assert refused.code == 1
    assert '"urn:signoff:problem:not-allowed"' in refused.errors


class TestAsking:
    @pytest.fixture
    async def post(self, owner_api: Caller, brand: Brand, channel: Channel) -> str:
        return str((await in_review(owner_api, brand, channel)).json["id"])

    @pytest.mark.parametrize(("answer", "state"), [(b"y\n", "approved"), (b"n\n", "in_review")])
    async def test_a_person_approves_what_is_shown(
        self, signoff: Signoff, owner_api: Caller, post: str, answer: bytes, state: str
    ) -> None:
        person, terminal = pty.openpty()
        os.write(person, answer)
        asked = await signoff("review", "approve", post, stdin=terminal)
        os.close(terminal)
        os.close(person)
        shown = (await owner_api.get(f"/posts/{post}/preview")).json["seen"]
        assert "Fresh bread at eight." in asked.out
        assert shown[:8] in asked.out
        assert (await owner_api.get(f"/posts/{post}")).json["state"] == state
        assert asked.code == (0 if state == "approved" else 1)

    async def test_a_script_is_not_asked(self, signoff: Signoff, post: str) -> None:
        refused = await signoff("review", "approve", post)
        assert refused.code == 2
        assert "--seen" in refused.errors
        kept = await signoff("posts", "delete", post)
        assert (kept.code, "--yes" in kept.errors) == (2, True)


async def test_texts_of_others_do_not_steer_the_terminal(
    signoff: Signoff, owner_api: Caller, brand: Brand
) -> None:
    await owner_api.post("/posts", draft(brand, title="\x1b[31mred\x1b]0;title\x07 [bold]plain[/bold]"))
    listed = await signoff("posts", "list")
    assert "\x1b" not in listed.out
    assert "\x07" not in listed.out
    assert "[bold]plain[/bold]" in listed.out


@pytest.mark.slow
async def test_a_long_list_is_read_to_its_limit(signoff: Signoff, owner_api: Caller, brand: Brand) -> None:
    await asyncio.gather(*(owner_api.post("/posts", draft(brand)) for _ in range(105)))
    assert len((await signoff("posts", "list", "--limit", "103", "--json")).json) == 103
