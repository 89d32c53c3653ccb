"""Refusal texts: what a payer is told when the domain declines, in the payer's language, as one literal table.

The domain's own sentences are English and often meant for operators, so none of them is shown on a page. What has no
line here, or nobody thought of, is told by a general sentence that is true of every refusal: nothing was changed.
"""

from collections.abc import Mapping

from domain.casework.refusals import QuestionsTooMany, TextUnusable
from domain.commitments.dispute_refusals import (
    DescriptionUnusable,
    DisputeClosed,
    DisputeReasonUnknown,
    DisputeTooLarge,
    DocumentsMissing,
    DocumentsTooMany,
    DocumentUnusable,
    FilesUnkept,
    NothingToDispute,
)
from domain.commitments.refusals import (
    AmountNotPositive,
    NotTheirs,
    OtherCurrency,
    PlanExists,
    PlanNotFound,
    PlanOutdated,
    PlanUnsound,
    PromiseDayOver,
    PromiseInPast,
    PromiseNotFound,
    PromiseRepeated,
    PromiseTooFar,
    PromiseTooLarge,
    ReasonMissing,
    TextTooLong,
)
from domain.kernel.addresses import AddressMalformed
from domain.kernel.money import AmountMalformed
from domain.kernel.refusals import InUse, MoveRefused, NotAllowed, Refusal, StaleRecord
from domain.ledger.refusals import NothingToPay
from domain.pay_links.refusals import (
    AmountNotPossible,
    ForwardingsWait,
    LinkNotFound,
    NoContact,
    PartPaymentsOff,
    PaymentInReview,
    PaymentUnavailable,
    PaymentUnderWay,
)
from portal.texts import Texts

GENERAL = "refuse_general"

TABLE: Mapping[type[Refusal], str] = {
    # paying
    NothingToPay: "refuse_nothing_to_pay",
    PaymentUnderWay: "refuse_under_way",
    PaymentInReview: "refuse_in_review",
    PaymentUnavailable: "refuse_unavailable",
    PartPaymentsOff: "refuse_whole_only",
    AmountNotPossible: "refuse_amount",
    AmountNotPositive: "refuse_amount",
    AmountMalformed: "refuse_amount",
    OtherCurrency: "refuse_amount",
    # links
    LinkNotFound: "refuse_link",
    NoContact: "refuse_no_contact",
    AddressMalformed: "refuse_address",
    ForwardingsWait: "refuse_many",
    # plans and promises
    PlanExists: "refuse_plan_exists",
    PlanNotFound: "refuse_changed",
    PlanOutdated: "refuse_plan_unfit",
    PlanUnsound: "refuse_plan_unfit",
    PromiseInPast: "refuse_day",
    PromiseTooFar: "refuse_day",
    PromiseDayOver: "refuse_day",
    PromiseTooLarge: "refuse_amount",
    PromiseRepeated: "refuse_promise_repeated",
    PromiseNotFound: "refuse_changed",
    # disputes and questions
    NothingToDispute: "refuse_dispute",
    DisputeTooLarge: "refuse_amount",
    DisputeReasonUnknown: GENERAL,
    DisputeClosed: "refuse_changed",
    DescriptionUnusable: "refuse_text",
    ReasonMissing: "refuse_text",
    TextTooLong: "refuse_text",
    TextUnusable: "refuse_text",
    DocumentsMissing: "refuse_documents",
    DocumentsTooMany: "refuse_documents",
    DocumentUnusable: "refuse_documents",
    FilesUnkept: "refuse_files",
    QuestionsTooMany: "refuse_many",
    # any
    NotTheirs: "refuse_not_yours",
    NotAllowed: "refuse_not_yours",
    StaleRecord: "refuse_changed",
    MoveRefused: "refuse_changed",
    InUse: "refuse_in_use",
}


def said(no: Refusal, t: Texts) -> str:
    """Return what a payer is told; a kind of refusal that has no text of its own takes its parent's."""
    return t(next((TABLE[kind] for kind in type(no).__mro__ if kind in TABLE), GENERAL))
