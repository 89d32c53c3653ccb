"""Pauses: how much of an invoice is promised, disputed or planned, and so is not chased, as arithmetic on this day.

Nothing is switched off and nobody switches anything on again. Of the open balance the disputed part comes first, then
what running promises still cover, then what a plan on schedule covers; what is left is chaseable. So these four always
add up to the balance, to the last minor unit.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.commitments import words
from domain.kernel import sentences
from domain.kernel.money import Money
from domain.kernel.transactions import Rows


def received(invoice_id: str) -> str:
    """Return a subquery with one row for each promise of an invoice: what of the money since is its own.

    Columns: id, state, amount_minor, received_minor, promised_on, until (the last day of its grace), created_at.

    Only payments applied after the promise was made count for it, less what of them went back. Of several promises
    the earliest is filled first, from the oldest money that is new enough, so that no cent counts twice and none
    lies idle that a later promise could have used. What a judged promise had received stays its own.

    ``total`` is what this promise and all before it can get together. It is the least of all cuts: take a moment,
    let the promises made before it have all that they want, and the others share the money since.
    """
    return f"""(
    WITH told AS MATERIALIZED (
        SELECT id, state, amount_minor, promised_on, promised_on + grace_days AS until, created_at,
               CASE state WHEN 'running' THEN amount_minor ELSE received_minor END AS wanted,
               row_number() OVER (ORDER BY state = 'running', promised_on, created_at, id) AS place
        FROM promise WHERE invoice_id = {invoice_id} AND (state = 'running' OR received_minor > 0)
    ), cut AS MATERIALIZED (
        SELECT each.since, (
            SELECT greatest(coalesce(sum(al.amount_minor), 0), 0)
            FROM allocation al JOIN payment pm ON pm.id = al.payment_id
            LEFT JOIN allocation taken ON taken.id = al.takes_back_id
            CROSS JOIN LATERAL (
                SELECT min(f.created_at) AS at FROM allocation f WHERE f.payment_id = pm.reverses_id
                  AND f.invoice_id = al.invoice_id AND f.amount_minor > 0) first
            WHERE al.invoice_id = {invoice_id}
              AND coalesce(taken.created_at, first.at, al.created_at) >= each.since
        ) AS money FROM (SELECT DISTINCT created_at AS since FROM told) each
        UNION ALL SELECT 'infinity', 0 FROM told HAVING count(*) > 0
    ), filled AS (
        SELECT told.*, (
            SELECT min(cut.money + coalesce((SELECT sum(early.wanted) FROM told early
                                             WHERE early.place <= told.place AND early.created_at < cut.since), 0))
            FROM cut
        ) AS total FROM told
    )
    SELECT id, state, amount_minor, promised_on, until, created_at,
           (total - lag(total, 1, 0::numeric) OVER (ORDER BY place))::bigint AS received_minor
    FROM filled)"""


def lateral(invoice: str = "i") -> str:
    """Return a join that gives each row of an invoice alias what of it is paused, as the columns of ``paused``.

    Columns: promised_minor, disputed_minor, planned_minor (bigint, never null), plan_missed (bool), promise_until
    (the last day of the first promise that still runs, or null) and why (a sentence as it is kept, or empty).
    The statement needs ``%(today)s``, the merchant's date. Chaseable is ``chaseable()``.
    """
    disputed = f"least({invoice}.open_minor, dp.minor)"
    promised = f"least({invoice}.open_minor - {disputed}, pr.minor)"
    rest = f"{invoice}.open_minor - {disputed} - {promised}"
    overdue = (
        "(SELECT coalesce(sum(pi.amount_minor), 0) FROM plan_instalment pi"
        " WHERE pi.plan_id = pl.id AND pi.due_on + pl.grace_days < %(today)s)"
    )
    return f"""
    LEFT JOIN LATERAL (
        SELECT parts.promised_minor, parts.disputed_minor, parts.planned_minor, parts.plan_missed,
               parts.promise_until, {_why(f"{invoice}.currency")} AS why
        FROM (
            SELECT {disputed}::bigint AS disputed_minor, {promised}::bigint AS promised_minor, pr.promises,
                   pr.until AS promise_until, coalesce(plan.missed, false) AS plan_missed,
                   (CASE WHEN plan.missed IS FALSE THEN least({rest}, plan.covers_minor) ELSE 0 END)::bigint
                       AS planned_minor
            FROM (
                SELECT coalesce(sum(d.amount_minor), 0) AS minor FROM dispute d
                WHERE d.invoice_id = {invoice}.id AND d.state = 'open' AND NOT d.is_test
            ) dp
            CROSS JOIN (
                SELECT coalesce(sum(each.amount_minor - each.received_minor), 0) AS minor, min(each.until) AS until,
                       count(*) AS promises
                FROM {received(f"{invoice}.id")} each
                WHERE each.state = 'running' AND each.until >= %(today)s AND each.amount_minor > each.received_minor
            ) pr
            LEFT JOIN LATERAL (
                SELECT pl.covers_minor, least({overdue} - greatest(pl.covers_minor - {invoice}.open_minor, 0),
                                              {invoice}.open_minor - {disputed}) > 0 AS missed
                FROM plan pl WHERE pl.invoice_id = {invoice}.id AND pl.state = 'running'
            ) plan ON true
        ) parts
    ) paused ON true"""


def _why(currency: str) -> str:
    """Return SQL for the sentence that tells what pauses, of which only the parts are said that there are."""

    def amount(column: str) -> str:
        return f"json_build_object('minor', parts.{column}, 'currency', {currency})"

    return f"""CASE WHEN parts.disputed_minor > 0 OR parts.promised_minor > 0 OR parts.planned_minor > 0
        THEN json_build_object(
            'say', concat_ws('; ', CASE WHEN parts.disputed_minor > 0 THEN '{{disputed}}' END,
                             CASE WHEN parts.promised_minor > 0 THEN '{{promised}}' END,
                             CASE WHEN parts.planned_minor > 0 THEN '{{planned}}' END),
            'with', json_build_object(
                'disputed', json_build_object('say', '{words.IS_DISPUTED}', 'with',
                                              json_build_object('amount', {amount("disputed_minor")})),
                'promised', json_build_object(
                    'say', CASE parts.promises WHEN 1 THEN '{words.PROMISE_RUNS}' ELSE '{words.PROMISES_RUN}' END,
                    'with', json_build_object('n', parts.promises, 'amount', {amount("promised_minor")},
                                              'day', json_build_object('day', parts.promise_until))),
                'planned', json_build_object('say', '{words.PLAN_RUNS}', 'with',
                                             json_build_object('amount', {amount("planned_minor")}))))::text
        ELSE '' END"""


def chaseable(invoice: str = "i") -> str:
    """Return SQL for what may be asked for now; the statement joins ``lateral(invoice)``."""
    return f"greatest(0, {invoice}.open_minor - paused.promised_minor - paused.disputed_minor - paused.planned_minor)"


@dataclass(frozen=True, slots=True)
class Paused:
    """The balance of one invoice, in its parts."""

    balance: Money
    promised: Money
    disputed: Money
    planned: Money
    chaseable: Money
    plan_missed: bool
    promise_until: date | None
    why: str


async def of(rows: Rows, *, invoice_id: UUID, today: date) -> Paused:
    """Return what of an invoice is paused on that day, read inside the caller's transaction or on the pool."""
    row = await rows.row(
        f"SELECT i.currency, i.open_minor, paused.* FROM invoice i {lateral()} WHERE i.id = %(invoice)s",
        {"invoice": invoice_id, "today": today},
    )
    assert row is not None, "the caller holds an invoice"
    balance, promised, disputed, planned = (
        Money(int(row[name]), row["currency"])
        for name in ("open_minor", "promised_minor", "disputed_minor", "planned_minor")
    )
    return Paused(
        balance=balance,
        promised=promised,
        disputed=disputed,
        planned=planned,
        chaseable=balance - promised - disputed - planned,
        plan_missed=row["plan_missed"],
        promise_until=row["promise_until"],
        why=sentences.said(row["why"]),
    )
