"""What can be wrong with the database before anything is asked of it. Each says what the operator can do."""

from __future__ import annotations

from signoff.kernel.errors import Unavailable


class OwnedByAnother(Unavailable):
    """A living process owns the private server of this data folder; `join` uses it beside that process."""

    type = "database-in-use"
    title = "Another process runs this database"


class CannotStart(Unavailable):
    """The private server doesn't come up. Nothing was changed or lost."""

    type = "database-start"
    title = "The database doesn't start"


class RolesMissing(Unavailable):
    """The given addresses don't lead to the three roles that Signoff works with."""

    type = "database-roles"
    title = "The database lacks Signoff's roles"


class UnsafeRole(Unavailable):
    """A role could get around row-level security or the grants, so the promises wouldn't hold with it."""

    type = "database-role-unsafe"
    title = "A database role has too many rights"


class MigrationBusy(Unavailable):
    """Another process migrates, or the tables are in use; trying again is safe."""

    type = "migration-busy"
    title = "The database can't be migrated right now"
