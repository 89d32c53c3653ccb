"""The dispute page: first why, then the rest of it with the documents which that reason needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from domain.commitments import dispute_queries, dispute_reasons
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.dispute_reasons import BY_CODE, OTHER, REASONS, Reason
from domain.commitments.dispute_refusals import (
    DescriptionUnusable,
    DisputeTooLarge,
    DocumentsMissing,
    DocumentsTooMany,
    DocumentUnusable,
    FilesUnkept,
    NothingToDispute,
)
from domain.commitments.documents import MOST, MOST_IN_ALL
from domain.commitments.objections import DESCRIPTION_LENGTH, Filing
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.pay_links import acts
from portal import act_forms, faults
from portal.act_forms import Desk, Sent
from portal.faults import MEGABYTES, Errors
from portal.rim import Portal, Route
from portal.uploads import FILE_FIELD


@dataclass(frozen=True, slots=True)
class Case:
    """What can be disputed now."""

    most: Money
    """What is open and not disputed yet."""
    open: DisputeView | None
    """The objection to which another one is added."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it was typed, to be shown again."""

    how: str = "whole"
    amount: str = ""
    description: str = ""


async def look(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Ask for the reason, or show the form of a reason; or say why there is nothing to object to."""
    if not desk.page.is_open:
        return act_forms.show(portal, request, desk, "nothing.html", title="dispute_title", why="act_nothing_open")
    case = await _case(portal, desk)
    reason = BY_CODE.get(request.query.get("code", ""))
    if reason is None:
        pressed = "step" in request.query
        errors = (("code", desk.t("dispute_code_missing")),) if pressed else ()
        return _reasons(portal, request, desk, case, errors)
    return _form(portal, request, desk, case, reason, Form())


async def file(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """File the objection, or show what cannot be taken; whatever was typed is kept."""
    if not sent.page.is_open:
        raise act_forms.NotSent(409, sent.received.fields)
    case, reason = await _case(portal, sent), BY_CODE.get(sent.text("code"))
    if reason is None:
        return _reasons(portal, request, sent, case, (("code", sent.t("dispute_code_missing")),))
    form = Form(sent.text("how")[:10], sent.text("amount")[:40], sent.text("description"))
    amount, errors = _read(sent, case, reason)
    if errors:
        return _form(portal, request, sent, case, reason, form, errors)
    filing = Filing(reason.code, form.description, amount=amount, documents=sent.received.files)
    try:
        await acts.dispute(portal.core, secret=sent.secret, filing=filing)
    except NothingToDispute as no:
        raise act_forms.unexpected(sent, no) from no
    except FilesUnkept:
        raise act_forms.NotSent(503, sent.received.fields, wait=faults.STORE_SECONDS) from None
    except _MENDABLE as no:
        return _form(portal, request, sent, await _case(portal, sent), reason, form, (_fault(sent, case, reason, no),))
    return act_forms.to_invoice(request)


_MENDABLE = (DescriptionUnusable, DisputeTooLarge, DocumentsMissing, DocumentsTooMany, DocumentUnusable)


async def _case(portal: Portal, desk: Desk) -> Case:
    found = await dispute_queries.of_invoice(portal.core, invoice_id=desk.page.invoice_id)
    standing = next((each for each in found if each.sla is not None), None)
    zero = Money(0, desk.page.balance.currency)
    return Case(max(desk.page.balance - standing.amount, zero) if standing else desk.page.balance, standing)


def _read(sent: Sent, case: Case, reason: Reason) -> tuple[Money | None, Errors]:
    """Return the amount, None for all that is left, and what has to be corrected."""
    received, t = sent.received, sent.t
    errors: list[tuple[str, str]] = []
    amount = None
    if sent.text("how") == "part" and case.most:
        said = act_forms.amount(sent, "amount", most=case.most)
        if isinstance(said, str):
            errors.append(("amount", said))
        else:
            amount = said
    wrong = act_forms.problem(sent, "description", most=DESCRIPTION_LENGTH, missing="dispute_description_missing")
    if wrong:
        errors.append(("description", wrong))
    if received.fault:
        errors.append((_file_field(reason), faults.files(t, received, form_comes_back=True)))
    elif lacks := dispute_reasons.missing(reason, tuple(each.kind for each in sent.received.files)):
        errors += [(_id(kind), t("dispute_document_missing", document=t(f"document_{kind}"))) for kind in lacks]
    elif again := faults.files(t, received, form_comes_back=bool(errors)):
        errors.append((_file_field(reason), again))
    return amount, tuple(errors)


def _fault(sent: Sent, case: Case, reason: Reason, no: Refusal) -> tuple[str, str]:
    """Return which field a refusal is about, and what is said there."""
    t = sent.t
    match no:
        case DescriptionUnusable():
            return "description", t("dispute_description_full")
        case DisputeTooLarge():
            return "amount", t("act_amount_most", most=sent.money(case.most))
        case DocumentsTooMany():
            return _file_field(reason), t("dispute_files_full", most=MOST_IN_ALL)
        case _:
            return _file_field(reason), faults.refused(t, no)


def _file_field(reason: Reason) -> str:
    return _id(reason.requires[0] if reason.requires else OTHER)


def _id(kind: str) -> str:
    return f"{FILE_FIELD}{kind}"


def _reasons(portal: Portal, request: web.Request, desk: Desk, case: Case, errors: Errors = ()) -> web.Response:
    options = [(each.code, desk.t(f"reason_{each.code}"), _needs(desk, each.requires)) for each in REASONS]
    return act_forms.show(portal, request, desk, "dispute_reason.html", errors=errors, case=case, options=options)


def _needs(desk: Desk, kinds: Sequence[str]) -> str:
    named = ", ".join(desk.t(f"document_{kind}") for kind in kinds)
    return desk.t("dispute_needs", documents=named) if named else ""


def _form(
    portal: Portal, request: web.Request, desk: Desk, case: Case, reason: Reason, form: Form, errors: Errors = ()
) -> web.Response:
    large = isinstance(desk, Sent) and desk.received.fault == "act_file_large"
    return act_forms.show(
        portal,
        request,
        desk,
        "dispute.html",
        status=413 if large else 0,
        errors=errors,
        case=case,
        reason=reason,
        form=form,
        required=[(_id(kind), desk.t(f"document_{kind}")) for kind in reason.requires],
        other=_id(OTHER),
        longest=DESCRIPTION_LENGTH,
        most_files=MOST,
        megabytes=MEGABYTES,
    )


ROUTES = (
    Route("GET", "/i/dispute", "dispute", act_forms.looked(look)),
    Route("POST", "/i/dispute", "dispute", act_forms.posted(file)),
)
