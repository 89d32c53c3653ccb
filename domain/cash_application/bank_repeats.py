"""Bank repeats: payments of a statement that another file brought before, in another format and under another key.

A line is known again by the bank's number or its texts, as a format spells them; another format of the same account
spells them otherwise. So rows that are new by their key are compared with the lines that came in other formats, one
with one, the most alike first. The same account, day, currency, amount, payer and text is the same payment: it is there
already. What only resembles one is kept, points to the line that it may repeat, and waits for a person.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.cash_application.doubts import Doubt
from domain.kernel.transactions import Row, Transaction

DAYS = 5
"""One format may tell the day of booking and another that of value, with a weekend between."""

MOST = 10
"""Lines that a row is compared with; one that has so many and is left over waits as well."""

SHORTEST = 4
"""Characters of a text that stands within another by more than chance."""

GENERIC = ("gutschrift", "sepagutschrift", "überweisung", "sepaüberweisung", "überweisungsgutschrift", "dauerauftrag",
           "credittransfer", "sepacredittransfer", "banktransfer", "transfer", "inwardpayment", "virement",
           "virementrecu", "virementreçu", "transferencia", "transferenciarecibida")  # fmt: skip
"""Texts of banks that say what kind of booking it is, and nothing about the payment."""


def _plain(text: str) -> str:
    return rf"lower(regexp_replace(normalize({text}, NFKC), '\W', '', 'g'))"


def _texts(reference: str) -> str:
    return f"""ARRAY(SELECT DISTINCT plain FROM (SELECT {_plain("each")} AS plain
                     FROM unnest(string_to_array({reference}, ' · ')) each) of
               WHERE plain <> '' AND plain <> ALL(%(generic)s) AND plain NOT LIKE 'bankcharges%%' ORDER BY plain)"""


_ANY = "SELECT EXISTS (SELECT FROM bank_line WHERE form <> %(form)s) AS found"

_COMPARED = (
    f"""
    CREATE TEMP TABLE bank_other ON COMMIT DROP AS
    SELECT b.id, b.booked_on, b.currency, b.amount_minor, b.bank_account AS account, b.bank_reference,
           {_plain("b.payer_name")} AS payer, {_texts("b.reference")} AS texts
    FROM bank_line b
    WHERE b.form <> %(form)s
      AND b.booked_on BETWEEN (SELECT min(booked_on) FROM bank_fresh) - %(days)s::integer
                          AND (SELECT max(booked_on) FROM bank_fresh) + %(days)s::integer
      AND EXISTS (SELECT FROM bank_fresh f WHERE f.currency = b.currency AND f.amount_minor = b.amount_minor
                  AND f.booked_on BETWEEN b.booked_on - %(days)s::integer AND b.booked_on + %(days)s::integer)
      AND NOT EXISTS (SELECT FROM bank_row r WHERE r.key = b.key)
      AND NOT EXISTS (SELECT FROM bank_row r WHERE r.unnamed_key = b.key)
    """,
    f"""
    CREATE TEMP TABLE bank_mine ON COMMIT DROP AS
    SELECT f.n, f.booked_on, f.currency, f.amount_minor, f.account, f.bank_reference,
           {_plain("f.payer_name")} AS payer, {_texts("f.reference")} AS texts
    FROM bank_fresh f
    WHERE EXISTS (SELECT FROM bank_other o WHERE o.currency = f.currency AND o.amount_minor = f.amount_minor)
    """,
    "CREATE INDEX ON bank_other (currency, amount_minor, booked_on)",
    "ANALYZE bank_other, bank_mine",
    "CREATE TEMP TABLE bank_repeat (n integer, id uuid, exact boolean) ON COMMIT DROP",
)

_ALIKE_IN_ALL = "currency, amount_minor, booked_on, account, payer, texts"

_IN_ALL = f"""
    INSERT INTO bank_repeat (n, id, exact)
    SELECT f.n, o.id, true
    FROM (SELECT *, row_number() OVER (PARTITION BY {_ALIKE_IN_ALL} ORDER BY n) AS nth FROM bank_mine) f
    JOIN (SELECT *, row_number() OVER (PARTITION BY {_ALIKE_IN_ALL} ORDER BY id) AS nth FROM bank_other) o
         USING ({_ALIKE_IN_ALL}, nth)
    WHERE texts <> '{{}}' AND (f.bank_reference IN ('', o.bank_reference) OR o.bank_reference = '')
"""
"""Equal ones by sets: a file may hold thousands of one amount and day."""

_TAKEN = (
    "DELETE FROM bank_mine WHERE n IN (SELECT n FROM bank_repeat)",
    "DELETE FROM bank_other WHERE id IN (SELECT id FROM bank_repeat)",
)

_PAIRS = """
    SELECT f.n, o.* FROM bank_mine f CROSS JOIN LATERAL (
        SELECT each.id, exact, grade FROM bank_other each
        CROSS JOIN LATERAL (
            SELECT f.account = each.account OR '' IN (f.account, each.account) AS account,
                   (f.account LIKE '…%%') <> (each.account LIKE '…%%') AS unclear,
                   f.booked_on = each.booked_on AS day,
                   f.payer = each.payer AS payer,
                   '' NOT IN (f.payer, each.payer)
                       AND (strpos(f.payer, each.payer) > 0 OR strpos(each.payer, f.payer) > 0) AS payer_alike,
                   f.texts <> '{}' AND each.texts <> '{}' AS both_say,
                   f.texts <@ each.texts OR each.texts <@ f.texts AS texts,
                   f.texts && each.texts OR EXISTS (
                       SELECT FROM unnest(f.texts) mine, unnest(each.texts) theirs
                       WHERE length(mine) >= %(shortest)s AND strpos(theirs, mine) > 0
                          OR length(theirs) >= %(shortest)s AND strpos(mine, theirs) > 0) AS text_alike,
                   f.bank_reference IN ('', each.bank_reference) OR each.bank_reference = '' AS number
        ) s
        CROSS JOIN LATERAL (
            SELECT s.account AND s.day AND s.payer AND s.both_say AND s.texts AND s.number AS exact,
                   8 * s.text_alike::int + 4 * s.payer_alike::int + 2 * s.day::int + s.account::int AS grade
        ) g
        WHERE each.currency = f.currency AND each.amount_minor = f.amount_minor
          AND each.booked_on BETWEEN f.booked_on - %(days)s::integer AND f.booked_on + %(days)s::integer
          AND (s.account OR s.unclear)
          AND (s.text_alike OR s.payer_alike AND (s.day OR NOT s.both_say) OR s.day AND s.account)
        ORDER BY exact DESC, grade DESC, abs(each.booked_on - f.booked_on), each.id LIMIT %(most)s
    ) o
    ORDER BY o.exact DESC, o.grade DESC, f.n, o.id
"""
"""What resembles a line that is left: its text or payer, or the very day on the very account."""

_NOTED = """
    INSERT INTO bank_repeat (n, id, exact)
    SELECT * FROM unnest(%(rows)s::integer[], %(lines)s::uuid[], %(exact)s::boolean[])
"""

_SETTLED = (
    "DELETE FROM bank_fresh f USING bank_repeat r WHERE r.n = f.n AND r.exact",
    f"""
    UPDATE bank_fresh f SET like_id = r.id, doubt = coalesce(nullif(f.doubt, ''), '{Doubt.ALIKE.value}')
    FROM bank_repeat r WHERE r.n = f.n
    """,
)

_TOLD_NOW = f"""
    UPDATE bank_line b SET doubt = r.doubt
    FROM (SELECT p.id, w.doubt FROM bank_repeat p JOIN bank_row w ON w.n = p.n
          WHERE p.exact AND w.doubt = '{Doubt.OWN_MONEY.value}') r
    WHERE b.id = r.id AND b.state IN ('new', 'proposed')
"""
"""The other format did not say that it is our own money; this one does."""


async def settle(tx: Transaction, *, form: str) -> None:
    """Take rows away that another format brought before, and mark those that it may have brought.

    Works on the tables of ``bank_staging``: ``bank_fresh`` with the rows that are new by their key.
    """
    any_other = await tx.row(_ANY, {"form": form})
    if not any_other or not any_other["found"]:
        return
    values = {"form": form, "days": DAYS, "most": MOST, "shortest": SHORTEST, "generic": list(GENERIC)}
    for statement in _COMPARED:
        await tx.execute(statement, values)
    await tx.execute(_IN_ALL)
    for statement in _TAKEN:
        await tx.execute(statement)
    pairs = _one_with_one(await tx.rows(_PAIRS, values))
    await tx.execute(_NOTED, {
        "rows": [n for n, _, _ in pairs],
        "lines": [line for _, line, _ in pairs],
        "exact": [exact for _, _, exact in pairs],
    })  # fmt: skip
    for statement in _SETTLED:
        await tx.execute(statement)


async def tell_known(tx: Transaction) -> None:
    """Pass on what the file knows better of a line that waits from another format; when the file is kept."""
    found = await tx.row("SELECT to_regclass('pg_temp.bank_repeat') IS NOT NULL AS found")
    if found and found["found"]:
        await tx.execute(_TOLD_NOW)


def _one_with_one(rows: Sequence[Row]) -> list[tuple[int, UUID, bool]]:
    """Return each row with the line that is its own, the most alike first."""
    paired: dict[int, tuple[UUID, bool]] = {}
    taken: set[UUID] = set()
    seen: dict[int, list[UUID]] = {}
    for row in rows:
        seen.setdefault(row["n"], []).append(row["id"])
        if row["n"] not in paired and row["id"] not in taken:
            paired[row["n"]] = (row["id"], row["exact"])
            taken.add(row["id"])
    for n, lines in seen.items():
        if n not in paired and len(lines) == MOST:
            paired[n] = (lines[0], False)
    return [(n, line, exact) for n, (line, exact) in paired.items()]
