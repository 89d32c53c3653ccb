"""Pasted links: which invoice a pay link is for that somebody pasted where operators talk; nothing is spent by asking.

Only our signature and the row are read. The link is not entered, not opened and not kept alive.
"""

from uuid import UUID

from domain.kernel.core import Core
from domain.pay_links import tokens

MOST_CHARACTERS = 2_000
"""Of an address that is looked at."""


async def invoice_of(core: Core, *, address: str) -> UUID | None:
    """Return the invoice of a pay link's address; None where it is none of ours, whatever it looks like."""
    before, after = f"{core.merchant.public_url}/l/", address[:MOST_CHARACTERS]
    if not after.startswith(before):
        return None
    token = after.removeprefix(before).partition("?")[0].partition("#")[0].rstrip("/")
    link_id = tokens.read(core.keys, token)
    if link_id is None:
        return None
    row = await core.database.row("SELECT invoice_id FROM pay_link WHERE id = %s", (link_id,))
    return row["invoice_id"] if row else None
