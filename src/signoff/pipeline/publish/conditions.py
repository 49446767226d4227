"""What must hold for a delivery to be carried out, in SQL; the claim asks it, the intent asks it again."""

from __future__ import annotations

from typing import Final

from signoff.records.deliveries.resting import HOLDERS

NOT_WITHDRAWN: Final = "NOT EXISTS (SELECT 1 FROM withdrawals w WHERE w.seal_id = d.seal_id)"

NOT_PAUSED: Final = """NOT EXISTS (SELECT 1 FROM pauses p WHERE p.resumed_at IS NULL AND (
        p.scope = 'global'
        OR (p.organization_id = d.organization_id AND (p.scope = 'organization'
            OR (p.scope = 'brand' AND p.target_id = d.brand_id)
            OR (p.scope = 'channel' AND p.target_id = d.channel_id)))))"""

ACCOUNT_IS_FREE: Final = f"""NOT EXISTS (SELECT 1 FROM accounts a WHERE a.key IN {HOLDERS}
        AND (a.held_until > signoff_now() OR a.free_from > signoff_now()))"""  # noqa: S608
"""Neither the account nor the application that it goes through rests or waits for its budget."""

CHANNEL_IS_CONNECTED: Final = """EXISTS (SELECT 1 FROM channels c WHERE c.id = d.channel_id
        AND c.state = 'connected' AND c.removed_at IS NULL OFFSET 0)"""
"""OFFSET keeps PostgreSQL from making a join of it, which it begins with all channels in that state."""

SEAL_STANDS: Final = """EXISTS (SELECT 1 FROM seals s JOIN decisions n ON n.id = s.decision_id
        WHERE s.id = d.seal_id AND s.revision_id = d.revision_id
          AND n.verdict = 'approve' AND n.seen = s.hash OFFSET 0)"""
"""The claim itself demands a complete approval of that very revision.

OFFSET keeps PostgreSQL from turning the question about a few due deliveries into a join with all seals."""

SEAL_MATCHES: Final = """EXISTS (SELECT 1 FROM seals s
        WHERE s.id = d.seal_id AND s.revision_id = d.revision_id AND s.hash = (
            SELECT encode(sha256(convert_to('{"variants":[' || string_agg(v.canonical, ','
                ORDER BY v.channel_id::text COLLATE "C") || '],"version"\\:1}', 'UTF8')), 'hex')
            FROM variants v WHERE v.revision_id = d.revision_id))"""
"""The stored variants are what was sealed: `records.posts.seal` in SQL, as it is computed for a new seal."""

BY_A_WORKER: Final = "d.publish_mode = 'auto'"

NOT_HELD: Final = """d.held_since IS NULL AND (SELECT b.late_policy = 'publish' OR d.publish_mode = 'manual'
        OR signoff_now() <= coalesce(d.released_to, d.due_at) + b.late_window_s * interval '1 second'
        FROM brands b WHERE b.id = d.brand_id)"""
"""Not later than its brand allows, or let go all the same; who publishes by hand sees that it is late.

Asked of the rows themselves, so that it holds although nothing has marked them."""

IN_TURN: Final = """(d.keeps_time
        OR signoff_now() <= greatest(d.due_at, d.released_to, d.turn_at) + interval '1 minute'
        OR (d.released_by IS NOT NULL AND d.released_to = d.released_at)
        OR ((d.attempts > 0 OR d.checkpoint <> '{}')
            AND signoff_now() <= greatest(d.due_at, d.released_to, d.turn_at) + interval '20 minutes')
        OR NOT EXISTS (SELECT 1 FROM cadence_rules r
            WHERE (r.channel_id = d.channel_id OR r.brand_id = d.brand_id)
              AND num_nonnulls(r.min_gap_minutes, r.max_per_day, r.quiet_from) > 0)
        AND NOT EXISTS (SELECT 1 FROM closed_days f WHERE f.brand_id = d.brand_id AND f.removed_at IS NULL
            AND (f.last_day IS NULL OR f.repeats = 'yearly' OR f.last_day >= CAST(signoff_now() AS date) - 1)
            AND (f.channel_id IS NULL OR f.channel_id = d.channel_id)))"""
"""It keeps its channel's cadence: at its time or at a turn that it was given since; or there is none to keep.

Whoever chose the very time, or said “publish it now”, wants it then. What was begun is gone on with as soon
as it can be tried again, as long as its tries take: it had its turn, and the next post's shall not push it
out of its window. After an outage that lasts longer, it takes another turn like all that waited."""

BY_RULE: Final = (NOT_PAUSED, ACCOUNT_IS_FREE, CHANNEL_IS_CONNECTED, NOT_HELD)
"""What may keep a delivery waiting on purpose; each tells in its own way. One that waits past its due time
although all of these hold is late, and people are told."""
