"""Notices: what a payer did beside paying and how it stands, as banners in their words; pure, and free of HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.casework.on_file import OnFile
from domain.casework.states import QuestionState
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.plan_queries import PlanView
from domain.commitments.states import DocumentState, PlanState, PromiseState
from domain.kernel import references
from portal.act_forms import Desk
from portal.texts import Texts

NEWS_DAYS = timedelta(days=21)
"""So long the end of something is told; then the history and the mails have it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is on file: what it is, what happens next, and where to see more of it."""

    tone: str
    title: str
    lines: tuple[str, ...]
    reference: str
    leads_to: str = ""
    """Below the root of the pages."""
    link: str = ""
    urgent: int = 1
    """0 where the payer has to do something, 1 while we have to, 2 when it is over."""


def shown(desk: Desk, on_file: OnFile, *, now: datetime) -> tuple[Notice, ...]:
    """Return what the payer should see above the invoice, the most important first."""
    found = (*_plan(desk, on_file), *_dispute(desk, on_file, now), *_question(desk, on_file, now),
             *_promise(desk, on_file))  # fmt: skip
    return tuple(sorted(found, key=lambda each: each.urgent))


def _plan(desk: Desk, on_file: OnFile) -> Sequence[Notice]:
    plan, t = on_file.plan, desk.t
    if plan is None or not desk.page.is_open:
        return ()
    said = {"n": len(plan.instalments), "total": desk.money(plan.covers), "date": desk.day(_first(plan))}
    about = t("reference", reference=references.plan(plan.plan_id))
    match plan.state:
        case PlanState.REQUESTED:
            lines = (t("notice_plan_requested", **said), t("notice_plan_requested_next"))
            return (Notice("wait", t("notice_plan_requested_title"), lines, about, "i/plan", t("notice_plan_look")),)
        case PlanState.COUNTERED:
            lines = (t("notice_plan_countered", **said), t("notice_plan_countered_next"))
            title, look = t("notice_plan_countered_title"), t("notice_plan_answer")
            return (Notice("wait", title, lines, about, "i/plan", look, urgent=0),)
        case PlanState.RUNNING if plan.missed:
            lines = (t("notice_plan_missed"), t("notice_plan_missed_next"))
            return (Notice("bad", t("notice_plan_missed_title"), lines, about, "i/plan", t("notice_plan_look"), 0),)
        case PlanState.RUNNING:
            lines = (t("notice_plan_running", **said), t("notice_plan_running_next"))
            return (Notice("good", t("notice_plan_running_title"), lines, about, "i/plan", t("notice_plan_look"), 2),)
        case PlanState.REJECTED if _recent(desk, plan.created_at.date()):
            lines = (*((plan.note,) if plan.note else ()), t("notice_plan_rejected_next"))
            return (Notice("bad", t("notice_plan_rejected_title"), lines, about),)
        case _:
            return ()


def _dispute(desk: Desk, on_file: OnFile, now: datetime) -> Sequence[Notice]:
    if not on_file.disputes:
        return ()
    t, latest = desk.t, on_file.disputes[0]
    amount, about = desk.money(latest.amount), t("reference", reference=latest.reference)
    if latest.sla is not None:
        received = t("notice_dispute_received", amount=amount, reason=t(f"reason_{latest.reason_code}"))
        if (asked := latest.asked_of(desk.page.contact_id)) is not None:
            lines = (received, _begin(asked.text), t("notice_asked_next"), *_files(t, latest))
            return (Notice("wait", t("notice_asked_title"), lines, about, "i/question", t("notice_asked_answer"), 0),)
        lines = (received, t("notice_dispute_received_next"), *_files(t, latest))
        title = t("notice_dispute_received_title")
        return (Notice("wait", title, lines, about, "i/dispute", t("notice_dispute_add")),)
    if latest.resolved_at is None or now - latest.resolved_at > NEWS_DAYS:
        return ()
    said = t(f"notice_dispute_{latest.state}", amount=amount)
    words = (said, latest.resolution) if latest.resolution and latest.state != "withdrawn" else (said,)
    left = t("notice_dispute_left", amount=desk.money(desk.page.balance)) if desk.page.is_open else ""
    tone = "bad" if latest.state == "rejected" else "good"
    return (Notice(tone, t("notice_dispute_decided_title"), (*words, *((left,) if left else ())), about, urgent=2),)


def _files(t: Texts, dispute: DisputeView) -> Sequence[str]:
    """Say of files that nobody can open how they stand, the newest first; of the others there is nothing to say."""
    told = {DocumentState.WAITING: "notice_file_waiting", DocumentState.HELD: "notice_file_held"}
    shown = [each for each in reversed(dispute.documents) if each.state in told]
    return [t(told[each.state], name=each.name) for each in shown[:MOST_FILES]]


def _question(desk: Desk, on_file: OnFile, now: datetime) -> Sequence[Notice]:
    t = desk.t
    waiting = next((each for each in on_file.questions if each.state is QuestionState.ASKED), None)
    answered = next((each for each in on_file.questions if each.state is QuestionState.ANSWERED), None)
    if waiting is not None:
        lines = (t("notice_question_received", address=desk.page.address),)
        about, title = t("reference", reference=waiting.reference), t("notice_question_received_title")
        return (Notice("wait", title, lines, about, "i/question", t("notice_question_look")),)
    if answered is None or answered.ended_at is None or now - answered.ended_at > NEWS_DAYS:
        return ()
    about, title = t("reference", reference=answered.reference), t("notice_question_answered_title")
    return (
        Notice("good", title, (_begin(answered.answer),), about, "i/question", t("notice_question_look"), urgent=2),
    )


MOST_FILES = 3
"""Files of which it is said how they stand."""

MOST_SHOWN = 280
"""Signs of a question or an answer above the invoice; the whole stands on its own page."""


def _begin(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _promise(desk: Desk, on_file: OnFile) -> Sequence[Notice]:
    t = desk.t
    running = [each for each in on_file.promises if each.state is PromiseState.RUNNING]
    ended = next((each for each in on_file.promises if each.state in _ENDS), None)
    if running and desk.page.is_open:
        line = min(running, key=lambda each: each.promised_on)
        said = {"amount": desk.money(line.amount), "date": desk.day(line.promised_on)}
        lines = (t("notice_promise_noted", **said), t("notice_promise_noted_next", date=desk.day(line.pauses_until)))
        about = t("reference", reference=references.promise(line.promise_id))
        title = t("notice_promise_noted_title")
        return (Notice("wait", title, lines, about, "i/promise", t("notice_promise_change"), urgent=2),)
    if ended is None or not _recent(desk, ended.pauses_until) or not desk.page.is_open:
        return ()
    said = {"amount": desk.money(ended.amount), "date": desk.day(ended.promised_on), "got": desk.money(ended.received)}
    about = t("reference", reference=references.promise(ended.promise_id))
    if ended.state is PromiseState.KEPT:
        return (Notice("good", t("notice_promise_kept_title"), (t("notice_promise_kept", **said),), about, urgent=2),)
    word = "broken" if ended.state is PromiseState.BROKEN else "partly"
    lines = (t(f"notice_promise_{word}", **said), t("notice_promise_broken_next"))
    return (Notice("bad", t("notice_promise_broken_title"), lines, about, urgent=0),)


_ENDS = (PromiseState.KEPT, PromiseState.PARTLY_KEPT, PromiseState.BROKEN)

Way = tuple[str, str, str]
"""An address below the root, its words, and a sentence."""


def ways(desk: Desk, on_file: OnFile) -> tuple[Way, ...]:
    """Return what else than paying makes sense for this payer now."""
    t, plan = desk.t, on_file.plan
    question = ("i/question", t("question_way"), "")
    if not desk.page.is_open:
        return (question,)
    page = desk.page
    planned = plan is not None and plan.state in (PlanState.REQUESTED, PlanState.COUNTERED, PlanState.RUNNING)
    chosen: list[Way] = []
    if page.asked.disputed < page.balance:
        if page.may_commit and not planned and page.asked.disputed + page.under_way < page.balance:
            chosen.append(("i/promise", t("promise_title"), t("way_promise")))
        if planned:
            chosen.append(("i/plan", t("notice_plan_look"), ""))
        elif page.may_commit and not page.under_way:
            chosen.append(("i/plan", t("plan_title"), t("way_plan")))
    open_one = any(each.sla is not None for each in on_file.disputes)
    words = (t("notice_dispute_add"), "") if open_one else (t("dispute_title"), t("way_dispute"))
    return (*chosen, ("i/dispute", *words), question)


def _first(plan: PlanView) -> date:
    return plan.instalments[0].due_on


def _recent(desk: Desk, day: date) -> bool:
    return desk.today - day <= NEWS_DAYS
