"""Runs: put a book into the database, let the product work it, and compare with the truth."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger import invoices
from tests.domain.cash_application.books import Book, Paid


@dataclass
class Result:
    """How many lines were posted rightly, wrongly, and left to a person, in all and by kind."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    """Of those that were left: the truth is what is proposed first."""
    among: Counter[str] = field(default_factory=Counter)
    """Of those that were left: the truth is among what is proposed."""
    examples: list[str] = field(default_factory=list)
    """Of what was posted wrongly."""
    waiting: list[UUID] = field(default_factory=list)

    def told(self) -> str:
        """Return the table as text."""
        kinds = sorted({*self.right, *self.wrong, *self.left})
        rows = [f"{'':32} {'right':>6} {'wrong':>6} {'left':>6} {'first':>6} {'among':>6}"]
        for kind in (*kinds, "all"):
            counts = (self.right, self.wrong, self.left, self.first, self.among)
            figures = [each.total() if kind == "all" else each[kind] for each in counts]
            rows.append(f"{kind:32} " + " ".join(f"{each:>6,}" for each in figures))
        return "\n".join([*rows, *self.examples])


async def fill(core: Core, book: Book) -> None:
    """Store a book: customers, invoices, what is remembered of payers, remittance advices and bank lines."""
    now = core.clock.now()
    async with core.transaction() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")  # no triggers, no checks: rows only
        await _copied(
            tx,
            "account (id, number, name, name_key, state, created_at)",
            [(each.id, each.number, each.name, each.name.casefold(), "active", now) for each in book.customers],
        )
        await _copied(
            tx,
            "invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
            " created_at)",
            [
                (
                    each.id, each.number, invoices.number_key(each.number), each.customer.id, each.currency, each.minor,
                    each.minor, each.due_on, "open", now,
                )
                for each in book.invoices
            ],
        )  # fmt: skip
        await _copied(
            tx,
            "payer_alias (id, account_id, key, times, last_at)",
            [(uuid4(), each.id, each.payer_key, 3, now) for each in book.customers if each.known],
        )
        advices = await _advices(tx, book, now)
        await _lines(tx, book, advices, now)
    await core.database.execute("ANALYZE account, invoice, payer_alias, bank_line")


async def _advices(tx: Transaction, book: Book, now: Any) -> dict[UUID, UUID]:
    ids = {each.id: uuid4() for each in book.lines if each.advised}
    rows = [(advice, "file", "advice.csv", "text/csv", advice.bytes, b"-", "read", now) for advice in ids.values()]
    await _copied(tx, "remittance (id, source, file_name, content_type, sha256, body, state, created_at)", rows)
    lines = [
        (uuid4(), ids[line.id], position, number, invoices.number_key(number), minor)
        for line in book.lines
        for position, (number, minor) in enumerate(line.advised)
    ]
    await _copied(tx, "remittance_line (id, remittance_id, position, number, number_key, amount_minor)", lines)
    return ids


async def _lines(tx: Transaction, book: Book, advices: dict[UUID, UUID], now: Any) -> None:
    batch = uuid4()
    await _copied(
        tx,
        "import_batch (id, kind, file_name, sha256, counts, actor, created_at)",
        [(batch, "bank", "bank.csv", "", "{}", "test", now)],
    )
    await _copied(
        tx,
        "bank_line (id, batch_id, line, key, booked_on, currency, amount_minor, payer_name, payer_key, payer_hint,"
        " reference, remittance_id, state, created_at)",
        [
            (
                each.id, batch, place, str(each.id), each.booked_on, each.currency, each.minor, each.payer,
                each.payer_key, each.payer_key[-4:], each.text, advices.get(each.id), "new",
                now + timedelta(milliseconds=place),
            )
            for place, each in enumerate(book.lines)
        ],
    )  # fmt: skip


async def _copied(tx: Transaction, table: str, rows: list[tuple[Any, ...]]) -> None:
    async with tx.connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)


_POSTED = """
    SELECT l.id, l.confidence, l.reasons, jsonb_object_agg(al.invoice_id, al.amount_minor) AS parts
    FROM bank_line l JOIN allocation al ON al.payment_id = l.payment_id WHERE l.state = 'posted'
    GROUP BY l.id, l.confidence, l.reasons
"""

_PROPOSED = "SELECT bank_line_id AS id, parts FROM cash_match ORDER BY bank_line_id, place"


async def compared(core: Core, book: Book) -> Result:
    """Compare what was posted and proposed with the truth."""
    posted = {row["id"]: row for row in await core.database.rows(_POSTED)}
    proposed: dict[UUID, list[dict[UUID, int]]] = {}
    for row in await core.database.rows(_PROPOSED):
        parts = {UUID(invoice): minor for invoice, minor in _json(row["parts"])}
        proposed.setdefault(row["id"], []).append(parts)
    result = Result()
    for line in book.lines:
        if line.id in posted:
            _judge(result, line, posted[line.id])
            continue
        result.left[line.kind] += 1
        if len(result.waiting) < 40 and line.truth and (ways := proposed.get(line.id)):
            result.waiting.append(line.id)
        ways = proposed.get(line.id, [])
        truth = dict(line.truth or {})
        result.first[line.kind] += bool(ways) and ways[0] == truth
        result.among[line.kind] += truth in ways
    return result


def _judge(result: Result, line: Paid, row: dict[str, Any]) -> None:
    parts = {UUID(invoice): minor for invoice, minor in _json(row["parts"]).items()}
    if line.truth is not None and parts == dict(line.truth):
        result.right[line.kind] += 1
        return
    result.wrong[line.kind] += 1
    reasons = "; ".join(map(sentences.unpacked, _json(row["reasons"])))
    result.examples.append(f"{line.kind}: {line.text!r} {line.payer!r} {line.minor} {row['confidence']} %: {reasons}")


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
