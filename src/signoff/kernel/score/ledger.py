"""What a business says of itself: the only source that a statement about it can have here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from signoff.kernel.score.numbers import numbers_in, phones_in


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing on record, with where it stands."""

    label: str
    text: str


@dataclass(frozen=True)
class Ledger:
    """The facts of a brand; what is empty isn't known, and isn't asked of a text either."""

    name: str = ""
    city: str = ""
    street: str = ""
    telephone: str = ""
    domain: str = ""
    hours: tuple[str, ...] = ()
    """Opening and closing times, as 07:30."""
    facts: tuple[Fact, ...] = ()
    """Everything that can be a source, the fields above included."""

    @cached_property
    def numbers(self) -> frozenset[str]:
        """All numbers on record."""
        return frozenset(number.value for fact in self.facts for number in numbers_in(fact.text))

    @cached_property
    def phones(self) -> frozenset[str]:
        """The phone numbers on record, by their last digits."""
        return frozenset(digits for fact in self.facts for digits, _, _ in phones_in(fact.text))

    @cached_property
    def has_prices(self) -> bool:
        """Is any price on record?"""
        signs = ("€", "$", "£", "eur", "usd", "gbp", "price", "precio", "preis")
        return any(sign in f"{fact.label} {fact.text}".lower() for fact in self.facts for sign in signs)


def ledger_of(
    *,
    name: str,
    address: Mapping[str, Any],
    telephone: str,
    domain: str,
    hours: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
) -> Ledger:
    """Read a brand's record."""
    opening = [(str(row.get("days", "")), f"{row.get('opens')} to {row.get('closes')}") for row in hours]
    on_record = [Fact("Name", name), *(Fact(f"Opening hours, {days}", said) for days, said in opening)]
    on_record += [Fact("Address", ", ".join(str(part) for part in address.values()))] if address else []
    on_record += [Fact("Telephone", telephone)] if telephone else []
    on_record += [Fact("Website", domain)] if domain else []
    on_record += list(_stated("", facts))
    times = tuple(str(row[key]) for row in hours for key in ("opens", "closes") if row.get(key))
    return Ledger(
        name, str(address.get("city", "")), str(address.get("street", "")), telephone, domain, times,
        tuple(on_record),
    )  # fmt: skip


def _stated(path: str, value: object) -> Iterator[Fact]:
    """Walk through nested facts; each is labelled by the way to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _stated(f"{path} / {key}" if path else str(key), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _stated(path, inner)
    elif value is not None and str(value).strip():
        yield Fact(path or "Facts", str(value))
