"""References: which invoice a payer means who reads a word such as P-1A2B-3C4D to an operator."""

import re
from collections.abc import Mapping
from uuid import UUID

from domain.kernel.core import Core

_REFERENCE = re.compile(r"(?:([pwdqs])-?)?([0-9a-f]{4})-?([0-9a-f]{4})", re.ASCII)

_TABLES: Mapping[str, str] = {
    "p": "plan",
    "w": "promise",
    "d": "dispute",
    "q": "question",
    "s": "support_request",
}
"""By the letter of the word; the digits are the last of the id."""


async def invoice_of(core: Core, *, text: str) -> UUID | None:
    """Return the invoice that the word is about: of a plan, promise, dispute, question, call or payment.

    None where the text is no such word, nothing is known by it, or it fits several invoices.
    """
    typed = _REFERENCE.fullmatch(text.strip("`'\".,;:#<> ").casefold())
    if typed is None:
        return None
    letter, digits = typed[1], typed[2] + typed[3]
    table, place = (_TABLES[letter], "right") if letter else ("checkout", "left")
    rows = await core.database.rows(
        f"SELECT DISTINCT invoice_id FROM {table} WHERE {place}(id::text, 8) = %s AND invoice_id IS NOT NULL LIMIT 2",
        (digits,),
    )
    return rows[0]["invoice_id"] if len(rows) == 1 else None
