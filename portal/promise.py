"""The promise page: a payer says when money will come, of all or of a part, or moves what was said before."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from aiohttp import web

from domain.commitments import parties, pauses, promises
from domain.commitments.promises import PromiseLine
from domain.commitments.refusals import PromiseNotFound, PromiseRepeated
from domain.commitments.states import PromiseState
from domain.kernel.money import Money
from domain.kernel.refusals import InUse, MoveRefused, NotFound, Refusal, StaleRecord
from domain.pay_links import acts
from portal import act_forms
from portal.act_forms import Desk, Sent
from portal.faults import Errors
from portal.rim import Portal, Route


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be promised now."""

    most: Money
    last: date
    grace_days: int
    earlier: PromiseLine | None
    """The promise that a new word takes the place of, since nothing else is left to promise."""


async def look(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Show the form, or why there is nothing to promise."""
    offer = await _offer(portal, desk)
    if not desk.page.is_open or not offer.most:
        return act_forms.show(portal, request, desk, "nothing.html", title="promise_title", why=_why_not(desk))
    first = offer.earlier.promised_on.isoformat() if offer.earlier else ""
    return _form(portal, request, desk, offer, part="", on=first, note="")


async def give(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """Note the promise, or show what cannot be taken."""
    offer = await _offer(portal, sent)
    if not sent.page.is_open or not offer.most:
        raise act_forms.NotSent(409, sent.received.fields)
    on = act_forms.day(sent, "on", last=offer.last)
    amount = act_forms.amount(sent, "amount", most=offer.most) if sent.text("how") == "part" else offer.most
    long = act_forms.problem(sent, "note", most=parties.LONGEST_TEXT)
    errors: Errors = (
        *((("on", on),) if isinstance(on, str) else ()),
        *((("amount", amount),) if isinstance(amount, str) else ()),
        *((("note", long),) if long else ()),
    )
    if isinstance(on, str) or isinstance(amount, str) or errors:
        return _again(portal, request, sent, offer, errors)
    return await _given(portal, request, sent, amount, on, _replaces(sent, offer))


async def _given(
    portal: Portal, request: web.Request, sent: Sent, amount: Money, on: date, replaces: UUID | None
) -> web.StreamResponse:
    try:
        await acts.promise(
            portal.core, secret=sent.secret, amount=amount, on=on, note=sent.text("note"), replaces=replaces
        )
    except PromiseRepeated:
        pass  # the second click of a double click; the page shows what is on file
    except (StaleRecord, MoveRefused, PromiseNotFound) as no:
        raise act_forms.unexpected(sent, no) from no
    except (NotFound, InUse):
        raise
    except Refusal:  # the balance moved since it was looked at: what may be promised is told anew
        offer = await _offer(portal, sent)
        if not offer.most:
            raise act_forms.NotSent(409, sent.received.fields) from None
        said = sent.t("act_amount_most", most=sent.money(offer.most))
        return _again(portal, request, sent, offer, (("amount", said),))
    return act_forms.to_invoice(request)


def _again(portal: Portal, request: web.Request, sent: Sent, offer: Offer, errors: Errors) -> web.Response:
    on = act_forms.shown_day(sent.text("on"), sent.locale)
    part = sent.text("amount") if sent.text("how") == "part" else ""
    how = "part" if sent.text("how") == "part" else "whole"
    return _form(portal, request, sent, offer, part=part, on=on, note=sent.text("note"), how=how, errors=errors)


def _form(
    portal: Portal, request: web.Request, desk: Desk, offer: Offer, *,
    part: str, on: str, note: str, how: str = "whole", errors: Errors = (),
) -> web.Response:  # fmt: skip
    return act_forms.show(
        portal, request, desk, "promise.html", errors=errors, offer=offer, part=part, on=on, note=note, how=how,
        longest=parties.LONGEST_TEXT, grace=desk.t.count("promise_grace", offer.grace_days))  # fmt: skip


async def _offer(portal: Portal, desk: Desk) -> Offer:
    core, page = portal.core, desk.page
    paused = await pauses.of(core.database, invoice_id=page.invoice_id, today=desk.today)
    earlier = None
    most = paused.chaseable
    if not most and paused.promised:
        lines = await promises.of_invoice(core, invoice_id=page.invoice_id)
        running = [each for each in lines if each.state is PromiseState.RUNNING]
        earlier = running[0] if running else None
        most = paused.promised if earlier else most
    free = max(most.minor - page.under_way.minor, 0) if page.may_commit else 0
    most = Money(free, most.currency)
    last = desk.today + timedelta(days=core.limits.promise_max_days)
    return Offer(most, last, core.limits.promise_grace_days, earlier)


def _replaces(sent: Sent, offer: Offer) -> UUID | None:
    """Return which promise is moved: the very one that the form showed."""
    if offer.earlier is not None and sent.text("replaces") == str(offer.earlier.promise_id):
        return offer.earlier.promise_id
    return None


def _why_not(desk: Desk) -> str:
    if not desk.page.is_open:
        return "act_nothing_open"
    if not desk.page.may_commit or desk.page.under_way:
        return act_forms.why_waiting(desk)
    return "promise_nothing_disputed" if desk.page.asked.disputed else "promise_nothing_planned"


ROUTES = (
    Route("GET", "/i/promise", "promise", act_forms.looked(look)),
    Route("POST", "/i/promise", "promise", act_forms.posted(give)),
)
