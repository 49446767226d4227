"""Where no mail server is configured: alerts stay on the page."""

from __future__ import annotations

from signoff.alerts.base import Letter, Notice, PermanentFailure


class PageOnly:
    """A Route that leads nowhere."""

    @property
    def is_configured(self) -> bool:
        return False

    async def deliver(self, notice: Notice) -> None:
        """Do nothing: the notice is on the page already."""

    async def send(self, letter: Letter) -> None:
        """Raises PermanentFailure: a letter has no page on which it could be read instead."""
        raise PermanentFailure(
            "Mail isn't set up here, so nothing was sent.",
            refused=[letter.to],
            next_step="Pass the link on yourself, or set SIGNOFF_SMTP_URL.",
        )
