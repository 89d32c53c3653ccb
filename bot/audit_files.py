"""Audit files: a part of the audit log, written page by page and sent to the one who asked for it."""

import io
import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot import uploads
from bot.calls import Calls
from bot.errors import SlackRefused
from bot.rooms import Rooms
from domain.kernel import timeline
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.operations import audit_export, chat_messages
from domain.operations.audit_events import AuditExported
from domain.people import people

log = logging.getLogger(__name__)


class AuditSharer:
    """Sends parts of the audit log."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, rooms: Rooms) -> None:
        self._core, self._client, self._calls, self._rooms = core, client, calls, rooms

    async def share(self, entry_id: int, word: str = "") -> None:
        """Send the file that somebody asked for, once. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del word
        event = (await timeline.entry(self._core, entry_id)).event
        assert isinstance(event, AuditExported), "the notices table says so"
        if not event.to_chat or event.actor_id is None:
            return
        slack_id = await people.slack_id_of(self._core, person_id=event.actor_id)
        key = f"audit:{entry_id}"
        known = await chat_messages.found(self._core, keys=[key])
        if slack_id is None or (known and known[0].ts is not None):
            return
        try:
            (await people.actor(self._core, slack_id=slack_id)).require(Permission.MANAGE_PEOPLE)
        except Refusal as no:
            log.warning("a part of the audit log is not sent, the right to it was taken away: %s", type(no).__name__)
            return
        try:
            channel = await self._rooms.direct(slack_id)
            await chat_messages.reserve(self._core, keys=[key], channel=channel)  # one that was cut off may come twice
            name = f"audit-{event.at:%Y-%m-%d}-{entry_id}.csv"
            file_id = await uploads.share(
                self._client, self._calls, name=name, body=await self._written(event), channel=channel
            )
        except SlackRefused as refused:
            log.error("a part of the audit log is not sent, Slack refuses: %s", refused)
            return
        await chat_messages.mark_posted(self._core, keys=[key], channel=channel, ts=file_id)

    async def _written(self, event: AuditExported) -> bytes:
        """Return the file; ``ExportTooLarge`` kept it small enough to be held whole."""
        file = io.BytesIO()
        await audit_export.write(self._core, export=event, sink=lambda text: file.write(text.encode()))
        return file.getvalue()
