"""The fingerprint: the same for the same content, another for any other; the database computes it too."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.ids import ChannelId, new_id
from signoff.kernel.people import Actor
from signoff.records.models import Variant
from signoff.records.posts.queries import get_post
from signoff.records.posts.seal import canonical, digest_of, seal_hash, seal_of
from signoff.records.posts.seal_check import seal_stands
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved
from tests.support.raw_sql import Role
from tests.support.world import connect_board

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_the_order_of_keys_makes_no_difference_and_nothing_is_lost(value: dict[str, Any]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical(value) == canonical(turned)
    assert json.loads(canonical(value)) == value


def test_the_form_is_written_down() -> None:
    """Seals outlive versions of Signoff: the same variants must give the same seal for ever."""
    form = canonical({"b": "ñ€😀", "a": [1, True, None, ""]})
    assert form == '{"a":[1,true,null,""],"b":"ñ€😀"}'
    channel = ChannelId(new_id())
    assert seal_hash([(channel, form)]) == digest_of('{"variants":[' + form + '],"version":1}')
    assert digest_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_order_of_variants_makes_no_difference_and_their_number_does() -> None:
    pairs = [(ChannelId(new_id()), canonical({"text": str(number)})) for number in range(3)]
    assert seal_hash(pairs) == seal_hash(pairs[::-1])
    assert seal_hash(pairs) != seal_hash(pairs[:2])


async def test_the_database_computes_the_same_seal(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    """It refuses any other, so that an approval went through is the proof."""
    second = await connect_board(runtime, owner, brand, "mercado")
    post = await approved(runtime, owner, channel, second, body='“Ñandú” → 5 € \\ " \t 😀')
    assert post.seal is not None
    assert await seal_stands(runtime, owner, post.seal)


async def test_a_stored_variant_that_was_changed_breaks_the_seal(
    runtime: Runtime, owner: Actor, channel: Channel, owner_sql: Role
) -> None:
    post = await approved(runtime, owner, channel)
    changed = "replace(canonical, 'eight', 'seven')"
    digest = f"encode(sha256(convert_to({changed}, 'UTF8')), 'hex')"
    await owner_sql.run(
        f"update variants set canonical = {changed}, digest = {digest} where revision_id = %s",
        post.revision.id,
    )
    assert post.seal is not None
    assert not await seal_stands(runtime, owner, post.seal)
    kept = (await get_post(runtime, owner, post.post.id)).seal
    assert kept is not None
    assert kept.hash == post.seal.hash


def test_a_seal_over_rows_is_the_seal_over_their_texts() -> None:
    rows = [Variant(channel_id=ChannelId(new_id()), canonical=canonical({"n": n})) for n in range(2)]
    assert seal_of(rows) == seal_hash((row.channel_id, row.canonical) for row in rows)
