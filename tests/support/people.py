"""People who came in by themselves: invited, arrived, with a password."""

from __future__ import annotations

from typing import Final

from signoff.kernel.people import Actor, Role
from signoff.organizations.invite import invite_member
from signoff.organizations.local import local_actor
from signoff.organizations.sign_in import SignedIn, use_link
from signoff.organizations.sign_in.links import Purpose, make_link
from signoff.runtime import Runtime

PASSWORD: Final = "four random words here"
SOMEWHERE: Final = {"ip": "192.0.2.1", "user_agent": "tests"}


def secret_of(link: str | None) -> str:
    """What the address of a one-time link ends with; there must be one."""
    assert link
    return link.rpartition("/")[2]


async def reset_secret(runtime: Runtime, email: str) -> str:
    """What is mailed to somebody who forgot the password."""
    person_id = (await local_actor(runtime, email)).person_id
    assert person_id
    async with runtime.database.transaction(person_id=person_id) as tx:
        return secret_of(await make_link(tx, runtime.settings, person_id, Purpose.RESET))


async def arrive(
    runtime: Runtime, owner: Actor, role: Role = Role.AUTHOR, email: str = "ana@casaluz.example"
) -> SignedIn:
    """Somebody who was invited, opened the link and chose PASSWORD."""
    invited = await invite_member(runtime, owner, email, role, "Ana")
    return await use_link(runtime, secret_of(invited.link), **SOMEWHERE, new_password=PASSWORD)
