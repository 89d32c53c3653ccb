"""Import jobs: look at files that were shared, fetch those for an import, keep their cards current, hand lists back."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors, imports, readers
from bot.audience import Draw, Own
from bot.calls import Calls
from bot.downloads import Described, Downloads, Unfetchable
from bot.errors import MessageGone, SlackRefused
from bot.poster import Place, Poster
from bot.uploads import Upload, Uploads
from bot.views import import_notes
from bot.views import imports as views
from domain.kernel import request_ids
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.ports import StoreUnavailable
from domain.kernel.refusals import Refusal
from domain.kernel.speech import say
from domain.operations import chat_messages
from domain.operations.imports import cards, ending, handing
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.states import ENDED, ImportState
from domain.people import people
from domain.people.refusals import PersonUnknown

log = logging.getLogger(__name__)

SOON = timedelta(seconds=3)
"""How often the card of a file is drawn anew while it is read."""

TABLES = (".csv", ".tsv", ".xml", *imports.SPREADSHEETS)
"""Endings of files that are taken for an import wherever they are shared; spreadsheets are told to be saved as CSV."""

IN_TALKS = (*TABLES, ".txt", ".pdf")
"""Endings that are, in the talk with the bot itself."""


class ImportJobs:
    """What the bot does about imports without being asked."""

    def __init__(self, core: Core, client: AsyncWebClient, calls: Calls, poster: Poster, *, api_url: str) -> None:
        self._core, self._client, self._calls, self._poster = core, client, calls, poster
        self._downloads, self._uploads = Downloads(client, calls, api_url=api_url), Uploads(core, client, calls)
        self._own: str | None = None

    def jobs(self) -> Mapping[str, JobFunction]:
        """Return the jobs that this does."""
        return {
            "look_at_file": self.look,
            "fetch_import": self.fetch,
            "show_import": self.show,
            "give_up_import": self.give_up,
        }

    async def look(self, file_id: str, channel: str, chat_id: str) -> None:
        """Take a shared file for an import if it looks like one and whoever shared it may import; a job.

        Raises:
            TryLater: Slack is busy or away.
        """
        in_talk = channel.startswith("D")
        if chat_id == await self._own_account() or not (in_talk or channel in self._poster.rooms.plan.all()):
            return
        try:
            file = await self._downloads.described(file_id)
        except Unfetchable as why:
            log.info("a shared file is not looked at: %s", why)
            return
        if not file.name.casefold().endswith(IN_TALKS if in_talk else TABLES):
            return
        with readers.spoken_to(self._core, await readers.person(self._core, slack_id=chat_id)):
            why_not = await self._handed_in(file, channel=channel, chat_id=chat_id)
            if why_not:
                await self._say(why_not, channel=channel, chat_id=chat_id, file_id=file_id)

    async def _handed_in(self, file: Described, *, channel: str, chat_id: str) -> str:
        """Hand a file in; return why not, if not."""
        try:
            actor = await people.actor(self._core, slack_id=chat_id)
            if imports.is_spreadsheet(file.name):
                handing.require(actor, None)
                return import_notes.spreadsheet(file.name)
            await handing.hand_in(
                self._core, source=handing.source_of(file.id), file_name=file.name, channel=channel, chat_id=chat_id,
                actor=actor,
            )  # fmt: skip
        except PersonUnknown as no:
            return str(no)
        except Refusal as no:
            return say("{file} is not imported. {why}", file=file.name, why=str(no))
        return ""

    async def fetch(self, import_id: str) -> None:
        """Fetch a file that was handed in; a job, harmless when it runs twice.

        Raises:
            TryLater: Slack or the store of files is away.
        """
        card = await cards.card(self._core, import_id=UUID(import_id))
        if card is None or card.state is not ImportState.ASKED or card.is_fetched:
            return
        try:
            file = await self._downloads.described(handing.file_of(card.source))
            body = await self._downloads.fetched(file, most=self._core.limits.import_bytes)
        except Unfetchable as why:
            await handing.refused(self._core, import_id=card.import_id, reason=str(why), actor=SYSTEM)
            return
        if _is_spreadsheet(body):
            reason = import_notes.spreadsheet(card.file_name)
            await handing.refused(self._core, import_id=card.import_id, reason=reason, actor=SYSTEM)
            return
        await self._keep(card, file, body)

    async def _keep(self, card: ImportCard, file: Described, body: bytes) -> None:
        thread = file.thread(card.channel) if card.channel and not card.channel.startswith("D") else ""
        try:
            await handing.kept(self._core, import_id=card.import_id, body=body, thread=thread or None)
        except StoreUnavailable as error:
            raise TryLater(errors.OUTAGE_WAIT, "the store of files does not answer") from error

    async def show(self, import_id: str) -> None:
        """Draw the card of an import as it is now, and hand its lists back; a job, harmless when it runs twice.

        Raises:
            TryLater: Slack or the store is away, or the file is still being read.
        """
        card = await cards.card(self._core, import_id=UUID(import_id))
        if card is None:
            return
        try:
            may_see = await self._may_see(card)
            place = await self._drawn(card, may_see=may_see)
            if card.state in (ImportState.PREVIEWED, ImportState.APPLIED):
                await self._hand_back(card, place, may_see=may_see)
        except SlackRefused as refused:
            log.error("the card of an import is not shown, Slack refuses: %s", refused)
            return
        except StoreUnavailable as error:
            raise TryLater(errors.OUTAGE_WAIT, "the store of files does not answer") from error
        if card.state in ENDED:
            await ending.remove(self._core, [card.import_id])
        elif card.state in (ImportState.ASKED, ImportState.APPLYING):
            age = self._core.clock.now() - card.changed_at
            raise TryLater(max(SOON, age / 10), "the file is still being read")

    async def give_up(self, import_id: str) -> None:
        """End an import of which every try has failed, and tell whoever waits for it; a job that may run twice.

        Raises:
            TryLater: Slack is busy or away.
        """
        await ending.give_up(self._core, import_id=UUID(import_id))
        card = await cards.card(self._core, import_id=UUID(import_id))
        if card is None or card.state is not ImportState.FAILED:
            return
        request_id = request_ids.current()
        try:
            await self._poster.to_person(
                lambda _: import_notes.given_up(card, request_id=request_id),
                slack_id=card.decided_by_chat or card.handed_by_chat,
                key=f"import-given-up:{card.import_id}",
            )
        except SlackRefused as refused:
            log.error("a person cannot be told of an import, Slack refuses: %s", refused)

    async def _may_see(self, card: ImportCard) -> bool:
        """Tell whether whoever handed the file in may still see what it holds.

        Who reads a channel was decided by whoever invited them; a talk has one reader, whose rights may have ended.
        """
        try:
            actor = await people.actor(self._core, slack_id=card.handed_by_chat)
            handing.require(actor, card.kind)
        except Refusal:
            return False
        return True

    async def _drawn(self, card: ImportCard, *, may_see: bool) -> Place:
        key, draw = f"import:{card.import_id}", views.drawn(card)
        if card.channel and not card.channel.startswith("D"):
            if card.thread:
                return await self._in_thread(draw, key=key, thread=Place(card.channel, card.thread))
            return await self._poster.living(draw, key=key, channel=card.channel)
        channel = card.channel or await self._poster.rooms.direct(card.handed_by_chat)
        reader = await readers.person(self._core, slack_id=card.handed_by_chat)
        shown = draw if may_see else lambda _: import_notes.withheld(card)
        return await self._poster.living(Own(reader, shown), key=key, channel=channel)

    async def _in_thread(self, draw: Draw, *, key: str, thread: Place) -> Place:
        """Keep a living message in a thread."""
        reserved = await chat_messages.reserve(self._core, keys=[key], channel=thread.channel)
        try:
            if open_ := await self._poster.unposted(reserved, thread=thread):
                return await self._poster.once(draw, reserved=open_, thread=thread)
        except MessageGone:  # the file's own message was deleted; the card stands in the channel then
            return await self._poster.living(draw, key=key, channel=thread.channel)
        (known,) = await chat_messages.found(self._core, keys=[key])
        place = Place(known.channel, str(known.ts))
        shown = draw(await self._poster.rooms.audience(place.channel))
        if shown.content_hash != known.content_hash:
            await self._poster.redraw(draw, place=place, keys=[key])
        return place

    async def _hand_back(self, card: ImportCard, place: Place, *, may_see: bool) -> None:
        """Put the reject log, and what a full export lacks, below the card; where strangers read, into a talk."""
        channel, thread = place.channel, card.thread or place.ts
        if (await self._poster.rooms.audience(channel)).brief:
            channel, thread = await self._poster.rooms.direct(card.handed_by_chat), ""
        if channel.startswith("D") and not may_see:
            return
        stem = card.file_name.rpartition(".")[0] or card.file_name
        for name, body in (
            (f"{stem}.rejects.csv", await cards.rejects(self._core, import_id=card.import_id)),
            (f"{stem}.absent.csv", await cards.absent(self._core, import_id=card.import_id)),
        ):
            if body:
                key = f"import-list:{card.import_id}:{hashlib.sha256(body).hexdigest()[:16]}"
                await self._uploads.once(Upload(name, body), key=key, channel=channel, thread_ts=thread)

    async def _own_account(self) -> str:
        """Return the account under which we share files ourselves."""
        if self._own is None:
            told = await self._calls.make(self._client.auth_test)
            self._own = str(told.get("user_id") or "")
        return self._own

    async def _say(self, sentence: str, *, channel: str, chat_id: str, file_id: str) -> None:
        """Say to one person why nothing was done; nothing is lost when it cannot be shown."""
        message = import_notes.refused(sentence)
        try:
            if channel.startswith("D"):
                await self._poster.to_person(lambda _: message, slack_id=chat_id, key=f"not-imported:{file_id}")
                return
            await self._calls.make(
                lambda: self._client.chat_postEphemeral(
                    channel=channel, user=chat_id, text=message.text, blocks=list(message.blocks), parse="none"
                )
            )
        except (SlackRefused, SlackApiError) as refused:
            log.warning("a refusal could not be shown: %s", refused)


def _is_spreadsheet(body: bytes) -> bool:
    """Tell whether a file is one of Excel's, LibreOffice's or Google's, whatever it is called."""
    zipped = body.startswith(b"PK\x03\x04")
    return body.startswith(b"\xd0\xcf\x11\xe0") or (
        zipped and (b"xl/workbook" in body or b"opendocument.spreadsheet" in body[:200])
    )
