"""Each role meets each operation: the one permission table holds at this door."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import pytest

from signoff.kernel.people import LEAST_ROLE, May, Role
from tests.api.operations import read_operations
from tests.support.rest import CallAs, Caller
from tests.support.world import Join

NEEDED: Final[dict[May | None, str]] = {
    None: "list_platforms read_me list_tokens make_token revoke_token",
    May.READ: """
        list_posts read_post list_revisions preview_post show_readiness review_queue read_media read_content
        list_deliveries read_delivery export_delivery
        export_brand calendar list_pauses list_brands read_brand list_channels
        list_brand_channels read_channel read_brand_cadence read_channel_cadence
        list_templates read_template list_snippets read_snippet read_snippet_text
        read_brand_approval read_channel_approval list_closed_days undo_many
        list_views save_view forget_view list_members list_alerts list_budgets publishing_health list_comments
        read_link_tracking
        list_notifications choose_notification
    """,
    May.WRITE_POSTS: """
        write_post change_post remove_post set_media copy_post submit_post archive_post restore_post add_media
        add_template save_as_template change_template archive_template restore_template use_template
        add_snippet change_snippet archive_snippet restore_snippet
        add_crop restore_revision change_posts
        close_alert add_comment settle_comment delete_comment assign_post
    """,
    May.DECIDE: "decide_post decide_posts mark_statement take_decision_back",
    May.SCHEDULE: "place_post reschedule_delivery",
    May.OPERATE: """
        cancel_delivery release_delivery decide_about_held retry_delivery hurry_delivery look_at_delivery
        settle_delivery recover_delivery confirm_recovered check_channel
    """,
    May.PAUSE: "",
    May.MANAGE_BRANDS: """
        add_brand change_brand remove_brand set_brand_cadence start_pause end_pause review_pause
        set_link_tracking set_brand_approval set_channel_approval add_closed_days remove_closed_days
    """,
    May.MANAGE_CHANNELS: """
        connect_channel change_channel remove_channel reconnect_channel set_channel_cadence
    """,
    May.MANAGE_MEMBERS: "invite change_role remove_member",
    May.READ_AUDIT: "read_audit verify_audit",
    May.MANAGE_OWNERS: "list_jobs list_job_runs disable_job enable_job",
}
"""What each operation needs. Pausing the organization, as the example does, needs an admin; jobs are for the
operator, who here is the owner."""


@pytest.mark.slow
async def test_each_role_may_do_what_the_table_says_and_nothing_else(
    call_as: CallAs, join: Join, owner_api: Caller
) -> None:
    needed = {name: may for may, names in NEEDED.items() for name in names.split()}
    operations = await read_operations(owner_api)
    assert {one.name for one in operations} == set(needed)
    wrong = []
    for role in Role:
        caller = owner_api if role is Role.OWNER else await call_as(await join(role))
        for one in operations:
            ids = dict.fromkeys(one.ids, str(uuid4()))
            reply = await one.call(caller, ids)
            may = needed[one.name]
            is_allowed = may is None or role.rank >= LEAST_ROLE[may].rank
            # Nothing has these ids, so whoever may ask is told that it isn't there. Leaving is open to all.
            if (reply.status == 403) is is_allowed and one.name != "remove_member":
                wrong.append(f"{role} {one.name}: {reply.status} {reply.body!r}")
    assert wrong == []
