"""What people set for themselves: name, time zone, light or dark pages."""

from __future__ import annotations

from typing import Final

from signoff.audit import chain
from signoff.kernel.errors import Invalid
from signoff.kernel.local_time import zone_names
from signoff.kernel.people import Actor
from signoff.organizations.lines import one_line
from signoff.organizations.people import own_person
from signoff.records.tenants import Person
from signoff.runtime import Runtime

THEMES: Final = ("system", "light", "dark")
_NAME_CHARS: Final = 120


async def change_profile(
    runtime: Runtime,
    actor: Actor,
    *,
    name: str | None = None,
    time_zone: str | None = None,
    theme: str | None = None,
) -> Person:
    """Change one's own profile; None stays as it is.

    Raises:
        Invalid: The zone isn't an IANA name, the theme isn't known, or the name is too long.
    """
    person_id = own_person(actor)
    if name is not None and len(one_line(name)) > _NAME_CHARS:
        raise Invalid(f"A name has at most {_NAME_CHARS} characters.", field="name")
    if time_zone is not None and time_zone not in zone_names():
        raise Invalid("The time zone must be one of the IANA names.", field="time_zone")
    if theme is not None and theme not in THEMES:
        raise Invalid(f"The theme is one of {', '.join(THEMES)}.", field="theme")
    wanted = {"name": None if name is None else one_line(name), "time_zone": time_zone, "theme": theme}
    changes = {field: value for field, value in wanted.items() if value is not None}
    async with runtime.database.transaction(actor.organization_id, person_id=person_id) as tx:
        person = await tx.get_one(Person, person_id)
        for field, value in changes.items():
            setattr(person, field, value)
        await tx.flush()
        # The name is personal: the entry says that it changed, not to what.
        chain.record(tx, actor, "person.changed", ("person", person_id), after={"fields": sorted(changes)})
        return person
