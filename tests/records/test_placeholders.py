"""What stands in braces, and becomes a brand's facts."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import OrganizationId, new_id
from signoff.records.library.placeholders import check_placeholders, filled, literal
from signoff.records.tenants import Brand

BAKERY = Brand(
    organization_id=OrganizationId(new_id()),
    name="Casa Luz",
    time_zone="Europe/Madrid",
    website="https://casaluz.example",
    telephone="+34 911 234 567",
    address={"street": "Calle Mayor 1", "postal_code": "28013", "city": "Madrid"},
    hours=[
        {"days": "Mo,Tu,We,Fr", "opens": "09:00", "closes": "18:00"},
        {"days": "Su", "opens": "00:00", "closes": "00:00"},
        {"days": "Sa", "opens": "10:00", "closes": "12:00", "valid_from": "2026-12-01"},
    ],
    facts={"seats": 12, "price range": "€", "bread": {"rye": "3.20 €"}, "terrace": True, "teas": ["a", "b"]},
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{brand.name}, { brand.city }", "Casa Luz, Madrid"),
        ("{brand.phone} {brand.website}", "+34 911 234 567 https://casaluz.example"),
        ("{brand.address}", "Calle Mayor 1, 28013 Madrid"),
        ("{brand.hours}", "Mo-We, Fr 09:00-18:00, Su closed"),
        ("{brand.facts.seats} {brand.facts.price range}", "12 €"),
        ("{brand.facts.bread.rye} {brand.facts.terrace} {brand.facts.teas}", "3.20 € yes a, b"),
        ("a {b c} {} {{ }", "a {b c} {} {{ }"),
        (r"\{brand.name} \{x}", "{brand.name} {x}"),
        ("<b>{brand.name}</b>\n#tag", "<b>Casa Luz</b>\n#tag"),
    ],
)
def test_facts_come_into_their_places(text: str, said: str) -> None:
    assert filled(text, BAKERY) == said


def test_a_fact_that_looks_like_a_placeholder_stays_what_it_is() -> None:
    sly = Brand(organization_id=BAKERY.organization_id, name="{brand.phone}", time_zone="UTC", telephone="1")
    assert filled("{brand.name}", sly) == "{brand.phone}"


@pytest.mark.parametrize("text", ["{name}", "{brand.fone}", "{brand.facts}", "{platform}"])
def test_what_stands_for_nothing_is_named_with_what_there_is(text: str) -> None:
    with pytest.raises(Invalid, match="stands for nothing") as refused:
        check_placeholders(text, "body")
    assert "{brand.phone}" in refused.value.next_step
    assert refused.value.extra["errors"][0]["field"] == "body"


def test_what_the_brand_lacks_is_named() -> None:
    with pytest.raises(Invalid, match="no country and no fact “wifi”, which") as refused:
        filled("{brand.country} {brand.facts.wifi} {brand.name}", BAKERY)
    assert "Settings" in refused.value.next_step
    with pytest.raises(Invalid, match="no fact “bread”"):
        filled("{brand.facts.bread}", BAKERY)


@pytest.mark.parametrize("text", ["{brand.name}", "{x} and {y}", "{a b}", r"\{x}", "no braces"])
def test_a_literal_text_comes_back_as_it_was(text: str) -> None:
    check_placeholders(literal(text), "body")
    assert filled(literal(text), BAKERY) == text
