"""Where the command palette leads: pages, things to begin, and what there is, by name or words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from signoff.kernel.people import Actor, May
from signoff.organizations.brands import list_brands
from signoff.organizations.channels import list_channels
from signoff.organizations.members import list_members
from signoff.records.deliveries.views import PostView
from signoff.records.posts.listing import list_posts
from signoff.runtime import Runtime
from signoff.web.words import post_label

_OF_EACH: Final = 6
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the palette. `words` are what it is found by, besides its title."""

    icon: str
    title: str
    path: str
    detail: str = ""
    words: str = ""
    need: May = May.READ
    is_dialog: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Targets of one kind."""

    title: str
    targets: Sequence[Target]


_BEGIN: Final = (
    Target("plus", "Write a post", "/posts/new", words="new draft create", need=May.WRITE_POSTS),
    Target(
        "file-text",
        "Begin with a template",
        "/posts/new/template",
        words="write post new draft from",
        need=May.WRITE_POSTS,
    ),
    Target("pause", "Pause publishing", "/pauses/new", words="stop hold", need=May.PAUSE, is_dialog=True),
    Target("play", "Resume publishing", "/pauses", words="unpause go on", need=May.PAUSE),
    Target("plug", "Connect a channel", "/channels", words="account add", need=May.MANAGE_CHANNELS),
    Target("store", "Create a brand", "/settings/brands/new", words="add client", need=May.MANAGE_BRANDS),
    Target("users", "Invite somebody", "/settings/team", words="member people add", need=May.MANAGE_MEMBERS),
)

_PLACES: Final = (
    Target("layout-dashboard", "Home", "/", words="start dashboard"),
    Target("stamp", "Review", "/review", words="queue approve decide"),
    Target("calendar-days", "Calendar", "/calendar", words="month week plan schedule"),
    Target("pencil-line", "Posts", "/posts", words="drafts list"),
    Target("send", "Publishing", "/publishing", words="board jobs deliveries queue"),
    Target("bell", "Alerts", "/alerts", words="problems notices"),
    Target("plug", "Channels", "/channels", words="accounts connections settings"),
    Target("store", "Brands", "/settings/brands", words="clients settings"),
    Target("file-text", "Templates", "/settings/templates", words="posts begin settings"),
    Target("quote", "Snippets", "/settings/snippets", words="texts pieces signature settings"),
    Target("users", "Team", "/settings/team", words="members people roles settings"),
    Target("key-round", "API tokens", "/settings/tokens", words="keys scripts agents settings"),
    Target("scroll-text", "Audit log", "/settings/audit", words="history who settings", need=May.READ_AUDIT),
    Target("user-round", "Your profile", "/settings/profile", words="time zone theme password dark keys"),
)


async def targets_for(runtime: Runtime, actor: Actor, asked: str) -> list[Group]:
    """Find what was asked for; with nothing asked, what can be begun and where one can go."""
    wanted = asked.strip().lower()[:_LONGEST]
    groups = [
        Group("Begin", list(_known(_BEGIN, actor, wanted))),
        Group("Go to", list(_known(_PLACES, actor, wanted))),
    ]
    if wanted:
        found = await list_posts(runtime, actor, search=wanted, limit=_OF_EACH)
        groups.insert(0, Group("Posts", [_post(view) for view in found.items]))
        groups += await _by_name(runtime, actor, wanted)
    return [group for group in groups if group.targets]


def _known(targets: Iterable[Target], actor: Actor, wanted: str) -> Iterator[Target]:
    for target in targets:
        if actor.may(target.need) and _matches(f"{target.title} {target.words}", wanted):
            yield target


def _matches(text: str, wanted: str) -> bool:
    """Does each word that was typed begin a word of the text?"""
    words = text.lower().split()
    return all(any(word.startswith(each) for word in words) for each in wanted.split())


def _post(view: PostView) -> Target:
    label = post_label(view.post)
    title = view.revision.title or view.revision.body[:80] or "Without a title"
    return Target(label.icon, title, f"/posts/{view.post.id}", f"{view.brand.name} · {label.word}")


async def _by_name(runtime: Runtime, actor: Actor, wanted: str) -> list[Group]:
    brands = [each for each in await list_brands(runtime, actor) if wanted in each.name.lower()]
    channels = [each for each in await list_channels(runtime, actor) if wanted in each.name.lower()]
    people = [
        each for each in await list_members(runtime, actor) if wanted in f"{each.name} {each.email}".lower()
    ]
    return [
        Group(
            "Brands", [Target("store", each.name, f"/posts?brand={each.id}") for each in brands[:_OF_EACH]]
        ),
        Group(
            "Channels",
            [
                Target("plug", each.name, f"/channels/{each.id}", each.platform)
                for each in channels[:_OF_EACH]
            ],
        ),
        Group(
            "People",
            [
                Target("user-round", each.name or each.email, "/settings/team", each.email)
                for each in people[:_OF_EACH]
            ],
        ),
    ]
