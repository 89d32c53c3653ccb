"""Adherence: how far a payer's word can be relied on, by number of promises and by amount.

Counted are promises that were decided: kept, partly kept or broken. A promise moved or withdrawn up to its day is
none of the three, and one whose invoice was closed without money neither; moving it later has it judged first, so
nobody escapes a broken promise by making another. Whether enough money came by the promised day and its grace is
decided by what was applied to the invoice after the promise was made.

- kept, partly kept and broken *by number*: promises in that state / promises decided
- kept, partly kept and broken *by amount*: amounts promised in that state / amounts promised in decided ones
- *received*: what came for them in time / amounts promised in decided ones

Both are stated because they tell different stories: nine small promises kept and a large one broken is a reliable
payer by number and an unreliable one by amount. Collection tools publish shares of kept promises without saying what
they count, so the formulas are this product's own and stand here. Amounts are compared in the base currency by the
merchant's rates; promises in a currency without a rate count by number only.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.commitments import sums
from domain.kernel.core import Core
from domain.kernel.scopes import ALL, Scope
from domain.kernel.transactions import Row

MOST = 500
"""Accounts of one list."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of one state there is."""

    count: int
    amount: Decimal
    """In major units of the base currency."""


@dataclass(frozen=True, slots=True)
class Adherence:
    """Decided promises of a payer, or of all payers."""

    kept: Share
    partly_kept: Share
    broken: Share
    received: Decimal
    """What came in time, in major units of the base currency; at most what was promised."""
    unrated: int
    """Promises that count by number only."""

    @property
    def decided(self) -> int:
        """How many promises fell due."""
        return self.kept.count + self.partly_kept.count + self.broken.count

    @property
    def promised(self) -> Decimal:
        """What was promised in them."""
        return self.kept.amount + self.partly_kept.amount + self.broken.amount

    @property
    def kept_by_count(self) -> Decimal | None:
        """The share of promises kept whole; None when none fell due."""
        return Decimal(self.kept.count) / self.decided if self.decided else None

    @property
    def kept_by_amount(self) -> Decimal | None:
        """The share of what was promised in promises kept whole; None when nothing can be compared."""
        return self.kept.amount / self.promised if self.promised else None

    @property
    def received_share(self) -> Decimal | None:
        """The share of the promised money that came in time; None when nothing can be compared."""
        return self.received / self.promised if self.promised else None


@dataclass(frozen=True, slots=True)
class PayerAdherence:
    """One payer's adherence."""

    account_id: UUID
    account_name: str
    adherence: Adherence


def _sql(group: str) -> str:
    amount, received = (sums.in_base(f"p.{column}", "p.currency") for column in ("amount_minor", "received_minor"))
    states = ", ".join(
        f"count(*) FILTER (WHERE p.state = '{state}') AS {state},"
        f" coalesce(sum({amount}) FILTER (WHERE p.state = '{state}'), 0) AS {state}_amount"
        for state in ("kept", "partly_kept", "broken")
    )
    decided = "p.state IN ('kept', 'partly_kept', 'broken') AND p.judged_at >= %(since)s AND p.judged_at < %(until)s"
    return f"""
    SELECT {group} {states}, coalesce(sum(least({received}, {amount})), 0) AS received,
           count(*) FILTER (WHERE {amount} IS NULL) AS unrated
    FROM promise p JOIN account a ON a.id = p.account_id
    WHERE {decided} AND (%(account)s::uuid IS NULL OR p.account_id = %(account)s)"""


_OVERALL = _sql("") + "{mine}"
_PAYERS = (
    f"SELECT * FROM ({_sql('a.id, a.name,')} GROUP BY a.id, a.name) each"
    " ORDER BY partly_kept_amount + broken_amount DESC, name, id LIMIT %(limit)s"
)


async def overall(
    core: Core,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    account_id: UUID | None = None,
    scope: Scope = ALL,
) -> Adherence:
    """Return the adherence of all payers, or of some, over the promises decided from *since* to before *until*."""
    statement = _OVERALL.format(mine=scope.of("p.account_id"))
    row = await core.database.row(statement, {**_parameters(core, since, until, account_id), **scope.values})
    assert row is not None, "an aggregate has one row"
    return _adherence(row)


async def by_payer(
    core: Core, *, since: datetime | None = None, until: datetime | None = None, limit: int = MOST
) -> tuple[PayerAdherence, ...]:
    """Return the adherence of each payer with decided promises; who let most money down comes first."""
    rows = await core.database.rows(_PAYERS, _parameters(core, since, until, None) | {"limit": min(limit, MOST)})
    return tuple(PayerAdherence(row["id"], row["name"], _adherence(row)) for row in rows)


def _parameters(
    core: Core, since: datetime | None, until: datetime | None, account_id: UUID | None
) -> dict[str, object]:
    return {
        "since": since or "-infinity",
        "until": until or "infinity",
        "account": account_id,
        **sums.base_parameters(core),
    }


def _adherence(row: Row) -> Adherence:
    kept, partly, broken = (
        Share(int(row[state]), Decimal(row[f"{state}_amount"])) for state in ("kept", "partly_kept", "broken")
    )
    return Adherence(kept, partly, broken, received=Decimal(row["received"]), unrated=int(row["unrated"]))
