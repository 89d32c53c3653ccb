"""Jobs that need the payment provider: work a webhook, ask about quiet checkouts, end pages that are out of date."""

import logging
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.jobs import JobFunction, TryLater
from domain.kernel.ports import GatewayRefused, GatewayUnavailable, PaymentGateway
from domain.pay_links import provider_events, waiting
from domain.pay_links.provider_events import Pending
from domain.pay_links.refusals import CheckoutNotFound
from portal import paying, stripe_events

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=30)
"""Until the provider is asked again after it did not answer."""

OVERLAP = timedelta(hours=1)
"""How far before the last event the list of events is read again: events come in any order, and are kept once."""


def functions(core: Core, gateway: PaymentGateway) -> dict[str, JobFunction]:
    """Return the functions of these jobs, by the names of the jobs table."""

    async def work_provider_event(provider_event_id: str) -> None:
        await _work(core, gateway, UUID(provider_event_id))

    async def end_checkout(entry_id: int) -> None:
        about = (await timeline.entry(core, entry_id)).event.invoice_ref
        await _end_outdated(core, gateway, invoice_id=about)

    async def check_checkouts() -> None:
        await _check(core, gateway)

    return {
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


async def _taken(core: Core, gateway: PaymentGateway, event: Pending) -> bool:
    try:
        session_id = await gateway.find(event.object_id)
        if session_id is None:
            return False
        await paying.ask(core, gateway, session_id)
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    except CheckoutNotFound:
        return False  # the merchant's account has other payments too
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
    heard_until = await provider_events.heard_until(core)
    if heard_until is None:
        return
    try:
        missed = await gateway.news(heard_until - OVERLAP)
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    for news in missed:
        await provider_events.store(
            core, event_id=news.event_id, kind=news.kind, object_id=news.object_id, body=news.body
        )


async def _asked(session_id: str, question: Awaitable[object]) -> None:
    """Let one refusal not keep the other checkouts waiting; without a connection all of them wait."""
    try:
        await question
    except GatewayUnavailable as no:
        raise TryLater(PAUSE, str(no)) from no
    except GatewayRefused as no:
        log.error("the payment provider refuses to speak of session %s: %s", session_id, no)
