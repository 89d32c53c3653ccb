"""Audit files: a part of the audit log, written page by page and sent to the one who asked for it."""

import io
import logging
from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks import Message
from bot.calls import Calls
from bot.errors import SlackRefused
from bot.poster import Poster
from bot.uploads import Upload, Uploads
from bot.views import answers
from bot.views import audit as views
from domain.kernel import request_ids, timeline
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.operations import audit_export
from domain.operations.audit_events import AuditExported
from domain.people import people

log = logging.getLogger(__name__)


class AuditSharer:
    """Sends parts of the audit log."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, poster: Poster) -> None:
        self._core, self._poster, self._uploads = core, poster, Uploads(core, client, calls)

    async def share(self, entry_id: int, word: str = "") -> None:
        """Send the file that somebody asked for, once, or tell them why it does not come. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del word
        event, slack_id = await self._open(entry_id)
        if slack_id is None:
            return
        try:
            (await people.actor(self._core, slack_id=slack_id)).require(Permission.MANAGE_PEOPLE)
            channel = await self._poster.rooms.direct(slack_id)
            name = f"audit-{event.at:%Y-%m-%d}-{entry_id}.csv"
            await self._uploads.once(Upload(name, await self._written(event)), key=_key(entry_id), channel=channel)
        except Refusal as no:
            log.warning("a part of the audit log is not sent, the right to it was taken away: %s", type(no).__name__)
            refused = str(no)
            await self._say(lambda: answers.refused(refused), slack_id, f"{_key(entry_id)}:refused")
        except SlackRefused as refused_by_slack:
            log.error("a part of the audit log is not sent, Slack refuses: %s", refused_by_slack)
            await self._say_given_up(event, slack_id, entry_id)

    async def give_up(self, entry_id: int, word: str = "") -> None:
        """Tell whoever asked for a part of the log that it does not come, after the last try. A job.

        Raises:
            TryLater: Slack is busy or away.
        """
        del word
        event, slack_id = await self._open(entry_id)
        if slack_id is not None:
            await self._say_given_up(event, slack_id, entry_id)

    async def _open(self, entry_id: int) -> tuple[AuditExported, str | None]:
        """Return what was asked for, and by whom in Slack; by nobody when there is nothing to send any more."""
        event = (await timeline.entry(self._core, entry_id)).event
        assert isinstance(event, AuditExported), "the notices table says so"
        if not event.to_chat or event.actor_id is None or await self._uploads.is_done(_key(entry_id)):
            return event, None
        return event, await people.slack_id_of(self._core, person_id=event.actor_id)

    async def _say_given_up(self, event: AuditExported, slack_id: str, entry_id: int) -> None:
        request_id = request_ids.current()
        await self._say(lambda: views.given_up(event, request_id=request_id), slack_id, f"{_key(entry_id)}:given-up")

    async def _say(self, said: Callable[[], Message], slack_id: str, key: str) -> None:
        try:
            await self._poster.to_person(lambda _: said(), slack_id=slack_id, key=key)
        except SlackRefused as refused:
            log.error("a person cannot be told of the audit log, Slack refuses: %s", refused)

    async def _written(self, event: AuditExported) -> bytes:
        """Return the file; ``ExportTooLarge`` kept it small enough to be held whole."""
        file = io.BytesIO()
        await audit_export.write(self._core, export=event, sink=lambda text: file.write(text.encode()))
        return file.getvalue()


def _key(entry_id: int) -> str:
    return f"audit:{entry_id}"
