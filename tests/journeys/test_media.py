"""Pictures on their way in."""

from __future__ import annotations

import asyncio

from tests.journeys.steps import photo
from tests.support.rest import Caller


async def test_the_same_picture_uploaded_many_times_at_once_is_one_picture(olga: Caller) -> None:
    content = photo(size=(333, 333))
    replies = await asyncio.gather(*(olga.upload(content, alt="A loaf") for _ in range(6)))
    assert [reply.status for reply in replies] == [201] * 6
    assert len({reply.json["id"] for reply in replies}) == 1


async def test_a_picture_uploaded_again_has_the_alt_text_that_was_given_last(olga: Caller) -> None:
    content = photo(size=(334, 334))
    said = [(await olga.upload(content, alt=alt)).json["alt"] for alt in ("A loaf", "A rye loaf", "")]
    assert said == ["A loaf", "A rye loaf", "A rye loaf"]
