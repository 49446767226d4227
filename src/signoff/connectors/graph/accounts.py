"""From stored credentials to calls in an account's name, within the time there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from signoff.connectors.base import CALL_TIMEOUT, PREPARE_WITHIN, Link
from signoff.connectors.errors import Reconnect, Refused
from signoff.connectors.graph.api import GraphApi, GraphSession


@dataclass(frozen=True, slots=True)
class Times:
    """How long things may take.

    Preparing and committing end by themselves a little before they would be stopped from outside, so that
    they can say why.
    """

    prepare: timedelta = PREPARE_WITHIN - timedelta(seconds=2)
    commit: timedelta = CALL_TIMEOUT - timedelta(seconds=1)
    look: timedelta = CALL_TIMEOUT
    call: timedelta = timedelta(seconds=20)
    """One call that isn't the commit."""
    polls: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8))
    """The pauses between looks at an upload that is being processed."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Opens sessions for one platform's accounts; `id_field` names the credential that holds their id."""

    graph: GraphApi
    id_field: str
    times: Times

    def to_check(self, credentials: Mapping[str, str]) -> GraphSession:
        """Speak for whatever account the credentials name."""
        return self._session(credentials, self.times.look, self.times.call)

    def to_prepare(self, link: Link) -> GraphSession:
        return self._bound(link, self.times.prepare, self.times.call)

    def to_commit(self, link: Link) -> GraphSession:
        return self._bound(link, self.times.commit, self.times.commit)

    def to_look(self, link: Link) -> GraphSession:
        return self._bound(link, self.times.look, self.times.call)

    def _bound(self, link: Link, within: timedelta, at_most: timedelta) -> GraphSession:
        """Speak for the very account that the channel is connected to.

        Raises:
            Refused: The credentials or `SIGNOFF_GRAPH_URL` lead elsewhere: what was approved for a sandbox
                must not go to the public, nor the other way round.
        """
        session = self._session(link.credentials, within, at_most)
        if (link.account.host, link.account.remote_id) == (self.graph.host, session.account_id):
            return session
        raise Refused(
            f"The channel belongs to the account {link.account.remote_id} at {link.account.host}, and the "
            f"calls would go to {session.account_id} at {self.graph.host}.",
            advice="Correct SIGNOFF_GRAPH_URL, or connect the other account as a channel of its own.",
            code="account",
        )

    def _session(self, credentials: Mapping[str, str], within: timedelta, at_most: timedelta) -> GraphSession:
        """Open a session.

        Raises:
            Refused: The account's id isn't one.
            Reconnect: There is no token.
        """
        account_id = credentials.get(self.id_field, "").strip()
        token = credentials.get("access_token", "").strip()
        if not (account_id.isascii() and account_id.isdigit()):
            raise Refused(
                "The account's id is a number, of digits only.",
                advice="Copy it from Meta Business Suite or from the Graph API Explorer.",
                code=self.id_field,
            )
        if not (token.isascii() and token.isprintable() and token) or " " in token:
            raise Reconnect(
                "There is no usable access token.", advice="Paste the access token again.", code="token"
            )
        return self.graph.session(account_id, token, within=within, at_most=at_most)
