"""What must hold: after every step, and once everything has come to rest."""

from collections import Counter
from datetime import datetime

from domain.ledger import audit
from domain.pay_links import checkouts
from sandbox.store import Json
from tests.flows.money.world import World

_GONE = frozenset(("needs_response", "under_review", "lost"))
"""A dispute in these states has taken the money; won, it is back."""


def moved(world: World) -> dict[str, int]:
    """Return what came in at Stripe less what went back, by the charge, as Stripe's own objects say."""
    books = world.stripe.books
    sums = {each["id"]: each["amount"] for each in books.all("charge") if each["status"] == "succeeded"}
    for refund in books.all("refund"):
        if refund["status"] == "succeeded":
            sums[refund["charge"]] -= refund["amount"]
    for dispute in books.all("dispute"):
        if dispute["status"] in _GONE:
            sums[dispute["charge"]] -= dispute["amount"]
    return sums


async def after_each_step(world: World) -> None:
    """Say that no balance is wrong, nothing is booked twice or out of thin air, and one page at most can be paid."""
    await _audited(world)
    await _at_most_what_moved(world)
    await _one_live_checkout(world)
    _one_page_to_pay(world)


async def at_rest(world: World) -> None:
    """Say that the ledger holds just the money that Stripe and the bank moved, and that every surplus has its task."""
    await after_each_step(world)
    await _all_that_moved(world)
    await _every_paid_page_is_booked(world)
    await _nothing_outdated_is_open(world)
    await _bank_lines_once(world)
    await _surplus_has_a_task(world)
    await _no_doubts(world)


async def _audited(world: World) -> None:
    found = await audit.run(world.core)
    assert found.differing == 0, found.differences
    assert all(flow.balanced for flow in found.flows), found.flows
    both = await world.core.database.rows("SELECT number FROM invoice WHERE (state = 'open') <> (open_minor > 0)")
    assert not both, f"open and not open at once: {both}"


async def _at_most_what_moved(world: World) -> None:
    """Each entry is one object of Stripe's, with its amount and day; a charge is in the ledger once."""
    there = {each["id"]: each for kind in ("charge", "refund", "dispute") for each in world.stripe.books.all(kind)}
    rows = await world.core.database.rows(
        "SELECT object_id, kind, amount_minor, received_on FROM payment WHERE source = 'stripe'"
    )
    for row in rows:
        other = there[row["object_id"]]
        assert abs(row["amount_minor"]) == other["amount"], f"at Stripe it is {other['amount']}: {row}"
        day = datetime.fromtimestamp(other["created"], world.core.merchant.zone).date()
        assert row["received_on"] == day or (row["kind"] == "reinstated" and row["received_on"] > day), (row, day)
    twice = [each for each, count in Counter((row["object_id"], row["kind"]) for row in rows).items() if count > 1]
    assert not twice, f"booked twice: {twice}"


async def _one_live_checkout(world: World) -> None:
    rows = await world.core.database.rows(
        "SELECT i.number FROM checkout k JOIN invoice i ON i.id = k.invoice_id WHERE k.state = ANY(%s)"
        " GROUP BY i.number HAVING count(*) > 1",
        (list(checkouts.LIVE),),
    )
    assert not rows, f"several live checkouts: {rows}"


def _one_page_to_pay(world: World) -> None:
    """Of the pages that payers were sent to, one at most can still be paid for each invoice."""
    still = Counter(
        each["metadata"]["invoice_number"]
        for each in world.stripe.sessions()
        if each["status"] == "open" and each["id"] in world.pages
    )
    assert all(count == 1 for count in still.values()), f"open pages at Stripe: {still}"


async def _all_that_moved(world: World) -> None:
    """For each charge: what the ledger has of it, or what waits as a stray, is what Stripe has."""
    rows = await world.core.database.rows(
        "SELECT coalesce(root.object_id, p.object_id) AS charge, sum(p.amount_minor)::bigint AS minor FROM payment p"
        " LEFT JOIN payment root ON root.id = p.reverses_id WHERE p.source = 'stripe' GROUP BY 1"
        " UNION ALL SELECT charge_id, amount_minor FROM stray_movement WHERE state <> 'booked' AND kind = 'payment'"
        " AND payment_id IS NULL"
    )
    known: Counter[str] = Counter()
    for row in rows:
        known[row["charge"]] += row["minor"]
    there = moved(world)
    differing = {each: (known.get(each), there.get(each)) for each in known | there if known[each] != there.get(each)}
    assert not differing, f"by charge, in the ledger and at Stripe: {differing}"


async def _every_paid_page_is_booked(world: World) -> None:
    rows = await world.core.database.rows("SELECT session_id, state FROM checkout WHERE session_id IS NOT NULL")
    states = {row["session_id"]: row["state"] for row in rows}
    paid = [each["id"] for each in world.stripe.sessions() if each["payment_status"] == "paid"]
    unheard = {each: states.get(each) for each in paid if states.get(each) != "paid"}
    assert not unheard, f"paid at Stripe, and here: {unheard}"


async def _nothing_outdated_is_open(world: World) -> None:
    """No page can be paid any more for an invoice of which nothing is open."""
    rows = await world.core.database.rows("SELECT number FROM invoice WHERE open_minor = 0")
    done = {row["number"] for row in rows}
    payable = [each for each in world.stripe.sessions() if each["status"] == "open" and _number(each) in done]
    assert not payable, f"still to be paid at Stripe: {payable}"


def _number(session: Json) -> str:
    return str(session["metadata"]["invoice_number"])


async def _bank_lines_once(world: World) -> None:
    """Every line that the bank wrote is here once, and each that was decided is booked once."""
    rows = await world.core.database.rows(
        "SELECT b.state, b.amount_minor, count(p.id) AS payments, coalesce(sum(p.amount_minor), 0)::bigint AS booked"
        " FROM bank_line b LEFT JOIN payment p ON p.object_id = 'bank:' || b.id AND p.kind = 'payment'"
        " GROUP BY b.id"
    )
    assert len(rows) <= len(world.bank_lines), "a line was taken twice"
    for row in rows:
        booked = row["state"] in ("posted", "unapplied")
        assert (row["payments"], row["booked"]) == ((1, row["amount_minor"]) if booked else (0, 0)), row


async def _no_doubts(world: World) -> None:
    rows = await world.core.database.rows("SELECT object_id, note FROM stray_movement WHERE payment_id IS NOT NULL")
    assert not rows, f"entries that are true are doubted: {rows}"


async def _surplus_has_a_task(world: World) -> None:
    rows = await world.core.database.rows(
        "SELECT DISTINCT u.account_id FROM unapplied_cash u JOIN timeline_entry t"
        " ON t.kind IN ('payment.surplus', 'cash.unapplied') AND t.fact->>'payment_id' = u.payment_id::text"
        " WHERE NOT EXISTS (SELECT FROM task k WHERE k.account_id = u.account_id AND k.kind = 'apply cash'"
        " AND k.state = 'open')"
    )
    assert not rows, "unapplied cash that nobody is asked about"
