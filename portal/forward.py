"""The page of passing on: a payer says who should pay instead, and asks for fresh links to other open invoices."""

from aiohttp import web

from domain.kernel.addresses import AddressMalformed
from domain.ledger.refusals import NothingToPay
from domain.pay_links import forwardings, other_links
from domain.pay_links.refusals import ForwardingsWait, PaymentUnderWay
from portal import act_forms
from portal.act_forms import Desk, Sent
from portal.faults import Errors
from portal.rim import Portal, Route

MOST_NUMBER = 100

FRESH_MINUTES = 5
"""A second link is not sent while one of so many minutes ago is unused."""


async def look(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Show the form, or why nobody else needs a link."""
    if not desk.page.is_open:
        return act_forms.show(portal, request, desk, "nothing.html", title="forward_title", why="act_nothing_open")
    if not desk.page.may_commit:
        why = act_forms.why_waiting(desk)
        return act_forms.show(portal, request, desk, "nothing.html", title="forward_title", why=why)
    return _form(portal, request, desk, name="", email="", note="")


async def ask(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """Take the name and the address; what becomes of them is not said here, whoever that person is."""
    problems = (
        ("name", act_forms.problem(sent, "name", most=forwardings.LONGEST_NAME, missing="forward_name_missing")),
        ("email", act_forms.problem(sent, "email", most=254, missing="forward_email_missing")),
        ("note", act_forms.problem(sent, "note", most=forwardings.LONGEST_NOTE)),
    )
    if errors := tuple((name, said) for name, said in problems if said):
        return _again(portal, request, sent, errors)
    await portal.rates.count("forward", request, key=sent.secret)
    name, email, note = (sent.text(each) for each in ("name", "email", "note"))
    try:
        await forwardings.ask(portal.core, secret=sent.secret, name=name, email=email, note=note)
    except AddressMalformed:
        return _again(portal, request, sent, (("email", sent.t("forward_email_wrong")),))
    except ForwardingsWait as no:
        return _again(portal, request, sent, (("email", sent.t("forward_enough", most=no.most)),))
    except (NothingToPay, PaymentUnderWay) as no:
        raise act_forms.unexpected(sent, no) from no
    return act_forms.to_invoice(request)


async def another(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """Mail a fresh link to another invoice to this very contact; the answer is the same whatever was asked for."""
    number = sent.text("invoice")[:MOST_NUMBER]
    await portal.rates.count("others", request, key=sent.secret)
    await other_links.send(portal.core, secret=sent.secret, number=number, browser=portal.cookies.browser(request))
    return portal.pages.show(request, "other_sent.html", texts=sent.t, sent_to=sent.page.address, minutes=FRESH_MINUTES)


def _again(portal: Portal, request: web.Request, sent: Sent, errors: Errors) -> web.Response:
    name, email, note = (sent.text(each) for each in ("name", "email", "note"))
    return _form(portal, request, sent, name=name, email=email, note=note, errors=errors)


def _form(
    portal: Portal, request: web.Request, desk: Desk, *, name: str, email: str, note: str, errors: Errors = ()
) -> web.Response:
    return act_forms.show(
        portal, request, desk, "forward.html", errors=errors, name=name, email=email, note=note,
        longest_name=forwardings.LONGEST_NAME, longest_note=forwardings.LONGEST_NOTE,
    )  # fmt: skip


async def back(_: Portal, request: web.Request, __: Desk) -> web.StreamResponse:
    """Lead whoever reloads the address of the buttons to the page that they are on."""
    return act_forms.to_invoice(request)


ROUTES = (
    Route("GET", "/i/forward", "forward", act_forms.looked(look)),
    Route("POST", "/i/forward", "forward", act_forms.posted(ask)),
    Route("POST", "/i/others", "others", act_forms.posted(another)),
    Route("GET", "/i/others", "others", act_forms.looked(back)),
)
