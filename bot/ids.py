"""Ids: the names of all buttons and forms, and what a button carries: a version and ids of its subject, nothing else.

A button lives as long as its message, for years. What it stands for is looked up, and the person who clicks is
authorised, when it is clicked.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Action(StrEnum):
    """A button's ``action_id``; each noun lists in ``BUTTONS`` what it does."""

    REGENERATE_LINK = "link.regenerate"
    WHY = "invoice.why"
    SHOW = "invoice.show"
    SHOW_ACCOUNT = "account.show"
    NEXT = "queue.next"
    RELEASE = "case.release"
    SKIP = "case.skip"
    SNOOZE = "case.snooze"
    WAKE = "case.wake"
    PROMISE = "promise.make"
    TAKE_OVER = "case.take_over"
    SEND_REMINDER = "reminder.send"
    LOG_CALL = "call.log"
    HAND_OVER = "case.hand_over"
    DISPUTE_CASE = "case.dispute"
    END_TASK = "task.end"
    RESOLVE_DISPUTE = "dispute.resolve"
    DISPUTE_RIGHT = "dispute.right"
    DISPUTE_WRONG = "dispute.wrong"
    ASK_PAYER = "dispute.ask"
    ASSIGN_DISPUTE = "dispute.assign"
    ADD_CONTACT = "contact.add"
    LIST_DRAFTS = "draft.list"
    SHOW_DRAFT = "draft.show"
    APPROVE_DRAFT = "draft.approve"
    REJECT_DRAFT = "draft.reject"
    EDIT_DRAFT = "draft.edit"
    UNDO_DRAFT = "draft.undo"
    APPROVE_DRAFTS = "draft.approve_shown"
    SHOW_APPROVED = "draft.approved"
    VETO = "step.strike"
    UNVETO = "step.restore"
    PREVIEW_BACK = "preview.back"
    PREVIEW_MORE = "preview.more"
    PREVIEW_HELD = "preview.held"
    SHOW_PLAN = "plan.show"
    APPROVE_PLAN = "plan.approve"
    REJECT_PLAN = "plan.reject"
    COUNTER_PLAN = "plan.counter"
    SHOW_DISPUTE = "dispute.show"
    TAKE_DISPUTE = "dispute.take"
    APPROVE_CREDIT = "credit.approve"
    REJECT_CREDIT = "credit.reject"
    APPROVE_WRITE_OFF = "write_off.approve"
    REJECT_WRITE_OFF = "write_off.reject"
    APPLY_NOTE = "credit_note.apply"
    LIFT_HOLD = "hold.lift"
    LIST_SUPPRESSIONS = "suppression.list"
    SHOW_POLICY = "policy.show"
    PUBLISH_MOVE = "policy.publish_move"
    PUBLISH_FINISH = "policy.publish_finish"
    REJECT_POLICY = "policy.reject"
    RADAR = "radar.show"
    CASH_LIST = "cash.list"
    CASH_SHOW = "cash.show"
    CASH_POST = "cash.post"
    CASH_KEEP = "cash.keep"
    CASH_IGNORE = "cash.ignore"
    SHOW_PAYMENTS = "payments.show"
    LIST_STRAYS = "stray.list"
    BOOK_STRAY = "stray.book"
    DISMISS_STRAY = "stray.dismiss"
    MERGE_TWINS = "twin.merge"
    DISMISS_TWINS = "twin.dismiss"
    SHOW_MAIL = "mail.show"
    CONFIRM_GUESS = "mail.confirm"
    MAIL_DONE = "mail.done"
    ANSWER_MAIL = "mail.answer"
    CORRECT_MAIL = "mail.correct"
    ASSIGN_MAIL = "mail.assign"
    SHOW_QUESTION = "question.show"
    ANSWER_QUESTION = "question.answer"
    CLOSE_QUESTION = "question.close"
    SHOW_FORWARDINGS = "forwarding.show"
    APPROVE_FORWARDING = "forwarding.approve"
    DENY_FORWARDING = "forwarding.deny"
    SHOW_SUPPORT = "support.show"
    HOME_LIST = "home.list"
    ASK_ACCESS = "access.ask"
    IMPORT_APPLY = "import.apply"
    IMPORT_CANCEL = "import.cancel"
    IMPORT_ANSWER = "import.answer"
    IMPORT_ASK = "import.ask"
    IMPORT_COLUMNS = "import.columns"
    IMPORT_KIND = "import.kind"
    IMPORT_FULL = "import.full"
    REVEAL = "details.reveal"
    HEAR_LESS = "noise.less"
    LIFT_MUTE = "noise.lift"
    LIST_ACCESS = "access.list"
    APPROVE_ACCESS = "access.approve"
    DENY_ACCESS = "access.deny"
    WITHDRAW_ACCESS = "access.withdraw"
    APPROVE_ERASURE = "erasure.approve"
    DECLINE_ERASURE = "erasure.decline"
    SHOW_ACT = "audit.act"
    OLDER_ACTS = "audit.older"
    SETTINGS = "settings.edit"
    ENTER_CODE = "address_code.enter"
    NEW_CODE = "address_code.anew"
    DIGEST_NOW = "digest.now"
    SHOW_READINESS = "readiness.show"
    RECHECK_READINESS = "readiness.recheck"
    SMOKE_DISPUTE = "readiness.smoke"
    LIST_CONTACTLESS = "readiness.contacts"
    EXPORT_CONTACTLESS = "readiness.contacts_file"
    SHOW_PARITY = "readiness.parity"
    OVERRIDE_CHECK = "readiness.override"
    APPROVE_OVERRIDE = "readiness.override_approve"
    DECLINE_OVERRIDE = "readiness.override_decline"
    LIST_CRONS = "cron.list"
    PAUSE_CRON = "cron.pause"
    RESUME_CRON = "cron.resume"
    END_MAINTENANCE = "maintenance.end"
    PROLONG_MAINTENANCE = "maintenance.prolong"
    LIST_INCIDENTS = "incident.list"
    SHOW_INCIDENT = "incident.show"
    OPEN_INCIDENT = "incident.open"
    TAKE_INCIDENT = "incident.take"
    NOTE_INCIDENT = "incident.note"
    RATE_INCIDENT = "incident.rate"
    END_INCIDENT = "incident.end"


class FormId(StrEnum):
    """A form's ``callback_id``; each noun lists in ``FORMS`` what its submission does."""

    SNOOZE = "case.snooze"
    PROMISE = "promise.make"
    LOG_CALL = "call.log"
    HAND_OVER = "case.hand_over"
    DISPUTE_CASE = "case.dispute"
    RESOLVE_DISPUTE = "dispute.resolve"
    ASK_PAYER = "dispute.ask"
    END_TASK = "task.end"
    AWAY = "absence.plan"
    FIND_INVOICE = "invoice.find"
    FIND_ACCOUNT = "account.find"
    LINK = "link.regenerate"
    ADD_CONTACT = "contact.add"
    EDIT_DRAFT = "draft.edit"
    REJECT_DRAFT = "draft.reject"
    REJECT_PLAN = "plan.reject"
    COUNTER_PLAN = "plan.counter"
    REJECT_CREDIT = "credit.reject"
    REJECT_WRITE_OFF = "write_off.reject"
    REJECT_POLICY = "policy.reject"
    ANSWER_MAIL = "mail.answer"
    CORRECT_MAIL = "mail.correct"
    ASSIGN_MAIL = "mail.assign"
    ASK_ACCESS = "access.ask"
    ANSWER_QUESTION = "question.answer"
    IMPORT_FILE = "import.file"
    IMPORT_ANSWER = "import.answer"
    IMPORT_COLUMNS = "import.columns"
    IMPORT_KIND = "import.kind"
    DENY_ACCESS = "access.deny"
    DECLINE_ERASURE = "erasure.decline"
    SETTINGS = "settings.edit"
    ENTER_CODE = "address_code.enter"
    OVERRIDE_CHECK = "readiness.override"
    BEGIN_MAINTENANCE = "maintenance.begin"
    PAUSE_CRON = "cron.pause"
    OPEN_INCIDENT = "incident.open"
    NOTE_INCIDENT = "incident.note"
    RATE_INCIDENT = "incident.rate"
    END_INCIDENT = "incident.end"


class ChoiceId(StrEnum):
    """The ``action_id`` of a field whose choices are looked up; each noun lists them in ``SEARCHES``."""

    INVOICES = "search.invoices"
    CUSTOMERS = "search.customers"


class Subject(BaseModel):
    """What a button is about; a button carries those parts that its action needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = 1
    invoice: UUID | None = None
    account: UUID | None = None
    mailing: UUID | None = None
    dispute: UUID | None = None
    credit: UUID | None = None
    hold: UUID | None = None
    line: UUID | None = None
    place: int | None = Field(default=None, ge=1, le=100)
    write_off: UUID | None = None
    stray: UUID | None = None
    twin: UUID | None = None
    mail: UUID | None = None
    question: UUID | None = None
    support: UUID | None = None
    forwarding: UUID | None = None
    mute: UUID | None = None
    entry: int | None = Field(default=None, ge=1, le=10**15)
    file: UUID | None = None
    access: UUID | None = None
    erasure: UUID | None = None
    override: UUID | None = None
    incident: UUID | None = None
    person: UUID | None = None
    policy: int | None = Field(default=None, ge=0, le=10**9)
    step: int | None = Field(default=None, ge=0, le=10_000)
    task: UUID | None = None
    card: Literal[True] | None = None
    """Whether the button is on a case that somebody took up to work on, and acts only while it is in their hands."""
    on: date | None = None
    page: int | None = Field(default=None, ge=1, le=10_000)
    drafts: str | None = Field(default=None, max_length=1_800)
    """Several drafts, each with the version that was shown; see ``together``."""
    seen: str | None = Field(default=None, max_length=120)
    """Names what was shown beside the button, or which of some choices it is; what is otherwise by now is refused."""


def value(*, invoice_id: UUID | None = None, **parts: Any) -> str:
    """Return the value of a button; the parts are those of ``Subject``."""
    return Subject(invoice=invoice_id, **parts).model_dump_json(exclude_none=True)


def together(shown: Sequence[tuple[UUID, str]]) -> str:
    """Return several drafts, each with the version that was shown, as one part of a button's value."""
    return ".".join(f"{each.hex}{version}" for each, version in shown)


def apart(drafts: str) -> dict[UUID, str] | None:
    """Return what ``together`` put together; None when it did not."""
    try:
        return {UUID(each[:32]): each[32:] for each in drafts.split(".")}
    except ValueError:
        return None


def subject(text: str) -> Subject | None:
    """Return what a button's value stands for; None when no version of ours wrote it."""
    try:
        return Subject.model_validate_json(text)
    except ValidationError:
        return None
