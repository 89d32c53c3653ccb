"""Jobs that need the payment provider: work a webhook, ask about checkouts, end outdated pages, compare the money."""

import logging
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.ports import GatewayRefused, GatewayUnavailable, Known, PaymentGateway
from domain.pay_links import checkouts, doubts, provider_events, provider_health, provider_marks, reconciling, waiting
from domain.pay_links.doubts import Entry
from domain.pay_links.provider_events import Pending
from domain.pay_links.reconciling import Place
from domain.pay_links.refusals import CheckoutNotFound
from portal import paying, stripe_events

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)
"""Until the provider is asked again after it did not answer."""


def functions(core: Core, gateway: PaymentGateway) -> dict[str, JobFunction]:
    """Return the functions of these jobs, by the names of the jobs table."""

    async def work_provider_event(provider_event_id: str) -> None:
        await _work(core, gateway, UUID(provider_event_id))

    async def end_checkout(entry_id: int) -> None:
        about = (await timeline.entry(core, entry_id)).event.invoice_ref
        await _end_outdated(core, gateway, invoice_id=about)

    async def check_checkouts() -> None:
        await _check(core, gateway)

    async def compare_movements() -> None:
        await _compare(core, gateway)

    return {
        "compare_movements": compare_movements,
        "work_provider_event": work_provider_event,
        "end_checkout": end_checkout,
        "check_checkouts": check_checkouts,
    }


async def _work(core: Core, gateway: PaymentGateway, provider_event_id: UUID) -> None:
    """Read the checkout that the event is about and take its news in; the event's own body is not believed."""
    event = await provider_events.pending(core, provider_event_id=provider_event_id)
    if event is None:
        return
    if event.kind in stripe_events.KINDS and await _taken(core, gateway, event):
        await provider_events.worked(core, provider_event_id=provider_event_id)
    else:
        await provider_events.ignored(core, provider_event_id=provider_event_id)
    await provider_health.judge(core, unless_ready=True)


async def _taken(core: Core, gateway: PaymentGateway, event: Pending) -> bool:
    try:
        if stripe_events.is_alert(event.kind):
            return await _alerted(core, gateway, event.object_id)
        session_id = await gateway.find(event.object_id)
        if session_id is None:
            return False
        await paying.ask(core, gateway, session_id)
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    except CheckoutNotFound:
        return False  # the merchant's account has other payments too
    return True


async def _alerted(core: Core, gateway: PaymentGateway, object_id: str) -> bool:
    found = await gateway.alert(object_id)
    if found is None:
        return False
    session_id, alert = found
    await checkouts.alert(core, session_id=session_id, alert=alert)
    return True


async def _end_outdated(core: Core, gateway: PaymentGateway, *, invoice_id: UUID | None) -> None:
    await waiting.give_up_unanswered(core, invoice_id=invoice_id)
    for session_id in await waiting.to_end(core, invoice_id=invoice_id):
        await _asked(session_id, paying.end(core, gateway, session_id))


async def _check(core: Core, gateway: PaymentGateway) -> None:
    """Find what webhooks missed: pages that lie open, debits that take days, events that were never delivered."""
    await _end_outdated(core, gateway, invoice_id=None)
    for session_id in await waiting.to_ask(core):
        await _asked(session_id, paying.ask(core, gateway, session_id))
    try:
        await _poll(core, gateway)
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    await provider_health.judge(core)


async def _poll(core: Core, gateway: PaymentGateway) -> None:
    """Read the list of events since it was last read to its end; what a webhook brought is known already."""
    since, began = await provider_events.poll_since(core), core.clock.now()
    if since is None:
        return
    async for page in gateway.news(since):
        await provider_events.store_all(core, news=page)
    await provider_marks.put(core, core.database, provider_health.POLLED, "", at=began)


async def _compare(core: Core, gateway: PaymentGateway) -> None:
    """Compare charges, refunds and disputes with the ledger; a run that is interrupted goes on where it stood."""
    for place in await reconciling.to_compare(core):
        try:
            await _compare_list(core, gateway, place)
        except GatewayUnavailable as no:
            raise TryLater(PAUSE, str(no)) from no
    await _ask_about_entries(core, gateway)
    await reconciling.tell_strays(core)
    await doubts.tell(core)
    await reconciling.finished(core)


async def _ask_about_entries(core: Core, gateway: PaymentGateway) -> None:
    """Ask about the entries that the lists have not shown; what the provider refuses to say is no answer."""
    answers: list[tuple[Entry, Known | None]] = []
    refused = ""
    for entry in await doubts.to_ask(core):
        try:
            answers.append((entry, await gateway.known(entry.object_id)))
        except GatewayUnavailable as no:
            raise TryLater(PAUSE, str(no)) from no
        except GatewayRefused as no:
            refused = str(no)
    if refused:
        log.error("the payment provider refuses to speak of entries of ours: %s", refused)
    await doubts.answered(core, answers=answers)


async def _compare_list(core: Core, gateway: PaymentGateway, place: Place) -> None:
    after = place.after
    while True:
        page = await gateway.movements(place.of, since=place.since, after=after)
        found = await reconciling.compare(core, movements=page.movements)
        for session_id in found.sessions:
            await _asked(session_id, paying.ask(core, gateway, session_id))
        for charge_id in found.charges:
            await _asked(charge_id, _found(core, gateway, charge_id))
        after = page.after
        await reconciling.reached(core, of=place.of, after=after)
        if after is None:
            return


async def _found(core: Core, gateway: PaymentGateway, charge_id: str) -> None:
    session_id = await gateway.find(charge_id)
    if session_id is not None:
        await paying.ask(core, gateway, session_id)


async def _asked(session_id: str, question: Awaitable[object]) -> None:
    """Let one refusal not keep the other checkouts waiting; without a connection all of them wait."""
    try:
        await question
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    except (GatewayRefused, CheckoutNotFound) as no:
        log.error("the payment provider refuses to speak of session %s: %s", session_id, no)
