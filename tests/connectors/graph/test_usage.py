from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.graph.usage import Usage, read_usage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["1", "call_count", "total_time", "estimated_time_to_regain_access"]), inner
        )
    ),
    max_leaves=12,
)


def business(**entry: object) -> dict[str, str]:
    return {"X-Business-Use-Case-Usage": json.dumps({"1784": [{"type": "instagram", **entry}]})}


def test_the_fullest_budget_counts() -> None:
    headers = {"X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":30}'}
    headers |= business(call_count=81, total_cputime=2, total_time=3, estimated_time_to_regain_access=0)
    assert read_usage(headers) == Usage(app_percent=30, account_percent=81, regained_in=None)


def test_the_time_until_a_blocked_account_is_free_is_in_minutes_and_at_most_a_day() -> None:
    assert read_usage(business(estimated_time_to_regain_access=5)).regained_in == timedelta(minutes=5)
    assert read_usage(business(estimated_time_to_regain_access=10**7)).regained_in == timedelta(days=1)


def test_answers_without_the_headers_tell_nothing() -> None:
    assert read_usage({}) == Usage()


@given(JSON.map(json.dumps) | st.text(), JSON.map(json.dumps) | st.text())
def test_headers_of_any_form_are_survived(app: str, account: str) -> None:
    usage = read_usage({"X-App-Usage": app, "X-Business-Use-Case-Usage": account})
    assert usage.regained_in is None or timedelta(0) < usage.regained_in <= timedelta(days=1)
