"""The headers of rate limits in the forms that platforms give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from signoff.connectors.budgets import Told
from signoff.connectors.rate_headers import read_rate_headers

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
IN_FIVE_MINUTES = NOW + timedelta(minutes=5)


@pytest.mark.parametrize("prefix", ["X-RateLimit-", "RateLimit-"])
def test_what_is_used_is_a_share_of_the_limit(prefix: str) -> None:
    headers = {f"{prefix}Limit": "300;w=300", f"{prefix}Remaining": "60"}
    assert read_rate_headers(headers, NOW) == Told(account_percent=80)


@pytest.mark.parametrize("reset", [str(int(IN_FIVE_MINUTES.timestamp())), "300", IN_FIVE_MINUTES.isoformat()])
def test_with_nothing_left_the_reset_is_read_in_each_of_its_forms(reset: str) -> None:
    headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    assert read_rate_headers(headers, NOW) == Told(account_percent=100, regained_in=timedelta(minutes=5))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Limit": "300"},
        {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "6"},
        {"X-RateLimit-Limit": "9" * 40, "X-RateLimit-Remaining": "²"},
    ],
)
def test_what_makes_no_sense_tells_nothing(headers: dict[str, str]) -> None:
    assert read_rate_headers(headers, NOW) == Told()


def test_a_reset_that_nobody_can_wait_for_is_a_day_at_most() -> None:
    headers = {"RateLimit-Limit": "9", "RateLimit-Remaining": "0"}
    for reset, wait in (("999999999", timedelta(days=1)), ("nan", None), ("-4", None), ("soon", None)):
        assert read_rate_headers({**headers, "RateLimit-Reset": reset}, NOW).regained_in == wait
