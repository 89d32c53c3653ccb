"""The plan page: a payer asks for instalments, looks at them before they are sent, and takes or questions an offer."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from domain.commitments import parties, plan_queries
from domain.commitments.instalments import Standing
from domain.commitments.plan_queries import PlanView
from domain.commitments.refusals import PlanExists, PlanNotFound, PlanOutdated, PlanUnsound
from domain.commitments.states import PlanState
from domain.commitments.terms import MOST_INSTALMENTS, Instalment
from domain.kernel.refusals import MoveRefused, NotAllowed, StaleRecord
from domain.pay_links import acts, unsent
from domain.pay_links.refusals import PaymentInReview, PaymentUnderWay
from portal import act_forms, plan_form
from portal.act_forms import Desk, Sent
from portal.faults import Errors
from portal.plan_form import RHYTHMS, Typed, Wanted
from portal.rim import Portal, Route
from portal.uploads import Received

WAITING = (PlanState.REQUESTED, PlanState.COUNTERED)

_FORM = "plan"


@dataclass(frozen=True, slots=True)
class InstalmentView:
    """One instalment as the page shows it."""

    title: str
    amount: str
    state: str
    """In words: paid, next, missed, or what of it is unpaid; empty while nothing is to be said."""
    missed: bool = False


async def look(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Show the plan that there is, or the form to ask for one."""
    plan = await _live(portal, desk)
    again = request.query.get("again") == "yes"
    if plan is not None and (plan.state is PlanState.RUNNING or not again):
        running = plan.state is PlanState.RUNNING
        made = [Instalment(each.due_on, each.amount) for each in plan.instalments]
        rows = standings(desk, plan.instalments) if running else _planned(desk, made)
        return act_forms.show(portal, request, desk, "plan.html", plan=plan, rows=rows, acceptable=desk.page.may_commit)
    if _waits(desk):
        why = act_forms.why_waiting(desk)
        return act_forms.show(portal, request, desk, "nothing.html", title="plan_title", why=why)
    if not desk.page.is_open:
        return act_forms.show(portal, request, desk, "nothing.html", title="plan_title", why="act_nothing_open")
    typed = await _unsent(portal, desk)
    return _form(portal, request, desk, plan_form.typed(typed) if typed else Typed(), plan)


async def check(portal: Portal, request: web.Request, desk: Desk) -> web.StreamResponse:
    """Show the instalments once more before they are sent; reached by GET, so that going back asks for nothing."""
    plan, typed = await _live(portal, desk), await _unsent(portal, desk)
    stamp = plan.stamp if plan is not None and plan.state in WAITING else ""
    if typed is None or _waits(desk) or not desk.page.is_open or (plan is not None and typed.text("stamp") != stamp):
        return _to_form(request, plan)
    wanted, errors = plan_form.read(typed)
    if wanted is None:  # it fitted when it was typed
        return _form(portal, request, typed, plan_form.typed(typed), plan, errors, status=200)
    kept = {name: value for name, value in typed.received.fields.items() if value}
    rows = _planned(desk, wanted.instalments)
    return act_forms.show(portal, request, desk, "plan_check.html", rows=rows, kept=kept, reason=typed.text("reason"))


async def take(portal: Portal, request: web.Request, sent: Sent) -> web.StreamResponse:
    """Do what the button says that was pressed: add a row, check, correct, send, or accept an offer."""
    plan = await _live(portal, sent)
    form = plan_form.typed(sent)
    match sent.text("go"):
        case "accept":
            return await _accept(portal, request, sent, plan)
        case "row":
            more = plan_form.with_row(form)
            return await _kept(portal, request, sent, more, plan, to=f"#day-{len(more.rows)}")
        case "own":
            return await _kept(portal, request, sent, plan_form.in_rows(sent, form), plan)
        case "equal":
            equal = Typed(first=form.first, count=form.count, reason=form.reason)
            return await _kept(portal, request, sent, equal, plan)
        case "edit":
            return await _kept(portal, request, sent, form, plan)
    if not sent.page.is_open or _waits(sent):
        raise act_forms.NotSent(409, sent.received.fields)
    wanted, errors = plan_form.read(sent)
    if wanted is None:
        return _form(portal, request, sent, form, plan, errors)
    if sent.text("go") != "send":
        await _keep(portal, sent, form)
        return web.Response(status=303, headers={"Location": f"{act_forms.root(request)}i/plan/check"})
    return await _send(portal, request, sent, form, wanted, plan)


def standings(desk: Desk, made: Sequence[Standing]) -> tuple[InstalmentView, ...]:
    """Return the instalments of a plan that runs, each with how it stands."""
    t = desk.t
    following = next((each.position for each in made if each.unpaid and not each.missed), 0)

    def state(each: Standing) -> str:
        if not each.unpaid:
            return t("plan_paid")
        part = t("plan_unpaid", amount=desk.money(each.unpaid)) if each.unpaid != each.amount else ""
        said = t("plan_missed") if each.missed else t("plan_next") if each.position == following else ""
        return " – ".join(filter(None, (said, part)))

    return tuple(
        InstalmentView(
            t("plan_row", n=each.position, date=desk.day(each.due_on)),
            desk.money(each.amount),
            state(each),
            each.missed,
        )
        for each in made
    )


def _planned(desk: Desk, made: Sequence[Instalment]) -> tuple[InstalmentView, ...]:
    return tuple(
        InstalmentView(desk.t("plan_row", n=place, date=desk.day(each.due_on)), desk.money(each.amount), "")
        for place, each in enumerate(made, 1)
    )


async def _live(portal: Portal, desk: Desk) -> PlanView | None:
    plan = await plan_queries.of_invoice(portal.core, invoice_id=desk.page.invoice_id)
    return plan if plan is not None and plan.state in (*WAITING, PlanState.RUNNING) else None


def _waits(desk: Desk) -> bool:
    """Tell whether money is on its way, so that nobody knows yet what would be left for instalments."""
    return desk.page.is_open and (bool(desk.page.under_way) or not desk.page.may_commit)


async def _unsent(portal: Portal, desk: Desk) -> Sent | None:
    """Return what was typed before and not sent, as if it had just been."""
    fields = await unsent.found(portal.core, secret=desk.secret, form=_FORM)
    if fields is None:
        return None
    return Sent(desk.secret, desk.page, desk.t, desk.locale, desk.today, Received(fields))


async def _keep(portal: Portal, sent: Sent, form: Typed) -> None:
    fields = plan_form.fields(form) | {"stamp": sent.text("stamp")[: act_forms.LONGEST_MARK]}
    await unsent.keep(portal.core, secret=sent.secret, form=_FORM, fields=fields)


async def _kept(
    portal: Portal, request: web.Request, sent: Sent, form: Typed, plan: PlanView | None, *, to: str = ""
) -> web.StreamResponse:
    """Keep the form as it is now, and lead to the page that shows it."""
    await _keep(portal, sent, form)
    return _to_form(request, plan, to)


def _to_form(request: web.Request, plan: PlanView | None, to: str = "") -> web.Response:
    again = "?again=yes" if plan is not None and plan.state in WAITING and request.method == "POST" else ""
    return web.Response(status=303, headers={"Location": f"{act_forms.root(request)}i/plan{again}{to}"})


async def _send(
    portal: Portal, request: web.Request, sent: Sent, form: Typed, wanted: Wanted, plan: PlanView | None
) -> web.StreamResponse:
    if plan is not None and _same(plan, wanted):
        return act_forms.to_invoice(request)  # the second click of a double click, or another tab's
    stamp = sent.text("stamp") or None
    try:
        await acts.request_plan(
            portal.core, secret=sent.secret, wanted=wanted.terms, reason=form.reason, instead_of=stamp
        )
    except PlanUnsound:  # a payment came in between
        return _form(portal, request, sent, form, plan, (("first", sent.t("plan_changed")),))
    except PlanExists as no:
        plan = await _live(portal, sent)
        if plan is None or not _same(plan, wanted):
            raise act_forms.unexpected(sent, no) from no
    except (StaleRecord, MoveRefused, PlanNotFound, NotAllowed, PaymentUnderWay, PaymentInReview) as no:
        raise act_forms.unexpected(sent, no) from no
    await unsent.forget(portal.core, secret=sent.secret, form=_FORM)
    return act_forms.to_invoice(request)


async def _accept(portal: Portal, request: web.Request, sent: Sent, plan: PlanView | None) -> web.StreamResponse:
    if plan is not None and plan.state is PlanState.RUNNING:
        return act_forms.to_invoice(request)  # accepted by the first click of two
    try:
        await acts.accept_plan(portal.core, secret=sent.secret, stamp=sent.text("stamp"))
    except (StaleRecord, MoveRefused, PlanNotFound, PlanOutdated, PlanUnsound, PaymentUnderWay, PaymentInReview) as no:
        raise act_forms.unexpected(sent, no) from no
    return act_forms.to_invoice(request)


def _same(plan: PlanView, wanted: Wanted) -> bool:
    theirs = [(each.due_on, each.amount) for each in plan.instalments]
    return plan.state is PlanState.REQUESTED and theirs == [(each.due_on, each.amount) for each in wanted.instalments]


def _form(
    portal: Portal,
    request: web.Request,
    desk: Desk,
    form: Typed,
    plan: PlanView | None,
    errors: Errors = (),
    status: int = 0,
) -> web.Response:
    rhythms = [(each.value, desk.t(f"plan_{each.value}")) for each in RHYTHMS]
    return act_forms.show(
        portal,
        request,
        desk,
        "plan_form.html",
        errors=errors,
        status=status,
        form=form,
        rhythms=rhythms,
        most=MOST_INSTALMENTS,
        last=plan_form.last_day(desk),
        more=len(form.rows) < plan_form.MOST_ROWS,
        longest=parties.LONGEST_TEXT,
        stamp=plan.stamp if plan is not None and plan.state in WAITING else "",
    )


ROUTES = (
    Route("GET", "/i/plan", "plan", act_forms.looked(look)),
    Route("GET", "/i/plan/check", "plan_check", act_forms.looked(check)),
    Route("POST", "/i/plan", "plan", act_forms.posted(take)),
)
