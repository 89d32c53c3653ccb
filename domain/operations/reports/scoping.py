"""Scoping: whose figures a report has, found by the names that people write.

A customer is found as everywhere. A segment's customers are those of whom at least one invoice is in it, or was when
its reminders ended: who has paid everything still belongs to it.
"""

from domain.kernel.core import Core
from domain.kernel.scopes import ALL, Scope
from domain.ledger import accounts
from domain.operations.refusals import SegmentUnknown

_OF_SEGMENT = """
    SELECT scoped.account_id FROM enrolment joined JOIN invoice scoped ON scoped.id = joined.invoice_id
    WHERE joined.segment = %(scope_segment)s
"""

_SEGMENTS = """
    SELECT name FROM segment WHERE state = 'published' UNION SELECT DISTINCT segment FROM enrolment ORDER BY 1 LIMIT 500
"""


async def found(core: Core, *, customer: str = "", segment: str = "") -> tuple[Scope, str, str]:
    """Return whose figures are meant, with the customer's and the segment's names as they are stored.

    Raises:
        AccountNotFound, AccountUnclear: No customer, or more than one, is called so.
        SegmentUnknown: No segment is.
    """
    if not customer and not segment:
        return ALL, "", ""
    named = await accounts.find(core.database, text=customer) if customer else None
    name = await _segment(core, segment) if segment else ""
    parts: list[str] = []
    values: dict[str, object] = {}
    if named is not None:
        parts.append("SELECT %(scope_account)s::uuid")
        values["scope_account"] = named.id
    if name:
        parts.append(_OF_SEGMENT)
        values["scope_segment"] = name
    return Scope(" INTERSECT ".join(parts), values), named.name if named else "", name


async def _segment(core: Core, text: str) -> str:
    wanted = " ".join(text.casefold().split())
    names = [str(row["name"]) for row in await core.database.rows(_SEGMENTS)]
    exact = [each for each in names if each.casefold() == wanted]
    like = exact or [each for each in names if wanted in each.casefold()]
    if len(like) != 1:
        raise SegmentUnknown(text, like or names)
    return like[0]
