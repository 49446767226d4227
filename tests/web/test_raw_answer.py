"""What a platform answered is shown without anything that opens an account."""

from __future__ import annotations

import json

from signoff.web.raw_answer import readable


def test_what_opens_an_account_is_left_out() -> None:
    raw = {
        "id": "17",
        "access_token": "EAAB",
        "page": {"name": "Casa Luz", "pageToken": "EAAC"},
        "paging": ["https://graph.example/17?fields=id&access_token=EAAD&limit=2"],
    }
    shown = readable(raw)
    assert "EAA" not in shown
    assert json.loads(shown)["page"]["name"] == "Casa Luz"
    assert "fields=id" in shown


def test_a_long_text_is_cut() -> None:
    assert len(readable({"html": "x" * 90_000})) < 3_000
