"""Audit files: a part of the audit log, written page by page and sent to the one who asked for it."""

import io
import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.errors import SlackRefused
from bot.rooms import Rooms
from bot.uploads import Upload, Uploads
from domain.kernel import timeline
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.operations import audit_export
from domain.operations.audit_events import AuditExported
from domain.people import people

log = logging.getLogger(__name__)


class AuditSharer:
    """Sends parts of the audit log."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, rooms: Rooms) -> None:
        self._core, self._rooms, self._uploads = core, rooms, Uploads(core, client, calls)

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
        if slack_id is None or await self._uploads.is_done(key):
            return
        try:
            (await people.actor(self._core, slack_id=slack_id)).require(Permission.MANAGE_PEOPLE)
        except Refusal as no:
            log.warning("a part of the audit log is not sent, the right to it was taken away: %s", type(no).__name__)
            return
        try:
            channel = await self._rooms.direct(slack_id)
            name = f"audit-{event.at:%Y-%m-%d}-{entry_id}.csv"
            await self._uploads.once(Upload(name, await self._written(event)), key=key, channel=channel)
        except SlackRefused as refused:
            log.error("a part of the audit log is not sent, Slack refuses: %s", refused)

    async def _written(self, event: AuditExported) -> bytes:
        """Return the file; ``ExportTooLarge`` kept it small enough to be held whole."""
        file = io.BytesIO()
        await audit_export.write(self._core, export=event, sink=lambda text: file.write(text.encode()))
        return file.getvalue()
