"""Act forms: what the forms beside paying share: who stands before them, what was typed, and what was not sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from domain.kernel.clock import local_date
from domain.kernel.money import Money
from domain.kernel.refusals import InUse, Refusal
from domain.pay_links import queries
from domain.pay_links.queries import Banner, PayerPage
from domain.pay_links.refusals import LinkNotFound
from domain.pay_links.steps import Step
from portal import amounts, arriving, days, door, faults, forms, typed_days, uploads, views
from portal.faults import Errors
from portal.pages import WHY
from portal.rates import TooMany
from portal.rim import Handler, Portal
from portal.seats import Crowded
from portal.texts import Texts
from portal.uploads import Received

SHOWN_BACK = 8_000
"""Signs of one field that are given back; more than any of them may have."""

LONGEST_MARK = 200
"""Signs of what a form carries and nobody typed."""

IN_USE_SECONDS = 5
"""After them a payer may try again what an import kept from being done."""

_FORMS = frozenset(step.value for step in Step if step is not Step.OPENED)


@dataclass(frozen=True, slots=True)
class Desk:
    """A payer before a page of their session, and how this payer reads and writes."""

    secret: str
    page: PayerPage
    t: Texts
    locale: str
    today: date
    """At the merchant's, where all due dates are kept."""

    def money(self, amount: Money) -> str:
        """Return an amount as the payer writes it."""
        return amount.format(self.locale)

    def day(self, day: date) -> str:
        """Return a date as the payer writes it."""
        return days.long(day, self.locale)


@dataclass(frozen=True, slots=True)
class Sent(Desk):
    """The same with a form that was sent from our page of this session."""

    received: Received

    def text(self, name: str) -> str:
        """Return what was typed into a field, without blanks around it."""
        return self.received.fields.get(name, "").strip()


class NotSent(Exception):
    """Say that nothing was done with a form, whose words are given back."""

    def __init__(self, status: int, fields: dict[str, str], *, wait: int = 0) -> None:
        self.status, self.fields, self.wait = status, fields, wait
        super().__init__(str(status))


async def desk(portal: Portal, request: web.Request) -> Desk:
    """Return who looks at a page.

    Raises:
        LinkNotFound: No session of ours, or not any more.
    """
    secret = portal.cookies.session(request) or ""
    return desk_of(portal, secret, await queries.page(portal.core, secret=secret))


def looked(look: Callable[[Portal, web.Request, Desk], Awaitable[web.StreamResponse]]) -> Handler:
    """Return the handler of a page that only shows something."""

    async def handler(portal: Portal, request: web.Request) -> web.StreamResponse:
        try:
            about = await desk(portal, request)
            step = request.path.removeprefix("/i/").partition("/")[0]
            if request.method == "GET" and step in _FORMS:
                portal.steps.note(about.page.link_id, Step(step))
            return await look(portal, request, about)
        except LinkNotFound:
            await portal.rates.count("guess", request)
            return door.dead(portal, request, of_session=True)

    return handler


def posted(take: Callable[[Portal, web.Request, Sent], Awaitable[web.StreamResponse]]) -> Handler:
    """Return the handler of a form. Whatever keeps it from being taken, what was typed is given back."""

    async def handler(portal: Portal, request: web.Request) -> web.StreamResponse:
        forms.require_our_page(request, origin=portal.origin)
        fields: dict[str, str] = {}
        try:
            async with portal.seats.at(await arriving.sender(portal, request)) as seat:
                received = await arriving.form(request, seat=seat)
                fields = received.fields
                sent = await _sent(portal, request, received)
                return await take(portal, request, sent)
        except NotSent as no:
            return _unsent(portal, request, no)
        except uploads.FilesUnread as no:
            status, wait = (503, no.why.seconds) if isinstance(no.why, Crowded) else (400, 0)
            return _unsent(portal, request, NotSent(status, no.fields, wait=wait))
        except TooMany as wait:
            return _unsent(portal, request, NotSent(429, fields, wait=wait.seconds))
        except LinkNotFound:
            return _unsent(portal, request, NotSent(404, fields))
        except InUse:
            return _unsent(portal, request, NotSent(423, fields, wait=IN_USE_SECONDS))

    return handler


def amount(sent: Sent, name: str, *, most: Money) -> Money | str:
    """Return the amount in a field, or a sentence that says why it is none that can be taken."""
    t, currency = sent.t, most.currency
    try:
        typed = amounts.typed(sent.text(name), currency=currency, locale=sent.locale)
    except amounts.AmountUnreadable:
        return t("act_amount_unreadable", currency=currency, example=sent.money(Money(most.minor // 2, currency)))
    except amounts.OtherCurrency:
        return t("act_amount_currency", currency=currency)
    if typed.minor <= 0:
        return t("act_amount_nothing")
    if typed > most:
        return t("act_amount_most", most=sent.money(most))
    return typed


def day(sent: Sent, name: str, *, last: date) -> date | str:
    """Return the day in a field, or a sentence that says why it is none that can be taken."""
    t = sent.t
    if not sent.text(name):
        return t("act_day_missing")
    try:
        typed = typed_days.typed(sent.text(name), locale=sent.locale)
    except typed_days.DayUnreadable:
        return t("act_day_unreadable", example=sent.day(sent.today))
    if typed < sent.today:
        return t("act_day_past")
    if typed > last:
        return t("act_day_last", date=sent.day(last))
    return typed


def shown_day(text: str, locale: str) -> str:
    """Return a typed day as browsers' fields take it, or the text where it is none."""
    try:
        return typed_days.typed(text, locale=locale).isoformat()
    except typed_days.DayUnreadable:
        return text[: typed_days.LONGEST]


def problem(sent: Sent, name: str, *, most: int, missing: str = "") -> str:
    """Return what is wrong with a text: too long, or missing where that has words; empty when nothing is."""
    return faults.text(sent.t, sent.text(name), most=most, missing=missing)


def show(
    portal: Portal,
    request: web.Request,
    desk: Desk,
    template: str,
    *,
    errors: Errors = (),
    status: int = 0,
    **shown: Any,
) -> web.Response:
    """Return a page with its form; 422 when something could not be taken."""
    if errors:
        request[WHY] = _at_fault(desk, errors)
    return portal.pages.show(
        request,
        template,
        status=status or (422 if errors else 200),
        texts=desk.t,
        desk=desk,
        errors=errors,
        form_token=forms.token(desk.secret),
        **shown,
    )


def _at_fault(desk: Desk, errors: Errors) -> str:
    """Return the fields at fault, and what was wrong with the files, for whoever helps."""
    fault = desk.received.fault if isinstance(desk, Sent) else ""
    return ", ".join([*(field for field, _ in errors), *([fault] if fault else [])])


def to_invoice(request: web.Request) -> web.Response:
    """Lead to the invoice page, which shows from the database what is on file now; reloading it repeats nothing."""
    return web.Response(status=303, headers={"Location": f"{root(request)}i"})


def root(request: web.Request) -> str:
    """Return the way up from this page's address to the top."""
    return "../" * (request.path.count("/") - 1)


def why_waiting(desk: Desk) -> str:
    """Return the text that says why nothing can be agreed on now: money is on its way, or looked at."""
    if desk.page.banner is Banner.IN_REVIEW:
        return "refuse_in_review"
    return "act_under_way_part" if desk.page.may_commit else "refuse_under_way"


def unexpected(sent: Sent, no: Refusal) -> NotSent:
    """Return what to raise for a refusal that none of a form's fields can mend; its words are for operators."""
    del no
    return NotSent(409, sent.received.fields)


def desk_of(portal: Portal, secret: str, page: PayerPage) -> Desk:
    """Return who looks at a page that was read."""
    core, texts = portal.core, portal.pages.texts(page.locale)
    return Desk(
        secret=secret,
        page=page,
        t=texts,
        locale=views.locale(page, merchant=core.merchant, texts=texts),
        today=local_date(core.clock, core.merchant.zone),
    )


async def _sent(portal: Portal, request: web.Request, received: Received) -> Sent:
    secret = portal.cookies.session(request) or ""
    await portal.rates.count("act", request, key=secret)
    try:
        forms.require_token(received.fields.get("token", ""), secret=secret)
    except forms.Foreign:
        raise NotSent(403, received.fields) from None
    about = desk_of(portal, secret, await queries.page(portal.core, secret=secret))
    return Sent(about.secret, about.page, about.t, about.locale, about.today, received)


def _unsent(portal: Portal, request: web.Request, no: NotSent) -> web.Response:
    """Say that nothing was sent, why, and give back what was typed so that it can be kept."""
    request[WHY] = _WHY[no.status]
    typed = tuple(
        value[:SHOWN_BACK] for name, value in sorted(no.fields.items()) if name not in _NOT_TYPED and value.strip()
    )
    response = portal.pages.show(
        request,
        "unsent.html",
        status=no.status,
        texts=portal.pages.texts(),
        why=_WHY[no.status],
        wait=no.wait,
        typed=typed,
        over=no.status in (403, 404),
    )
    if no.wait:
        response.headers["Retry-After"] = str(no.wait)
    return response


_NOT_TYPED = frozenset({"token", "go", "stamp", "replaces", "code", "how", "own", "frequency"})
"""Fields in which nobody writes anything that would have to be written again."""

_WHY = {
    400: "unsent_broken",
    403: "unsent_other",
    404: "unsent_over",
    409: "unsent_changed",
    423: "refuse_in_use",
    429: "unsent_often",
    503: "unsent_busy",
}
