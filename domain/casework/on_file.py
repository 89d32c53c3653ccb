"""On file: what a payer has done about an invoice beside paying, for the page that shows it."""

from dataclasses import dataclass, field

from domain.casework import questions
from domain.casework.questions import QuestionView
from domain.commitments import dispute_queries, plan_queries, promises
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.plan_queries import PlanView
from domain.commitments.promises import PromiseLine
from domain.kernel.core import Core
from domain.pay_links.queries import PayerPage


@dataclass(frozen=True, slots=True)
class OnFile:
    """Plan, disputes and promises of the customer about the invoice, and the payer's own questions."""

    plan: PlanView | None = None
    disputes: tuple[DisputeView, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    questions: tuple[QuestionView, ...] = field(default=())


async def of_page(core: Core, page: PayerPage) -> OnFile:
    """Return what is on file beside what the page has; nothing is asked where there is nothing, as for most payers."""
    invoice_id, acted = page.invoice_id, page.acted
    return OnFile(
        plan=await plan_queries.of_invoice(core, invoice_id=invoice_id) if "plan" in acted else None,
        disputes=await dispute_queries.of_invoice(core, invoice_id=invoice_id) if "dispute" in acted else (),
        promises=await promises.of_invoice(core, invoice_id=invoice_id) if "promise" in acted else (),
        questions=await questions.of_payer(core, invoice_id=invoice_id, contact_id=page.contact_id)
        if "question" in acted
        else (),
    )
