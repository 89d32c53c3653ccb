"""Plan queries: a plan as a page or a message shows it, and the requests that wait for a decision."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.commitments import instalments, plans
from domain.commitments.instalments import Standing
from domain.commitments.states import PlanState
from domain.commitments.terms import Frequency
from domain.kernel import sentences
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with all that a person needs to decide about it."""

    plan_id: UUID
    invoice_id: UUID
    invoice_number: str
    account_name: str
    state: PlanState
    covers: Money
    balance: Money
    frequency: Frequency
    reason: str
    note: str
    """What was said with the last decision."""
    source: str
    made_by: str
    decided_by: str | None
    created_at: datetime
    stamp: str
    """Names these very terms; to be handed back with an approval or an acceptance."""
    instalments: tuple[Standing, ...]

    @property
    def paid(self) -> Money:
        """What has come in since the terms were made; never below zero."""
        return max(self.covers - self.balance, Money(0, self.covers.currency))

    @property
    def missed(self) -> bool:
        """Whether it is behind schedule."""
        return any(each.missed for each in self.instalments)


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """One request that waits for a decision."""

    plan_id: UUID
    invoice_id: UUID
    invoice_number: str
    account_name: str
    covers: Money
    parts: int
    first_on: date
    last_on: date
    reason: str
    needs_controller: bool
    since: datetime


async def of_invoice(core: Core, *, invoice_id: UUID) -> PlanView | None:
    """Return the invoice's live plan, else its latest one, or None."""
    row = await core.database.row(
        "SELECT p.*, i.number, i.open_minor, a.name AS account_name FROM plan p JOIN invoice i ON i.id = p.invoice_id"
        " JOIN account a ON a.id = i.account_id WHERE p.invoice_id = %s"
        " ORDER BY p.state = ANY(%s) DESC, p.created_at DESC LIMIT 1",
        (invoice_id, list(plans.LIVE)),
    )
    if row is None:
        return None
    today = local_date(core.clock, core.merchant.zone)
    return _view(row, await instalments.of_plan(core.database, plan_id=row["id"], today=today))


async def waiting(core: Core, *, limit: int = 20) -> tuple[WaitingPlan, ...]:
    """Return the requests that nobody has decided, the oldest first."""
    rows = await core.database.rows(
        "SELECT p.id, p.invoice_id, i.number, a.name AS account_name, p.covers_minor, p.currency, p.reason,"
        " p.created_at, n.* FROM plan p JOIN invoice i ON i.id = p.invoice_id JOIN account a ON a.id = i.account_id"
        " CROSS JOIN LATERAL (SELECT count(*) AS parts, min(due_on) AS first_on, max(due_on) AS last_on"
        " FROM plan_instalment WHERE plan_id = p.id) n"
        " WHERE p.state = 'requested' ORDER BY p.created_at, p.id LIMIT %s",
        (limit,),
    )
    return tuple(_waiting(core, row) for row in rows)


def _waiting(core: Core, row: Row) -> WaitingPlan:
    covers = Money(row["covers_minor"], row["currency"])
    return WaitingPlan(
        plan_id=row["id"],
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        account_name=row["account_name"],
        covers=covers,
        parts=row["parts"],
        first_on=row["first_on"],
        last_on=row["last_on"],
        reason=row["reason"],
        needs_controller=plans.needs_controller(core, covers, row["last_on"]),
        since=row["created_at"],
    )


def _view(row: Row, standings: tuple[Standing, ...]) -> PlanView:
    return PlanView(
        plan_id=row["id"],
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        account_name=row["account_name"],
        state=PlanState(row["state"]),
        covers=Money(row["covers_minor"], row["currency"]),
        balance=Money(row["open_minor"], row["currency"]),
        frequency=Frequency(row["frequency"]),
        reason=row["reason"],
        note=sentences.said(row["note"]),
        source=row["source"],
        made_by=row["made_by"],
        decided_by=row["decided_by"],
        created_at=row["created_at"],
        stamp=plans.stamp_of(row["id"], row["decided_at"] or row["created_at"]),
        instalments=standings,
    )
