"""What people enter to connect a channel, checked against what the platform says it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from signoff.connectors.about import About, Field
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, OrganizationId
from signoff.organizations.brand_fields import website

NAMESPACE: Final = "namespace"
"""A credential that a connector may ask for and people are never asked: whose files or objects these are."""

_MOST_CHARS: Final = 10_000
_YES: Final = frozenset({"true", "on", "yes", "1"})
_NO: Final = frozenset({"false", "off", "no", "0", ""})


def asked(about: About) -> About:
    """Give the platform as people meet it, without what Signoff fills in by itself."""
    return replace(about, credentials=_asked(about.credentials))


def _asked(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(each for each in fields if each.name != NAMESPACE)


def entered_credentials(about: About, given: Mapping[str, Any]) -> dict[str, str]:
    """Give the credentials as they are stored.

    Raises:
        Invalid: `errors` names each missing, unknown or malformed one. Values are never repeated.
    """
    return _entered("credentials", _asked(about.credentials), given)


def renewed_credentials(about: About, stored: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    """Put what was given in the place of what is stored; what isn't given stays. Raises Invalid."""
    kept = {each.name: stored[each.name] for each in _asked(about.credentials) if each.name in stored}
    said = {name: value for name, value in given.items() if value is not None and value != ""}
    return entered_credentials(about, {**kept, **said})


def with_namespace(about: About, credentials: Mapping[str, str], namespace: str) -> dict[str, str]:
    """Add the namespace where the connector asks for one."""
    wanted = any(each.name == NAMESPACE for each in about.credentials)
    return {**credentials, NAMESPACE: namespace} if wanted else dict(credentials)


def namespace_of(organization_id: OrganizationId, brand_id: BrandId) -> str:
    """Give the namespace of a brand's channels: two organizations, or two brands, never share one.

    It can be the name of a folder.
    """
    return f"{organization_id}_{brand_id}"


def effective_options(about: About, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give all options that have a value, defaults included: these are sealed with each variant.

    Raises:
        Invalid: `errors` names each missing, unknown or malformed one.
    """
    return _entered("options", about.options, given)


def _entered(group: str, fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    known = {each.name: each for each in fields}
    troubles = {name: "There is no such field." for name in given if name not in known}
    entered: dict[str, Any] = {}
    for name, each in known.items():
        try:
            value = _value(each, given.get(name))
        except ValueError as trouble:
            troubles[name] = str(trouble)
        else:
            if value is not None:
                entered[name] = value
    if troubles:
        errors = [{"field": f"{group}.{name}", "message": text} for name, text in troubles.items()]
        raise Invalid(" ".join(dict.fromkeys(troubles.values())), errors=errors)
    return entered


def _value(field: Field, given: object) -> str | bool | None:
    if isinstance(given, str):
        given = given.strip()  # pasted with the line's end
    if given is None or given == "":
        if field.default is None and field.required:
            raise ValueError(f"{field.label} is needed.")
        return field.default
    return _flag(field, given) if field.kind == "flag" else _text(field, given)


def _flag(field: Field, given: object) -> bool:
    said = str(given).lower()
    if said not in _YES | _NO:
        raise ValueError(f"{field.label} is on or off.")
    return said in _YES


def _text(field: Field, given: object) -> str:
    if not isinstance(given, str) or len(given) > _MOST_CHARS or "\x00" in given:
        raise ValueError(f"{field.label} must be a text.")
    if field.kind == "choice" and given not in field.choices:
        raise ValueError(f"{field.label} is one of {', '.join(field.choices)}.")
    return website(given) if field.kind == "url" else given
