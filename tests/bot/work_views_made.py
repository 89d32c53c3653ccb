"""The views of the daily work, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bot.blocks import Message
from bot.views import (
    absences,
    accounts,
    answers,
    credits,  # noqa: A004 - named after what it is about, as every module
    days,
    dispute_asking,
    disputes,
    drafts,
    holds,
    maintenance,
    news,
    plans,
    policies,
    preview,
    radar,
    tasks,
)
from domain.casework.absences import Away
from domain.casework.accounts import Adherence, Customer, Exposure, OpenInvoice, ShownContact
from domain.casework.queue import QueueLine
from domain.casework.task_lists import TaskLine, TaskList
from domain.casework.tasks import TaskKind
from domain.casework.workloads import Workload
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import AskedView, DisputeCounts, DisputeView, UploadLine
from domain.commitments.dispute_uploads import Awaited
from domain.commitments.documents import DocumentLine
from domain.commitments.instalments import Standing
from domain.commitments.plan_queries import PlanView, WaitingPlan
from domain.commitments.radar import Blip, Radar, RadarLine
from domain.commitments.states import PlanState
from domain.commitments.terms import Frequency
from domain.deliverability.draft_events import LetterApproved, LetterCalledBack
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.ledger.credits import WaitingCredit
from domain.ledger.refusals import Named
from domain.ledger.sums import Totals
from domain.letters import Letter
from domain.operations.case_notes import (
    CaseApproved,
    CaseDispute,
    CaseDraft,
    CaseHold,
    CaseNotes,
    CasePlan,
    CasePromise,
)
from domain.operations.cases import Case
from domain.operations.days import DraftDay, NewsDay
from domain.outreach.draft_editors import Own
from domain.outreach.draft_lists import Draft, Drafts, DraftShown
from domain.outreach.drafts import Approval, ApprovedMany
from domain.outreach.gates import GateShown
from domain.outreach.holds import HoldShown
from domain.outreach.preview import Preview
from domain.outreach.preview_lines import Line
from domain.policies.document import CadencePart, Document, SegmentPart, StepPart
from domain.policies.events import PolicyProposed
from domain.policies.health import SegmentHealth
from domain.policies.previews import Calendar, SegmentPreview
from domain.policies.previews import Preview as PolicyPreview
from domain.policies.queries import PolicyVersion
from domain.policies.values import Mode
from tests.bot.session_views_made import session_views

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("1a2b3c4d-0000-4000-8000-00001a2b3c4d")
EURO = Money(12500, "EUR")
DAY = date(2026, 3, 10)

NOTES = CaseNotes(
    promises=(CasePromise("running", Money(5000, "EUR"), date(2026, 3, 13)), CasePromise("broken", EURO, DAY)),
    plan=CasePlan("requested", EURO, 3, date(2026, 6, 1)),
    disputes=(CaseDispute(ID, Money(2000, "EUR"), "wrong_amount", "Anna", AT, False),),
    holds=(CaseHold(ID, "pause", "they move", AT),),
    drafts=(CaseDraft(ID, "final-notice", ("final notice", "high value"), AT),),
    snoozed_until=AT,
    claimed_by="Anna",
    approved=(CaseApproved(ID, "final-notice", "Mia", AT),),
)


def notes(name: str) -> CaseNotes:
    """Return notes in which every text that strangers choose is *name*."""
    return CaseNotes(
        promises=NOTES.promises,
        plan=NOTES.plan,
        disputes=(CaseDispute(ID, EURO, "wrong_amount", name, AT, False),) * 2,
        holds=(CaseHold(ID, "pause", name, None),) * 5,
        drafts=NOTES.drafts * 3,
        snoozed_until=AT,
        claimed_by=name,
        approved=(CaseApproved(ID, "final-notice", name, AT),) * 2,
    )


def a_dispute(name: str, number: str, *, open_: bool = True) -> DisputeView:
    """Return a dispute in which every text that strangers choose is *name*."""
    document = DocumentLine(ID, "order", name, "application/pdf", 12_000, "ab" * 32, AT)
    return DisputeView(
        dispute_id=ID, reference="D-1A2B-3C4D", invoice_id=ID, invoice_number=number, account_id=ID, account_name=name,
        amount=EURO, balance=Money(20000, "EUR"), reason_code="wrong_amount", reason="Another price than agreed",
        description=f"{name}\nSecond line", state="open" if open_ else "rejected", is_test=False,
        sla=Sla.AT_RISK if open_ else None, sla_due_at=AT, owner_id=None, owner=None, filed_by=name, source="portal",
        filed_at=AT, documents=(document,), missing=("order, quote or price list",),
        credit_id=ID if open_ else None, credit=EURO if open_ else None, intended="accepted", resolution=name,
        resolved_by=None if open_ else name, resolved_at=None if open_ else AT,
        uploads=(UploadLine(name, ""), UploadLine(name, name)) if open_ else (),
    )  # fmt: skip


def an_asked(name: str, *, answered: bool = False) -> AskedView:
    """Return a question to the payer that waits, or was answered."""
    return AskedView(
        text=name, by=name, to="a…@acme.example", contact_id=ID, at=AT, wait_until=AT,
        answered_at=AT if answered else None, waits=not answered,
    )  # fmt: skip


def a_plan(name: str, number: str, state: PlanState) -> PlanView:
    """Return a plan in that state."""
    parts = tuple(
        Standing(
            instalment_id=ID, position=each, parts=14, due_on=date(2026, 3, each), amount=EURO, unpaid=EURO, asked=EURO,
            told_missed=False, missed=each == 1,
        )
        for each in range(1, 15)
    )  # fmt: skip
    return PlanView(
        plan_id=ID, invoice_id=ID, invoice_number=number, account_name=name, state=state, covers=EURO, balance=EURO,
        frequency=Frequency.MONTHLY, reason=name, note=name, source="portal", made_by=name, decided_by=None,
        created_at=AT, stamp=f"{ID}@2026-03-10T09:00:00+00:00", instalments=parts,
    )  # fmt: skip


def a_draft(name: str, number: str) -> Draft:
    """Return a draft that waits."""
    return Draft(
        mailing_id=ID, version="0123456789abcdef", letter="final-notice", account_name=name,
        sent_to="a…@acme.example", invoices=(number,) * 12, amounts=(EURO, Money(900, "USD")),
        needs=("final notice", "high value"), why=name, since=AT, made_by=name, edited_by=name,
        not_asked=(f"{number}: {name}",) * 7,
    )  # fmt: skip


def _line(name: str, number: str, *, holds: str = "", struck: str = "", step: int | None = 3) -> Line:
    return Line(
        id="1", invoice_id=ID, invoice_number=number, account_name=name, sent_to=("a…@acme.example",),
        letter="reminder-overdue", tone="Neutral", asks=EURO, segment=name, step=step, needs=("Shadow Mode",),
        holds=holds, struck=struck,
    )  # fmt: skip


def _customer(name: str, number: str) -> Customer:
    buckets = (("current", EURO), ("1-30", EURO), ("31-60", Money(0, "EUR")))
    task = TaskLine(ID, TaskKind.FIND_CONTACT, ID, name, None, name, (EURO,), name, AT)
    return Customer(
        account_id=ID, number=number, name=name, country="DE", risk=name, tags=(name,) * 8, excluded=True, owner=name,
        in_hand=name, invoices=(OpenInvoice(ID, number, EURO, Money(0, "EUR"), DAY, 7, name),) * 20, invoices_more=30,
        exposure=(Exposure(EURO, EURO, buckets, EURO, EURO),) * 4,
        in_all="125.00 EUR (without 500 JPY: no rate for JPY)",
        contacts=(ShownContact("a…@x", name, "other", name),) * 9,
        adherence=Adherence(3, 1, 2, 1), agreed=(name,) * 9, holds=(name,) * 9, tasks=(task,) * 9, mails=(name,) * 9,
        usual_delay=12,
    )  # fmt: skip


def a_policy(name: str, state: str) -> PolicyVersion:
    """Return a version of the policy."""
    document = Document(
        segments=tuple(SegmentPart(name=f"segment {each}", cadence="standard") for each in range(30)),
        cadences=(CadencePart(name="standard", steps=(StepPart(day=0, letter="reminder-due"),)),),
    )
    return PolicyVersion(
        version=3, state=state, document=document, notes=name, made_by=name, made_by_id=None, made_at=AT,
        decided_by=None if state == "proposed" else name, decided_at=None if state == "proposed" else AT,
    )  # fmt: skip


def _today(name: str, many: int) -> PolicyPreview:
    calendar = Calendar("", DAY, None, ())
    taken = SegmentPreview(name, name, "shadow", 41, 38, (EURO, Money(500, "USD")), (), calendar)
    empty = SegmentPreview(name, name, "autopilot", 0, 0, (), (), calendar)
    return PolicyPreview((taken, empty) * many, (), 3, (), {}, (name,) * many)


def _health(segment: str, mailable: int) -> SegmentHealth:
    return SegmentHealth(segment, Mode.AUTOPILOT, 100, mailable, 50, 1, 20, 0, 3, 4, AT)


def _letter(name: str, number: str) -> dict[str, Any]:
    facts = {"invoice_id": ID, "invoice_number": number, "account_id": ID, "actor": name, "actor_kind": "person"}
    return {"mailing_id": ID, "letter": "final-notice", "sent_to": "a…@acme.example", "at": AT, **facts}


def _approved(name: str, number: str) -> LetterApproved:
    return LetterApproved(**_letter(name, number), leaves_at=AT + timedelta(minutes=1))


def _mail_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    approved = _approved(name, number)
    shown = DraftShown(
        a_draft(name, number), Letter(subject=name, text="\n".join([f"Dear {name},", "", "> pay", name] * 12), html="")
    )
    preview_lines = (
        *(_line(name, number),) * 40, _line(name, number, step=None), *(_line(name, number, holds=name),) * 20,
        _line(name, number, struck=f"{name}: {name}"),
    )  # fmt: skip
    return {
        "draft": drafts.card(shown, short="1a2b3c4d"),
        "draft, edited": drafts.card(replace(shown, draft=replace(shown.draft, own=Own.EDITED)), short="x", news=name),
        "draft, changed": drafts.card(shown, short="1a2b3c4d", changed=(name,) * 3, replaces=True),
        "draft, list": drafts.listed(Drafts(57, (a_draft(name, number),) * many)),
        "draft, none": drafts.listed(Drafts(0, ())),
        "draft, approved": drafts.approved(approved),
        "draft, many approved": drafts.approved_many(ApprovedMany((approved,) * many, ((ID, name),) * many)),
        "draft, approved before": drafts.over(Approval(ID, number, "final-notice", name, "sent", False)),
        "draft, approved anew": drafts.over(Approval(ID, number, "final-notice", name, "queued", True)),
        "draft, called back": drafts.called_back(LetterCalledBack(**_letter(name, number))),
        "drafts of the day": days.drafts(DraftDay(DAY, 7, 5, 2, 1, (EURO,), AT)),
        "drafts of the day, none": days.drafts(DraftDay(DAY, 0, 0, 0, 0, (), None)),
        "drafts of the day, moved": days.drafts_moved(DAY),
        "news of the day": days.news(
            NewsDay(DAY, {"promise.broken": 48}), called={"promise.broken": "promises broken"}, one_by_one=8
        ),
        "preview": preview.page(Preview(DAY, 41, 41, 20, 1, (EURO,), preview_lines[: 5 if many < 3 else 20])),
        "preview, second page": preview.page(
            Preview(DAY, 38, 41, 20, 1, (EURO,), preview_lines[30:50], page=2, pages=3, size=20), replaces=True
        ),
        "preview, nothing": preview.page(Preview(DAY, 0, 0, 0, 0, (), ())),
    }


def _agreed_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    return {
        "plan": plans.card(a_plan(name, number, PlanState.REQUESTED)),
        "plan, running": plans.card(a_plan(name, number, PlanState.RUNNING)),
        "plan, list": plans.waiting((WaitingPlan(ID, ID, number, name, EURO, 3, DAY, DAY, name, True, AT),) * many),
        "plan, none": plans.waiting(()),
        "dispute": disputes.card(a_dispute(name, number)),
        "dispute, owner asked": dispute_asking.asked(a_dispute(name, number)),
        "dispute, owner proposed a credit": dispute_asking.over(a_dispute(name, number), owner=name),
        "dispute, owner asked no more": dispute_asking.over(a_dispute(name, number, open_=False), owner=name),
        "dispute, another owner": dispute_asking.over(replace(a_dispute(name, number), credit=None), owner=name),
        "dispute, file missed": disputes.missed(Awaited(ID, "D-1A2B-3C4D", number, name, "U0ANNA", name, AT)),
        "dispute, asked": disputes.card(replace(a_dispute(name, number), asked=an_asked(name))),
        "dispute, answered": disputes.card(replace(a_dispute(name, number), asked=an_asked(name, answered=True))),
        "dispute, ended": disputes.card(a_dispute(name, number, open_=False)),
        "dispute, list": disputes.listed(
            (a_dispute(name, number),) * many, DisputeCounts({Sla.OPEN: 2, Sla.LATE: 1}, (EURO,)), mine=False
        ),
        "dispute, none": disputes.listed((), DisputeCounts({}, ()), mine=True),
        "credit, list": credits.listed((WaitingCredit(ID, number, name, EURO, EURO, name, name, AT, True),) * many),
        "credit, none": credits.listed(()),
        "radar": radar.page(
            Radar(DAY, (RadarLine(Blip.PROMISE_BROKEN, ID, number, ID, name, DAY, EURO, Decimal(125), name),) * many, 3)
        ),
        "radar, nothing": radar.page(Radar(DAY, (), 0)),
    }


def _policy_views(name: str, *, many: int) -> Mapping[str, Message]:
    proposed = PolicyProposed(version=3, base=2, notes=name, changes=(name,), actor=name, actor_kind="person", at=AT)
    gate = GateShown(ID, "maintenance", name, "all mail", name, AT, name, AT)
    return {
        "policy": policies.card(a_policy(name, "proposed"), 2, [name] * 25, today=_today(name, many)),
        "policy, in force": policies.card(a_policy(name, "published"), 3, []),
        "policy, versions": policies.versions([a_policy(name, "published")] * min(many, 10)),
        "policy, proposed": news.alone(proposed),
        "segments": policies.segments(
            a_policy(name, "published"), [_health("segment 1", 95), _health("segment 2", 60)], limits=Limits()
        ),
        "maintenance": maintenance.listed((gate,) * many),
        "maintenance, none": maintenance.listed(()),
    }


def work_views(name: str, *, number: str, many: int, line: QueueLine, case: Case) -> Mapping[str, Message]:
    """Return each view of the daily work once."""
    hold = HoldShown(ID, ID, name, number, "a…@acme.example", "pause", name, None, name, AT)
    load = Workload(ID, name, 12, 30, 4, Totals((EURO,)), str(EURO), 5, 1, 3, AT, name)
    return {
        **session_views(name, number=number, many=many, line=line, case=case),
        "hold, list": holds.listed((hold,) * many),
        "hold, none": holds.listed(()),
        "hold, choices": holds.choices((ID,) * many),
        "away": absences.listed((Away(ID, name, name, AT, AT, name),) * many),
        "away, nobody": absences.listed(()),
        "workload": absences.workloads((load,) * many),
        "tasks": tasks.listed(
            TaskList(57, (TaskLine(ID, TaskKind.CALL, ID, name, number, name, (EURO,), name, AT),) * many)
        ),
        "tasks, none": tasks.listed(TaskList(0, ())),
        "account": accounts.card(_customer(name, number)),
        "account, choices": accounts.choices((Named(ID, number, name, 3),) * min(many, 10), asked=name),
        "said": answers.said(name),
        "done": answers.done(_approved(name, number), note=name),
        **_mail_views(name, number=number, many=many),
        **_agreed_views(name, number=number, many=many),
        **_policy_views(name, many=many),
    }
