"""Shared files: what payers hand in comes into the thread of its case, byte for byte, once it was examined."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from slack_sdk.web.async_client import AsyncWebClient

from bot.calls import Calls
from bot.errors import SlackRefused
from bot.rooms import Rooms
from bot.uploads import Upload, Uploads
from domain.commitments import document_cases, documents
from domain.commitments.dispute_refusals import DocumentHeld, DocumentNotFound, DocumentWaits, FilesUnkept
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import chat_messages

log = logging.getLogger(__name__)

SOON = timedelta(seconds=5)
"""The case's own message is posted by another job; the file waits for it, the longer the more patiently."""

GIVEN_UP = timedelta(days=1)
"""Lines that Slack refused for so long are told no more, so a case may have no message; the file stays with it."""


class FileSharer:
    """Puts files of payers before the operators."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, *, rooms: Rooms) -> None:
        self._core, self._rooms, self._uploads = core, rooms, Uploads(core, client, calls)

    async def share(self, document_id: str) -> None:
        """Post one file into its case's thread, once; a job, harmless when it runs twice.

        Raises:
            TryLater: The case's message is not there yet, or Slack or the store of files is away.
        """
        about = await document_cases.invoice_of(self._core, document_id=UUID(document_id))
        if about is None:
            return
        invoice_id, came = about
        key = f"file:{document_id}"
        known = await chat_messages.found(self._core, keys=[key, chat_messages.case_key(invoice_id)])
        by_key = {each.key: each for each in known}
        if key in by_key and by_key[key].ts is not None:
            return
        case = by_key.get(chat_messages.case_key(invoice_id))
        if case is None or case.ts is None:
            self._wait(came, "the case has no message yet")
            return
        try:
            if (await self._rooms.audience(case.channel)).brief:
                log.info("a file is not shown in a channel that everyone may read; it stays with its case")
                return
        except SlackRefused as refused:
            self._wait(came, f"Slack refuses: {refused}")
            return
        try:
            content = await documents.content(self._core, document_id=UUID(document_id))
        except (DocumentHeld, DocumentNotFound):
            return
        except (DocumentWaits, FilesUnkept) as error:
            self._wait(came, type(error).__name__)
            return
        try:
            await self._uploads.once(
                Upload(content.name, content.body),
                key=key,
                channel=case.channel,
                thread_ts=case.ts,
                invoice_id=invoice_id,
            )
        except SlackRefused as refused:
            log.error("a file is not shown to the operators, Slack refuses: %s", refused)

    def _wait(self, came: datetime, why: str) -> None:
        """Ask for another try, or give up.

        Raises:
            TryLater: The file came within the last day.
        """
        age = self._core.clock.now() - came
        if age < GIVEN_UP:
            raise TryLater(max(SOON, age / 4), why)
        log.error("a file is not shown to the operators: %s", why)
