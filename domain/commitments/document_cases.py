"""Document cases: which invoice a file of a payer is about."""

from datetime import datetime
from uuid import UUID

from domain.kernel.core import Core


async def invoice_of(core: Core, *, document_id: UUID) -> tuple[UUID, datetime] | None:
    """Return the invoice to whose case a document belongs, and when it came; None where it is about none, or gone."""
    row = await core.database.row(
        "SELECT coalesce(d.invoice_id, p.invoice_id, q.invoice_id) AS invoice_id, f.created_at"
        " FROM document f"
        " LEFT JOIN dispute d ON d.id = f.dispute_id LEFT JOIN plan p ON p.id = f.plan_id"
        " LEFT JOIN question q ON q.id = f.question_id WHERE f.id = %s",
        (document_id,),
    )
    return (row["invoice_id"], row["created_at"]) if row and row["invoice_id"] else None
