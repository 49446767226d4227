"""Who and what there is: people, brands, their accounts on the sandbox, and how they are connected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from signoff.kernel.people import Actor, Role, Via
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import check_channel, connect_channel
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.local import local_actor
from signoff.organizations.profile import change_profile
from signoff.organizations.sign_in import set_password
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.sandbox.settings import DEFAULT_ACCOUNTS, AccountSeed

ORGANIZATION: Final = "Lantern Street Studio"
OWNER: Final = "nora@lanternstreet.example"
PASSWORD: Final = "lantern street demo"  # noqa: S105 - told to everybody, so only the loopback is served
ZONE: Final = "Europe/London"

PEOPLE: Final = (
    ("Nora Lind", OWNER, Role.OWNER),
    ("Tomasz Zielinski", "tomasz@lanternstreet.example", Role.ADMIN),
    ("Priya Raman", "priya@lanternstreet.example", Role.PUBLISHER),
    ("Ruth Calder", "ruth@lanternstreet.example", Role.REVIEWER),
    ("Aidan Byrne", "aidan@lanternstreet.example", Role.AUTHOR),
    ("Elin Sato", "elin@northlight.example", Role.VIEWER),
)
"""Name, address, role. The viewer is a client who only looks."""


@dataclass(frozen=True, slots=True)
class BrandPlan:
    """A brand, and the accounts it has on the sandbox."""

    draft: BrandDraft
    facebook: AccountSeed
    instagram: AccountSeed | None
    exports_to: str


_FACEBOOK, _INSTAGRAM = DEFAULT_ACCOUNTS

BRANDS: Final[Mapping[str, BrandPlan]] = {
    "bakery": BrandPlan(
        BrandDraft(
            "Northlight Bakery",
            "Europe/London",
            website="https://northlight.example",
            category="Bakery",
            telephone="+44 131 496 0182",
            address={
                "street": "14 Constitution Street",
                "postal_code": "EH6 7BT",
                "city": "Edinburgh",
                "country": "GB",
            },
            hours=(
                {"days": "Tu-Fr", "opens": "07:30", "closes": "17:00"},
                {"days": "Sa,Su", "opens": "08:30", "closes": "15:00"},
            ),
            color="#b4541a",
        ),
        _FACEBOOK,
        _INSTAGRAM,
        "journal",
    ),
    "cycles": BrandPlan(
        BrandDraft(
            "Quayside Cycles",
            "Europe/Dublin",
            website="https://quaysidecycles.example",
            category="BikeStore",
            telephone="+353 91 555 014",
            address={
                "street": "3 Dock Road",
                "postal_code": "H91 K2X8",
                "city": "Galway",
                "country": "IE",
            },
            hours=({"days": "Mo-Sa", "opens": "09:30", "closes": "18:00"},),
            color="#1f6f8b",
        ),
        AccountSeed(
            _FACEBOOK.platform,
            "102030405060702",
            "Quayside Cycles",
            "quaysidecycles",
            "quayside-facebook-token",
        ),
        AccountSeed(
            _INSTAGRAM.platform,
            "17841400000000002",
            "Quayside Cycles",
            "quayside.cycles",
            "quayside-instagram-token",
            page_id="102030405060702",
        ),
        "workshop-notes",
    ),
    "flowers": BrandPlan(
        BrandDraft(
            "Wild Petal Flowers",
            "Australia/Hobart",
            website="https://wildpetal.example",
            category="Florist",
            telephone="+61 3 5550 0176",
            address={
                "street": "27 Salamanca Lane",
                "postal_code": "7004",
                "city": "Hobart",
                "country": "AU",
            },
            hours=({"days": "We-Su", "opens": "08:00", "closes": "16:00"},),
            color="#a23b72",
        ),
        AccountSeed(
            _FACEBOOK.platform,
            "102030405060703",
            "Wild Petal Flowers",
            "wildpetal",
            "wildpetal-facebook-token",
        ),
        None,
        "stories",
    ),
}


def sandbox_accounts() -> tuple[AccountSeed, ...]:
    """Give the accounts that the sandbox has from the start."""
    return tuple(
        account
        for plan in BRANDS.values()
        for account in (plan.facebook, plan.instagram)
        if account is not None
    )


@dataclass(frozen=True, slots=True)
class Cast:
    """What scenes refer to, by the names they use."""

    people: Mapping[Role, Actor]
    brands: Mapping[str, Brand]
    channels: Mapping[str, Mapping[str, Channel]] = field(repr=False)
    """By brand and platform."""


async def gather(runtime: Runtime) -> Cast:
    """Found the organization, invite everybody, add the brands and connect their channels."""
    people = await _people(runtime)
    admin = people[Role.ADMIN]
    brands, channels = {}, {}
    for key, plan in BRANDS.items():
        brands[key] = await create_brand(runtime, admin, plan.draft)
        channels[key] = await _connect(runtime, admin, brands[key], plan)
    return Cast(people, brands, channels)


async def _people(runtime: Runtime) -> dict[Role, Actor]:
    await found_organization(runtime, ORGANIZATION, OWNER, PEOPLE[0][0])
    owner = await local_actor(runtime, OWNER, via=Via.WEB)
    people = {Role.OWNER: owner}
    for name, email, role in PEOPLE[1:]:
        invited = await invite_member(runtime, owner, email, role, name)
        await set_password(runtime, (invited.link or "").rpartition("/")[2], PASSWORD)
        people[role] = await local_actor(runtime, email, via=Via.WEB)
    for actor in people.values():
        await change_profile(runtime, actor, time_zone=ZONE)
    return people


async def _connect(runtime: Runtime, actor: Actor, brand: Brand, plan: BrandPlan) -> dict[str, Channel]:
    wanted: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "facebook": ({"page_id": plan.facebook.id, "access_token": plan.facebook.token}, {}),
        "html": ({}, {"folder": plan.exports_to}),
    }
    if plan.instagram:
        credentials = {"ig_user_id": plan.instagram.id, "access_token": plan.instagram.token}
        wanted["instagram"] = (credentials, {})
    names = {"html": f"{brand.name}, {plan.exports_to.replace('-', ' ')}"}
    return {
        platform: await connect_channel(
            runtime, actor, brand.id, platform, names.get(platform, ""), credentials, options
        )
        for platform, (credentials, options) in wanted.items()
    }


async def check_all(runtime: Runtime, cast: Cast) -> None:
    """Ask the platforms about all accounts, as a worker does every day."""
    for channels in cast.channels.values():
        for channel in channels.values():
            await check_channel(runtime, cast.people[Role.PUBLISHER], channel.id)
