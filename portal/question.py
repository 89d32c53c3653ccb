"""The question page: a payer asks something about the invoice, or answers what we asked, with files or without."""

from aiohttp import web

from domain.casework import questions
from domain.casework.refusals import QuestionsTooMany, TextUnusable
from domain.commitments import dispute_queries
from domain.commitments.dispute_reasons import OTHER
from domain.commitments.dispute_refusals import FilesUnkept
from domain.commitments.documents import MOST
from domain.pay_links import acts
from portal import act_forms, faults
from portal.act_forms import Desk, Sent
from portal.faults import MEGABYTES, Errors
from portal.rim import Portal, Route
from portal.uploads import FILE_FIELD

FILES = f"{FILE_FIELD}{OTHER}"


async def look(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Show the form, and what was asked and answered before."""
    return await _form(portal, request, desk)


async def ask(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """Ask, or show what cannot be taken."""
    t, received = sent.t, sent.received
    errors: list[tuple[str, str]] = []
    if wrong := act_forms.problem(sent, "text", most=questions.LONGEST, missing="question_missing"):
        errors.append(("text", wrong))
    if wrong := faults.files(t, received, form_comes_back=bool(errors)):
        errors.append((FILES, wrong))
    if errors:
        return await _form(portal, request, sent, tuple(errors))
    try:
        await questions.ask(portal.core, secret=sent.secret, text=sent.text("text"), uploads=received.files)
    except FilesUnkept:
        raise act_forms.NotSent(503, received.fields, wait=faults.STORE_SECONDS) from None
    except QuestionsTooMany:
        return await _form(portal, request, sent, (("text", t("question_many", most=questions.MOST_WAITING)),))
    except TextUnusable:
        return await _form(portal, request, sent, (("text", t("question_missing")),))
    except faults.UNUSABLE as no:
        return await _form(portal, request, sent, ((FILES, faults.refused(t, no)),))
    return act_forms.to_invoice(request)


async def _form(portal: Portal, request: web.Request, desk: Desk, errors: Errors = ()) -> web.Response:
    asked = await questions.of_payer(
        portal.core,
        invoice_id=desk.page.invoice_id,
        contact_id=await acts.contact_of(portal.core, secret=desk.secret),
    )
    objections = (
        await dispute_queries.of_invoice(portal.core, invoice_id=desk.page.invoice_id)
        if "dispute" in desk.page.acted
        else ()
    )
    ours = next((each for each in objections[:1] if each.asked_of(desk.page.contact_id)), None)
    large = isinstance(desk, Sent) and desk.received.fault == "act_file_large"
    return act_forms.show(
        portal,
        request,
        desk,
        "question.html",
        status=413 if large else 0,
        errors=errors,
        ours=ours,
        asked=[(each, desk.day(each.asked_at.astimezone(portal.core.merchant.zone).date())) for each in asked],
        typed=desk.text("text") if isinstance(desk, Sent) else "",
        longest=questions.LONGEST,
        files=FILES,
        most_files=MOST,
        megabytes=MEGABYTES,
    )


ROUTES = (
    Route("GET", "/i/question", "question", act_forms.looked(look)),
    Route("POST", "/i/question", "question", act_forms.posted(ask)),
)
