"""Waiting: which checkouts the provider should be asked about, and which should be ended there."""

from datetime import timedelta
from uuid import UUID

from domain.commitments.dispute_events import DisputeExtended, DisputeFiled
from domain.commitments.events import PlanApproved
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.ledger.models import Invoice
from domain.ledger.twin_events import AccountJoined
from domain.pay_links import checkouts, orders
from domain.pay_links.events import CheckoutStarted
from domain.pay_links.models import Checkout
from domain.pay_links.states import CheckoutState

ASK_OPEN_AFTER = timedelta(minutes=15)
"""An open page of which we heard nothing for so long may have been paid without a webhook reaching us."""

ASK_ENDED_AFTER = timedelta(minutes=5)
"""A page whose time is over has been closed by the provider, paid or not; then it is asked about once more at once."""

ASK_PROCESSING_AFTER = timedelta(hours=6)
"""A bank debit takes days; four questions a day find its end on the day it ends."""

PAGE = 100
"""Checkouts asked about in one run, at one call each: far below the provider's 25 calls a second."""

_OUTDATED = """(i.state <> 'open' OR i.open_minor <> coalesce(k.owed_minor, k.amount_minor) OR l.state = 'replaced'
    OR EXISTS (SELECT FROM timeline_entry t
               WHERE t.invoice_id = i.id AND t.kind = ANY(%(asks_less)s) AND t.at > k.created_at)
    OR EXISTS (SELECT FROM timeline_entry s JOIN timeline_entry t ON t.account_id = s.account_id
               WHERE s.invoice_id = i.id AND s.kind = %(started)s AND t.kind = %(merged)s AND t.at >= k.created_at))"""
"""Something else is owed or asked for than when the page was ordered, or it belongs to a link that was taken back, or
it was made for a customer that was merged into another since."""

_KINDS = {
    "asks_less": [DisputeFiled.kind, DisputeExtended.kind, PlanApproved.kind],
    "started": CheckoutStarted.kind,
    "merged": AccountJoined.kind,
}
"""Facts that end a page; after what makes us ask for less a payer who still wants to pay more opens one anew."""

_OF_INVOICE = (
    "FROM checkout k JOIN invoice i ON i.id = k.invoice_id JOIN pay_link l ON l.id = k.link_id"
    " WHERE (%(id)s::uuid IS NULL OR k.invoice_id = %(id)s)"
)


async def to_ask(core: Core) -> tuple[str, ...]:
    """Return the sessions that nothing was heard of for a while, and count them as asked about now."""
    now = core.clock.now()
    rows = await core.database.rows(
        "UPDATE checkout SET checked_at = %(now)s WHERE id IN ("
        "  SELECT id FROM checkout WHERE session_id IS NOT NULL AND (state = 'open' AND (checked_at <= %(open)s"
        "      OR expires_at <= %(ended)s AND checked_at < expires_at + %(ended_after)s)"
        "    OR state = 'processing' AND checked_at <= %(processing)s)"
        "  ORDER BY checked_at LIMIT %(page)s FOR UPDATE SKIP LOCKED) RETURNING session_id",
        {
            "now": now,
            "open": now - ASK_OPEN_AFTER,
            "ended": now - ASK_ENDED_AFTER,
            "ended_after": ASK_ENDED_AFTER,
            "processing": now - ASK_PROCESSING_AFTER,
            "page": PAGE,
        },
    )
    return tuple(row["session_id"] for row in rows)


async def to_end(core: Core, *, invoice_id: UUID | None = None) -> tuple[str, ...]:
    """Return the sessions whose page asks for what is not owed any more, or whose link was replaced."""
    rows = await core.database.rows(
        f"SELECT k.session_id {_OF_INVOICE} AND k.state = 'open' AND k.session_id IS NOT NULL AND {_OUTDATED}"
        " ORDER BY k.created_at LIMIT %(page)s",
        {"id": invoice_id, "page": PAGE, **_KINDS},
    )
    return tuple(row["session_id"] for row in rows)


async def give_up_unanswered(core: Core, *, invoice_id: UUID | None = None) -> None:
    """End orders that got no answer and are old or outdated; their pages have reached nobody."""
    rows = await core.database.rows(
        f"SELECT k.id {_OF_INVOICE} AND k.state = 'created' AND (k.created_at <= %(old)s OR {_OUTDATED})"
        " ORDER BY k.created_at LIMIT %(page)s",
        {"id": invoice_id, "page": PAGE, **_KINDS, "old": core.clock.now() - orders.RETRY_WINDOW},
    )
    for row in rows:
        await _give_up(core, row["id"])


async def _give_up(core: Core, checkout_id: UUID) -> None:
    async with core.transaction() as tx:
        checkout = await Checkout.get(id=checkout_id)
        invoice = await Invoice.locked(id=checkout.invoice_id)
        again = await Checkout.locked(id=checkout_id)
        if invoice is not None and again is not None and again.status is CheckoutState.CREATED:
            await checkouts.end(core, tx, invoice, again, reason=say("no answer came from the payment provider"))
