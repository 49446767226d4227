"""Tables of the way of a post. What may follow what is in `states`; what must never be, in the migrations."""

from __future__ import annotations

from signoff.records.models.alerts import Alarm, Alert, AlertMail, EndingMail, StaleNotice
from signoff.records.models.approvals import Decision, Seal, TakenBack, Withdrawal
from signoff.records.models.deliveries import Attempt, Delivery, ReceiptRow
from signoff.records.models.figures import PublishCounted, PublishHour, PublishTotal
from signoff.records.models.operation import Pause, Restore, WatcherRow, WorkerRow
from signoff.records.models.posts import Media, Post, Revision, Variant

__all__ = [
    "Alarm",
    "Alert",
    "AlertMail",
    "Attempt",
    "Decision",
    "Delivery",
    "EndingMail",
    "Media",
    "Pause",
    "Post",
    "PublishCounted",
    "PublishHour",
    "PublishTotal",
    "ReceiptRow",
    "Restore",
    "Revision",
    "Seal",
    "StaleNotice",
    "TakenBack",
    "Variant",
    "WatcherRow",
    "Withdrawal",
    "WorkerRow",
]
