"""Telling: which event makes which message in the operators' channel, and the job that makes it.

An invoice has one living message, the case, and a thread with a line for each event. A mass of reminders makes
one case message each and updates it in place; the channel itself hears only of what needs a person.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot import errors
from bot.errors import MessageGone, SlackRefused
from bot.poster import Place, Poster
from bot.views import cases as case_views
from bot.views import days as day_views
from bot.views import news
from domain.deliverability import events as mail
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.jobs import TryLater
from domain.kernel.timeline import Entry
from domain.ledger import events as ledger
from domain.operations import cases, chat_messages, days
from domain.operations.chat_messages import Reservation
from domain.outreach import events as outreach
from domain.pay_links import events as pay_links

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
"""Lines of one thread message."""

HISTORY = 8
"""Earlier lines with which a new thread begins; the invoice's timeline has all."""

CATCH_UP = 10
"""Lines that could not be told, and are tried again after one could."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How one kind of event is told."""

    opens_case: bool = False
    """Whether the invoice gets its living message now if it has none; else it is told only where one is."""
    to_channel: bool = False
    """Whether the thread's line also shows in the channel, since it got worse and a person must act."""

    in_day: bool = False
    """Whether it shows in the day's one message while the invoice has none: news that come by the hundred."""


QUIET = Telling()
OF_THE_DAY = Telling(in_day=True)
NORMAL = Telling(opens_case=True)
ALARM = Telling(opens_case=True, to_channel=True)

TELLINGS: Mapping[type[Event], Telling] = {
    ledger.LedgerImported: NORMAL,
    ledger.PaymentImported: QUIET,  # a file may bring thousands
    ledger.PaymentReceived: NORMAL,
    ledger.InvoiceSettled: QUIET,
    ledger.PaymentReversed: ALARM,
    ledger.SurplusReceived: ALARM,
    pay_links.LinkRegenerated: NORMAL,
    pay_links.LinkEntered: NORMAL,
    pay_links.CheckoutStarted: NORMAL,
    pay_links.CheckoutEnded: QUIET,
    pay_links.PaymentProcessing: NORMAL,
    pay_links.PaymentDeclined: NORMAL,
    pay_links.PaymentFailed: ALARM,
    pay_links.PaymentMismatched: ALARM,
    mail.LetterSent: OF_THE_DAY,
    mail.LetterWithheld: OF_THE_DAY,
    mail.LetterUncertain: NORMAL,
    mail.LetterRefused: ALARM,
    mail.AddressSuppressed: ALARM,
    mail.SuppressionLifted: QUIET,
    mail.MailArrived: ALARM,
    mail.MailQuarantined: NORMAL,
    outreach.CadenceClosed: QUIET,
    outreach.InvoiceEscalated: NORMAL,
}
"""Every event that operators hear of. One without an invoice is always a message of its own."""


class Teller:
    """Tells the operators what the timeline says."""

    def __init__(self, core: Core, poster: Poster) -> None:
        self._core, self._poster = core, poster

    async def tell(self, entry_id: int, word: str = "") -> None:
        """Tell one entry of the timeline, and whatever else the same invoice has waiting. A job.

        Raises:
            TryLater: Slack is busy or away; nothing is lost and nothing is told twice.
        """
        del word  # the jobs table gives every notice one; telling needs none
        try:
            await self._tell(await timeline.entry(self._core, entry_id))
        except SlackRefused as refused:
            log.error("operators are not told, Slack refuses: %s", refused)
            return
        await self._catch_up(told=entry_id)

    async def _tell(self, entry: Entry) -> None:
        invoice_id = entry.event.invoice_ref
        if invoice_id is None:
            await self._alone(entry)
        else:
            await self._in_case(entry, invoice_id)

    async def _alone(self, entry: Entry) -> None:
        keys = [chat_messages.entry_key(entry.id)]
        reserved = await chat_messages.reserve(self._core, keys=keys, channel=self._poster.channel)
        if unposted := await self._poster.unposted(reserved):
            await self._poster.once(news.alone(entry.event), reserved=unposted)

    async def _in_case(self, entry: Entry, invoice_id: UUID) -> None:
        case_key = chat_messages.case_key(invoice_id)
        has_case = bool(await chat_messages.found(self._core, keys=[case_key]))
        entries = await self._waiting(entry, invoice_id, opening=not has_case)
        if not has_case and not any(TELLINGS[type(each.event)].opens_case for each in entries):
            await self._in_day(entry)
            return
        if not entries:
            return
        reserved = await chat_messages.reserve(
            self._core, keys=list(entries_by_key(entries)), channel=self._poster.channel, invoice_id=invoice_id
        )
        case = await cases.case(self._core, invoice_id=invoice_id)
        message = case_views.living(case)
        place = await self._poster.living(message, key=case_key, invoice_id=invoice_id)
        try:
            await self._thread(entries, reserved, place=place, number=case.invoice_number)
        except MessageGone:
            place = await self._poster.again(message, key=case_key, invoice_id=invoice_id)
            await self._thread(entries, reserved, place=place, number=case.invoice_number)

    async def _in_day(self, entry: Entry) -> None:
        if not TELLINGS[type(entry.event)].in_day:
            return
        day = await days.reminders(self._core, at=entry.event.at)
        if day.sent or day.withheld or day.troubled:
            await self._poster.living(day_views.living(day), key=chat_messages.day_key(day.day))

    async def _thread(
        self, entries: Sequence[Entry], reserved: Sequence[Reservation], *, place: Place, number: str
    ) -> None:
        unposted = await self._poster.unposted(reserved, thread=place)
        if not unposted:
            return
        known = entries_by_key(entries)
        events = [known[each.message.key].event for each in unposted]
        await self._poster.once(
            news.in_thread(events, invoice_number=number),
            reserved=unposted,
            thread=place,
            broadcast=any(TELLINGS[type(event)].to_channel for event in events),
        )

    async def _waiting(self, entry: Entry, invoice_id: UUID, *, opening: bool) -> list[Entry]:
        """Return the entry and the invoice's later ones that were not told yet; a new thread begins with what was."""
        others = await timeline.of_invoice(self._core, invoice_id)
        before = [each for each in others if each.id < entry.id][-HISTORY:] if opening else []
        later = [each for each in others if each.id > entry.id]
        wanted = entries_by_key([each for each in (*before, entry, *later) if type(each.event) in TELLINGS])
        known = await chat_messages.found(self._core, keys=list(wanted))
        told = {message.key for message in known if message.ts is not None}
        return [each for key, each in wanted.items() if key not in told][:MOST_AT_ONCE]

    async def _catch_up(self, *, told: int) -> None:
        """Tell what Slack refused before a person put it right; jobs run one at a time, so nobody else is at it."""
        for entry_id in await chat_messages.unsent_entries(self._core, limit=CATCH_UP):
            if entry_id == told:
                continue
            try:
                await self._tell(await timeline.entry(self._core, entry_id))
            except (SlackRefused, TryLater) as reason:
                log.info("an older line still cannot be told: %s", reason)
                return
            except Exception as error:  # the rim: an old line that fails must never keep new ones back
                log.error("an older line cannot be told, entry %s: %s", entry_id, errors.trail(error))


def entries_by_key(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the entries by the key of their line."""
    return {chat_messages.entry_key(each.id): each for each in entries}
