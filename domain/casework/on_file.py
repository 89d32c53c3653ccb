"""On file: what the payer of a session has done about an invoice beside paying, for the page that shows it."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.casework import questions
from domain.casework.questions import QuestionView
from domain.commitments import dispute_queries, plan_queries, promises
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.plan_queries import PlanView
from domain.commitments.promises import PromiseLine
from domain.kernel.core import Core
from domain.pay_links import sessions


@dataclass(frozen=True, slots=True)
class OnFile:
    """Plan, disputes and promises of the customer about the invoice, and the payer's own questions."""

    plan: PlanView | None = None
    disputes: tuple[DisputeView, ...] = ()
    promises: tuple[PromiseLine, ...] = ()
    questions: tuple[QuestionView, ...] = field(default=())


_KINDS = """
    SELECT l.invoice_id, l.contact_id,
           EXISTS (SELECT FROM plan p WHERE p.invoice_id = l.invoice_id) AS plans,
           EXISTS (SELECT FROM dispute d WHERE d.invoice_id = l.invoice_id AND NOT d.is_test) AS disputes,
           EXISTS (SELECT FROM promise w WHERE w.invoice_id = l.invoice_id) AS promises,
           EXISTS (SELECT FROM question q
                   WHERE q.invoice_id = l.invoice_id AND q.contact_id = l.contact_id) AS questions
    FROM portal_session s JOIN pay_link l ON l.id = s.link_id WHERE s.secret_hash = %(hash)s
"""


async def of_session(core: Core, *, secret: str) -> OnFile:
    """Return what is on file; one statement where nothing is, as for most payers. The caller has asked the session."""
    row = await core.database.row(_KINDS, {"hash": sessions.secret_hash(secret)})
    if row is None:
        return OnFile()
    invoice_id: UUID = row["invoice_id"]
    return OnFile(
        plan=await plan_queries.of_invoice(core, invoice_id=invoice_id) if row["plans"] else None,
        disputes=await dispute_queries.of_invoice(core, invoice_id=invoice_id) if row["disputes"] else (),
        promises=await promises.of_invoice(core, invoice_id=invoice_id) if row["promises"] else (),
        questions=await questions.of_payer(core, invoice_id=invoice_id, contact_id=row["contact_id"])
        if row["questions"]
        else (),
    )
