"""Accounts: found by the number or name that people write; where several fit, the reader chooses.

One that was merged into another is found as that one.
"""

from domain.kernel.transactions import Rows, Transaction
from domain.ledger.models import Account
from domain.ledger.refusals import AccountNotFound, AccountUnclear, Named

MOST_CHOICES = 10


_EXACT = """
    SELECT k.id, k.number, k.name, coalesce(bool_or(a.number = %(text)s), false) AS by_number
    FROM account a JOIN account k ON k.id = coalesce(a.merged_into_id, a.id)
    WHERE a.id::text = %(text)s OR a.number = %(text)s OR a.name_key = %(key)s
    GROUP BY k.id ORDER BY by_number DESC, k.name, k.id LIMIT %(most)s
"""

_LIKE = """
    SELECT a.id, a.number, a.name,
           (SELECT count(*) FROM invoice i WHERE i.account_id = a.id AND i.state = 'open') AS open_invoices
    FROM account a
    WHERE a.merged_into_id IS NULL
      AND (a.id = ANY(%(ids)s) OR (%(key)s <> '' AND position(%(key)s IN lower(a.name)) > 0))
    ORDER BY open_invoices DESC, a.name, a.id LIMIT %(most)s
"""


async def find(rows: Rows, *, text: str) -> Named:
    """Return the one customer of that number or name, or whose name alone contains it.

    Raises:
        AccountNotFound: None fits.
        AccountUnclear: Several do; it names them.
    """
    wanted = text.strip()
    values = {"text": wanted, "key": " ".join(wanted.casefold().split()), "most": MOST_CHOICES + 1}
    exact = await rows.rows(_EXACT, values)
    if len(exact) == 1 or (exact and exact[0]["by_number"]):
        return Named(exact[0]["id"], exact[0]["number"], exact[0]["name"])
    found = await rows.rows(_LIKE, {**values, "ids": [row["id"] for row in exact]})
    choices = tuple(Named(**row) for row in found)
    if not choices:
        raise AccountNotFound(text)
    if len(choices) > 1:
        raise AccountUnclear(text, choices[:MOST_CHOICES], more=len(choices) > MOST_CHOICES)
    return choices[0]


async def held(tx: Transaction, *, text: str) -> Named:
    """Return the customer as ``find`` does, locked; one that was merged meanwhile is let go and found as the other.

    Raises:
        AccountNotFound: None fits.
        AccountUnclear: Several do; it names them.
    """
    while True:
        named = await find(tx, text=text)
        await tx.execute("SAVEPOINT before_account")
        account = await Account.locked(id=named.id)
        if account is not None and account.merged_into_id is None:
            await tx.execute("RELEASE SAVEPOINT before_account")
            return named
        await tx.execute("ROLLBACK TO SAVEPOINT before_account")
