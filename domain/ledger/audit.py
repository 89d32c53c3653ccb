"""Audit: compare every balance with the entries that it is the sum of, page by page, and say where they differ.

Each page is one statement, and so one look at one moment: what is written while it runs is seen whole or not at all.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say, say_as
from domain.kernel.transactions import Rows
from domain.ledger import words
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from domain.ledger.states import InvoiceState

PAGE = 50_000
"""Rows that one statement compares."""

NAMED = 20
"""Differences that are told by name; the others are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One balance or rest that is not what its entries say."""

    what: str
    """``invoice INV-1042``, ``payment py_1`` and so on."""
    kept: str
    """What stands in the books."""
    should_be: str
    """What the entries say."""

    def __str__(self) -> str:
        return say("{what}: {kept}, should be {right}", what=self.what, kept=self.kept, right=self.should_be)


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and where it is, in one currency: received + overdrawn = applied + unapplied."""

    received: Money
    """Payments less all that went back of them."""
    applied: Money
    unapplied: Money
    overdrawn: Money
    """What went back beyond a payment: refunded and charged back, both."""

    @property
    def balanced(self) -> bool:
        """Whether no cent is missing and none was made."""
        return self.received + self.overdrawn == self.applied + self.unapplied


@dataclass(frozen=True, slots=True)
class Audit:
    """What was compared, and what differs."""

    invoices: int
    payments: int
    credit_notes: int
    seconds: float
    flows: tuple[Flow, ...]
    differences: tuple[Difference, ...]
    """The first ones."""
    differing: int


@dataclass(slots=True)
class _Tally:
    differences: list[Difference] = field(default_factory=list)
    differing: int = 0
    flows: dict[str, list[int]] = field(default_factory=dict)

    def differ(self, what: str, kept: str, should_be: str) -> None:
        if len(self.differences) < NAMED:
            self.differences.append(Difference(what, kept, should_be))


_FOUND = """
    SELECT (SELECT count(*) FROM page) AS looked, (SELECT id FROM upto) AS last,
        (SELECT count(*) FROM wrong) AS differing,
        coalesce((SELECT json_agg(few) FROM (SELECT * FROM wrong LIMIT %(named)s) few), '[]') AS named
"""

_INVOICES = f"""
    WITH page AS MATERIALIZED (
        SELECT id, number, account_id, currency, total_minor, open_minor, state FROM invoice
        WHERE %(after)s::uuid IS NULL OR id > %(after)s ORDER BY id LIMIT %(page)s
    ), upto AS (SELECT id FROM page ORDER BY id DESC LIMIT 1
    ), allocated AS MATERIALIZED (
        SELECT a.invoice_id, sum(a.amount_minor) AS minor FROM allocation a
        WHERE (%(after)s::uuid IS NULL OR a.invoice_id > %(after)s) AND a.invoice_id <= (SELECT id FROM upto)
        GROUP BY a.invoice_id
    ), given AS MATERIALIZED (
        SELECT c.invoice_id, sum(c.amount_minor) AS minor FROM credit c
        WHERE c.state = 'approved' AND c.invoice_id IN (SELECT id FROM page) GROUP BY c.invoice_id
    ), lost AS MATERIALIZED (
        SELECT w.invoice_id, sum(w.amount_minor) FILTER (WHERE w.kind <> 'void') AS minor,
               bool_or(w.kind = 'write-off') AS whole FROM write_off w
        WHERE w.state = 'approved' AND w.invoice_id IN (SELECT id FROM page) GROUP BY w.invoice_id
    ), judged AS (
        SELECT p.id, p.number, p.currency, p.open_minor, p.state, coalesce(lost.whole, false) AS given_up,
               CASE p.state WHEN 'void' THEN 0 ELSE p.total_minor - coalesce(allocated.minor, 0)
                    - coalesce(given.minor, 0) - coalesce(lost.minor, 0) END AS expected
        FROM page p LEFT JOIN allocated ON allocated.invoice_id = p.id LEFT JOIN given ON given.invoice_id = p.id
        LEFT JOIN lost ON lost.invoice_id = p.id
    ), wrong AS MATERIALIZED (
        SELECT * FROM judged WHERE expected <> open_minor OR (expected > 0) <> (state IN ('open', 'test'))
            OR (state = 'written_off' AND NOT given_up)
    ) {_FOUND}
"""

_PAYMENTS = f"""
    WITH page AS MATERIALIZED (
        SELECT id, object_id, account_id, currency, amount_minor FROM payment
        WHERE reverses_id IS NULL AND (%(after)s::uuid IS NULL OR id > %(after)s) ORDER BY id LIMIT %(page)s
    ), upto AS (SELECT id FROM page ORDER BY id DESC LIMIT 1
    ), family AS MATERIALIZED (
        SELECT id, id AS root, amount_minor, currency FROM page
        UNION ALL SELECT r.id, r.reverses_id, r.amount_minor, r.currency FROM payment r
        WHERE r.reverses_id IN (SELECT id FROM page)
    ), net AS MATERIALIZED (
        SELECT root, sum(amount_minor) AS minor FROM family GROUP BY root
    ), used AS MATERIALIZED (
        SELECT f.root, sum(a.amount_minor) AS minor, bool_or(i.currency <> f.currency) AS mixed
        FROM family f JOIN allocation a ON a.payment_id = f.id JOIN invoice i ON i.id = a.invoice_id GROUP BY f.root
    ), judged AS MATERIALIZED (
        SELECT p.object_id, p.currency, net.minor AS net, coalesce(used.minor, 0) AS used,
               coalesce(used.mixed, false) AS mixed, coalesce(u.amount_minor, 0) AS kept,
               greatest(net.minor - coalesce(used.minor, 0), 0) AS expected,
               u.payment_id IS NOT NULL AND (u.currency <> p.currency OR u.account_id <> p.account_id) AS misfiled
        FROM page p JOIN net ON net.root = p.id LEFT JOIN used ON used.root = p.id
        LEFT JOIN unapplied_cash u ON u.payment_id = p.id
    ), wrong AS MATERIALIZED (
        SELECT * FROM judged WHERE kept <> expected OR used > greatest(net, 0) OR used < 0 OR mixed OR misfiled
    ) {_FOUND},
        coalesce((SELECT json_agg(flow) FROM (
            SELECT currency, sum(net)::bigint AS net, sum(used)::bigint AS used, sum(kept)::bigint AS kept,
                   sum(greatest(-net, 0))::bigint AS overdrawn FROM judged GROUP BY currency) flow), '[]') AS flows
"""

_NOTES = f"""
    WITH page AS MATERIALIZED (
        SELECT * FROM credit_note WHERE %(after)s::uuid IS NULL OR id > %(after)s ORDER BY id LIMIT %(page)s
    ), upto AS (SELECT id FROM page ORDER BY id DESC LIMIT 1
    ), judged AS (
        SELECT n.number, n.currency, n.state, n.open_minor, coalesce(used.mixed, false) AS mixed,
               CASE n.state WHEN 'void' THEN 0 ELSE n.total_minor - n.used_elsewhere_minor - coalesce(used.minor, 0) END
                   AS expected
        FROM page n LEFT JOIN (
            SELECT a.credit_note_id, sum(a.amount_minor) AS minor, bool_or(i.currency <> p.currency) AS mixed
            FROM allocation a JOIN page p ON p.id = a.credit_note_id JOIN invoice i ON i.id = a.invoice_id
            GROUP BY a.credit_note_id) used ON used.credit_note_id = n.id
    ), wrong AS MATERIALIZED (
        SELECT * FROM judged WHERE expected <> open_minor OR (expected > 0) <> (state = 'open') OR mixed
    ) {_FOUND}
"""

_STRANGE = """
    SELECT p.object_id, p.currency, u.amount_minor FROM unapplied_cash u JOIN payment p ON p.id = u.payment_id
    WHERE p.reverses_id IS NOT NULL ORDER BY p.object_id LIMIT 1000
"""
"""Unapplied cash stands under the payment itself, never under what went back of it."""


async def run(core: Core) -> Audit:
    """Compare everything, and return what differs; changes nothing."""
    began = time.monotonic()
    tally = _Tally()
    invoices = await _pages(core.database, _INVOICES, _invoice, tally)
    payments = await _pages(core.database, _PAYMENTS, _payment, tally)
    notes = await _pages(core.database, _NOTES, _note, tally)
    for row in await core.database.rows(_STRANGE):
        tally.differing += 1
        kept = Money(row["amount_minor"], row["currency"])
        tally.differ(
            say("reversal {id}", id=row["object_id"]),
            say("{amount} unapplied", amount=kept),
            say_as("what should be unapplied", "none"),
        )
    flows = tuple(_flow(currency, sums) for currency, sums in sorted(tally.flows.items()))
    for flow in flows:
        if not flow.balanced:
            tally.differing += 1
            where = say("{applied} applied and {unapplied} unapplied", applied=flow.applied, unapplied=flow.unapplied)
            tally.differ(
                say("sum in {currency}", currency=flow.received.currency),
                where,
                say("{amount} in all", amount=flow.received + flow.overdrawn),
            )
    return Audit(invoices, payments, notes, time.monotonic() - began, flows, tuple(tally.differences), tally.differing)


async def nightly(core: Core) -> None:
    """Compare everything and put down what was found (the job ``audit_balances``); a difference alarms people."""
    found = await run(core)
    said = by(SYSTEM, core.clock.now())
    event = (
        BalancesDiffer(differences=found.differing, examples=tuple(map(str, found.differences)), **said)
        if found.differing
        else BalancesAudited(
            invoices=found.invoices,
            payments=found.payments,
            credit_notes=found.credit_notes,
            seconds=round(found.seconds, 3),
            **said,
        )
    )
    async with core.transaction() as tx:
        await timeline.record(core, tx, event)


async def last(core: Core) -> BalancesAudited | BalancesDiffer | None:
    """Return what the newest audit found, or None before the first one."""
    row = await core.database.row(
        "SELECT id FROM timeline_entry WHERE kind = ANY(%s) ORDER BY id DESC LIMIT 1",
        ([BalancesAudited.kind, BalancesDiffer.kind],),
    )
    if row is None:
        return None
    event = (await timeline.entry(core, row["id"])).event
    assert isinstance(event, BalancesAudited | BalancesDiffer), "the statement asks for these"
    return event


async def _pages(rows: Rows, statement: str, judge: Callable[[Mapping[str, Any], _Tally], None], tally: _Tally) -> int:
    looked, after = 0, None
    while True:
        row = await rows.row(statement, {"after": after, "page": PAGE, "named": NAMED})
        assert row is not None, "an aggregate has a row"
        tally.differing += row["differing"]
        for wrong in row["named"]:
            judge(wrong, tally)
        for flow in row.get("flows", ()):
            sums = tally.flows.setdefault(flow["currency"], [0, 0, 0, 0])
            for place, name in enumerate(("net", "used", "kept", "overdrawn")):
                sums[place] += flow[name]
        looked += int(row["looked"])
        if row["looked"] < PAGE:
            return looked
        after = row["last"]


def _invoice(row: Mapping[str, Any], tally: _Tally) -> None:
    what, balance = say("invoice {number}", number=row["number"]), _money(row["open_minor"], row)
    if row["state"] == InvoiceState.WRITTEN_OFF and not row["given_up"] and row["expected"] == row["open_minor"] == 0:
        tally.differ(what, words.invoice_state("written off"), say("so by an approved write-off, and there is none"))
    else:
        kept = say("{amount} open and {state}", amount=balance, state=words.invoice_state(str(row["state"])))
        tally.differ(what, kept, say("{amount} open", amount=_money(row["expected"], row)))


def _payment(row: Mapping[str, Any], tally: _Tally) -> None:
    what = say("payment {id}", id=row["object_id"])
    if row["mixed"]:
        tally.differ(
            what, say("applied to an invoice of another currency"), say("in {currency}", currency=row["currency"])
        )
    if row["used"] > max(row["net"], 0) or row["used"] < 0:
        tally.differ(
            what,
            say("{amount} applied", amount=_money(row["used"], row)),
            say("between nothing and {most}", most=_money(max(row["net"], 0), row)),
        )
    if row["kept"] != row["expected"]:
        tally.differ(what, say("{amount} unapplied", amount=_money(row["kept"], row)), _amount(row["expected"], row))
    if row["misfiled"]:
        tally.differ(what, say("unapplied under another customer or currency"), say("its own"))


def _note(row: Mapping[str, Any], tally: _Tally) -> None:
    what = say("credit note {number}", number=row["number"])
    if row["mixed"]:
        tally.differ(
            what, say("applied to an invoice of another currency"), say("in {currency}", currency=row["currency"])
        )
    else:
        state = words.credit_note_state(str(row["state"]))
        kept = say("{amount} left, {state}", amount=_money(row["open_minor"], row), state=state)
        tally.differ(what, kept, _amount(row["expected"], row))


def _flow(currency: str, sums: list[int]) -> Flow:
    return Flow(*(Money(minor, currency) for minor in sums))


def _money(minor: int, row: Mapping[str, Any]) -> Money:
    return Money(int(minor), row["currency"])


def _amount(minor: int, row: Mapping[str, Any]) -> str:
    return say("{amount}", amount=_money(minor, row))
