"""What operators do in the soak: promises, plans, disputes, holds, drafts, policies, each through its own verb."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.commitments import dispute_endings, disputes, plans, promises
from domain.commitments.dispute_endings import Outcome
from domain.commitments.objections import Filing
from domain.commitments.parties import Source
from domain.commitments.terms import Frequency, Schedule
from domain.deliverability import inbound, suppressions
from domain.kernel.actor import ANYTHING, Actor, ActorKind
from domain.kernel.clock import local_date
from domain.kernel.money import Money
from domain.kernel.transactions import Row
from domain.ledger import credits as credit_notes
from domain.outreach import drafts, gates, holds, nudges, vetoes
from domain.outreach.gates import Holds
from domain.outreach.holds import HoldKind
from domain.policies import policies
from domain.policies.document import Document
from domain.policies.policies import Running
from tests.soak.stage import Stage, an_invoice

_IDS = UUID("5ca1ab1e-0000-4000-8000-000000000000")

ANNA = Actor(ActorKind.PERSON, "Anna", ANYTHING, id=uuid5(_IDS, "Anna"))
BEN = Actor(ActorKind.PERSON, "Ben", ANYTHING, id=uuid5(_IDS, "Ben"))


async def one_of(stage: Stage, rows: Sequence[Row]) -> Row | None:
    """Choose one row, or None of none."""
    return stage.chance.choice(list(rows)) if rows else None


async def found(stage: Stage, sql: str) -> Row | None:
    """Choose one of the rows that a statement finds."""
    return await one_of(stage, await stage.core.database.rows(sql))


async def promise(stage: Stage) -> str | None:
    """Somebody promises all or a part, or takes a promise back."""
    if stage.chance.random() < 0.2:
        running = await found(stage, "SELECT id FROM promise WHERE state = 'running' ORDER BY created_at, id")
        if running is None:
            return None
        await promises.withdraw(stage.core, promise_id=running["id"], reason="they called", actor=ANNA)
        return "promise withdrawn"
    invoice = await an_invoice(stage)
    if invoice is None:
        return None
    part = stage.chance.choice((1.0, 1.0, 0.5, 0.3))
    today = local_date(stage.core.clock, stage.core.merchant.zone)
    await promises.make(
        stage.core,
        invoice_number=invoice["number"],
        amount=Money(max(1, int(invoice["open_minor"] * part)), invoice["currency"]),
        on=today + timedelta(days=stage.chance.randint(1, 15)),
        actor=ANNA,
        source=Source.OPERATOR,
    )
    return "promised"


async def plan(stage: Stage) -> str | None:
    """A plan is asked for, approved, or cancelled."""
    live = await found(stage, "SELECT p.state, i.number FROM plan p JOIN invoice i ON i.id = p.invoice_id"
                              " WHERE p.state IN ('requested', 'running') ORDER BY p.created_at, p.id")  # fmt: skip
    if live is not None and live["state"] == "requested":
        if stage.chance.random() < 0.8:
            await plans.approve(stage.core, invoice_number=live["number"], actor=BEN)
            return "plan approved"
        await plans.reject(stage.core, invoice_number=live["number"], reason="too slow", actor=BEN)
        return "plan rejected"
    if live is not None and stage.chance.random() < 0.15:
        await plans.cancel(stage.core, invoice_number=live["number"], reason="they pay at once", actor=BEN)
        return "plan cancelled"
    invoice = await an_invoice(stage)
    if invoice is None:
        return None
    today = local_date(stage.core.clock, stage.core.merchant.zone)
    wanted = Schedule(today + timedelta(days=stage.chance.randint(1, 7)), stage.chance.randint(2, 4), Frequency.WEEKLY)
    await plans.request(
        stage.core, invoice_number=invoice["number"], wanted=wanted, reason="a lean month", actor=ANNA,
        source=Source.OPERATOR,
    )  # fmt: skip
    return "plan requested"


async def dispute(stage: Stage) -> str | None:
    """An objection is filed, decided or withdrawn; credits are approved by somebody else."""
    waiting = await found(stage, "SELECT id FROM credit WHERE state = 'proposed' ORDER BY created_at, id")
    if waiting is not None:
        await credit_notes.approve(stage.core, credit_id=waiting["id"], actor=BEN)
        return "credit approved"
    live = await found(stage, "SELECT id FROM dispute WHERE state = 'open' ORDER BY created_at, id")
    if live is not None and stage.chance.random() < 0.4:
        how = stage.chance.choice(("rejected", "accepted", "withdrawn"))
        if how == "withdrawn":
            await dispute_endings.withdraw(stage.core, dispute_id=live["id"], actor=ANNA)
        else:
            await dispute_endings.resolve(
                stage.core, dispute_id=live["id"], outcome=Outcome(how), note="looked at", actor=ANNA
            )
        return f"dispute {how}"
    invoice = await an_invoice(stage)
    if invoice is None:
        return None
    part = stage.chance.choice((None, None, 0.4))
    amount = None if part is None else Money(max(1, int(invoice["open_minor"] * part)), invoice["currency"])
    filing = Filing("duplicate", "This was billed twice.", amount=amount, is_test=stage.chance.random() < 0.1)
    await disputes.file(stage.core, invoice_number=invoice["number"], filing=filing, actor=ANNA)
    return "disputed"


async def hold(stage: Stage) -> str | None:
    """A hold is put or lifted, or a customer excluded or taken back."""
    live = await found(stage, "SELECT id FROM hold WHERE state = 'active' ORDER BY created_at, id")
    if live is not None and stage.chance.random() < 0.4:
        await holds.lift(stage.core, hold_id=live["id"], reason="settled", actor=BEN)
        return "hold lifted"
    customer = stage.chance.choice(stage.world.customers)
    if stage.chance.random() < 0.1:
        await holds.exclude(stage.core, account=customer.number, reason="a friend of the house", actor=ANNA)
        return "account excluded"
    away = await found(stage, "SELECT number FROM account WHERE state = 'excluded' ORDER BY number")
    if away is not None and stage.chance.random() < 0.3:
        await holds.include(stage.core, account=away["number"], reason="not any more", actor=ANNA)
        return "account included"
    until = stage.core.clock.now() + timedelta(days=stage.chance.uniform(0.5, 6))
    where: dict[str, Any] = {"account": customer.number}
    if stage.chance.random() < 0.5:
        invoice = await an_invoice(stage)
        if invoice is None:
            return None
        where = {"invoice_number": invoice["number"]}
    kind = stage.chance.choice((HoldKind.PAUSE, HoldKind.REVIEW, HoldKind.LEGAL))
    await holds.put(
        stage.core, kind=kind, reason="a call was agreed", actor=ANNA,
        until=None if stage.chance.random() < 0.2 else until, **where,
    )  # fmt: skip
    return "hold put"


async def desk(stage: Stage) -> str | None:
    """Somebody clears the desk: drafts are approved, rejected or called back, replies are answered."""
    core = stage.core
    for row in await core.database.rows(
        "SELECT id FROM inbound_mail WHERE seen_at IS NULL AND state <> 'stored' ORDER BY received_at, id LIMIT 20"
    ):
        if stage.chance.random() < 0.7:
            await inbound.seen(core, mail_id=str(row["id"]), actor=ANNA)
    waiting = await core.database.rows("SELECT id FROM mailing WHERE state = 'drafted' ORDER BY queued_at, id LIMIT 40")
    if not waiting:
        return None
    ids = [row["id"] for row in waiting]
    if stage.chance.random() < 0.15:
        await drafts.reject(core, mailing_id=stage.chance.choice(ids), reason="we called them", actor=BEN)
        return "draft rejected"
    done = await drafts.approve_many(core, mailing_ids=ids, actor=BEN)
    if done.approved and stage.chance.random() < 0.1:
        await drafts.undo(core, mailing_id=done.approved[0].mailing_id, actor=BEN)
        return "draft called back"
    return "drafts approved"


async def strike(stage: Stage) -> str | None:
    """A step of an invoice is struck out."""
    row = await found(
        stage,
        "SELECT i.number, e.last_position + 1 AS step FROM enrolment e JOIN invoice i ON i.id = e.invoice_id"
        " WHERE e.state = 'running' AND i.state = 'open' ORDER BY i.number",
    )
    if row is None:
        return None
    await vetoes.strike(stage.core, invoice_number=row["number"], step=row["step"], reason="not them", actor=ANNA)
    return "step struck"


async def nudge(stage: Stage) -> str | None:
    """Somebody from Sales nudges."""
    invoice = await an_invoice(stage)
    if invoice is None:
        return None
    await nudges.nudge(stage.core, invoice_number=invoice["number"], actor=ANNA)
    return "nudged"


async def lift(stage: Stage) -> str | None:
    """A suppressed address is let be mailed again."""
    row = await found(stage, "SELECT address FROM suppression WHERE state = 'active' ORDER BY address_key")
    if row is None:
        return None
    await suppressions.lift(stage.core, address=row["address"], reason="they wrote", actor=ANNA)
    return "suppression lifted"


async def gate(stage: Stage) -> str | None:
    """Maintenance begins, and ends by itself or by hand."""
    closed = await found(stage, "SELECT name FROM gate WHERE state = 'closed' AND segment IS NULL")
    if closed is not None:
        await gates.open(stage.core, name=closed["name"], reason="done", actor=BEN)
        return "gate opened"
    await gates.close(
        stage.core,
        name="maintenance",
        holds=stage.chance.choice((Holds.ALL_MAIL, Holds.AUTOPILOT)),
        reason="a new disk",
        actor=ANNA,
        until=stage.core.clock.now() + timedelta(hours=stage.chance.uniform(1, 20)),
    )
    return "gate closed"


async def policy(stage: Stage) -> str | None:
    """A policy is changed: proposed by one person, published by another."""
    waiting = await found(stage, "SELECT version FROM policy WHERE state = 'proposed'")
    if waiting is not None:
        running = stage.chance.choice((Running.FINISH, Running.MOVE))
        await policies.publish(stage.core, version=waiting["version"], running=running, actor=BEN)
        return f"policy published ({running.value})"
    document = a_policy(stage)
    await policies.propose(stage.core, document=document, notes="another try", actor=ANNA)
    return "policy proposed"


def a_policy(stage: Stage) -> Document:
    """Return a policy of three segments, with days and caps that differ from time to time."""
    chance = stage.chance
    shift, cap = chance.randint(-1, 2), chance.choice((4, 6, 9)) * max(1, len(stage.world.customers) // 60)
    return Document.model_validate(
        {
            "segments": [
                {"name": "large", "rule": {"balance": {"from": 8000}}, "cadence": "careful", "mode": "shadow"},
                {"name": "americas", "rule": {"country": ["US", "MX", "CA"]}, "cadence": "brisk",
                 "mode": "autopilot", "daily_cap": cap},
                {"name": "rest", "cadence": "default", "mode": "autopilot"},
            ],
            "cadences": [
                {"name": "careful", "steps": [
                    {"day": 1 + shift, "letter": "reminder-due", "tone": "Formal"},
                    {"day": 8 + shift, "letter": "reminder-overdue", "tone": "Formal"},
                    {"day": 16, "letter": "final-notice", "tone": "Formal"},
                    {"day": 25, "escalate": True}]},
                {"name": "brisk", "steps": [
                    {"day": -4 + shift, "letter": "reminder-due"},
                    {"day": 2, "letter": "reminder-due"},
                    {"day": 6, "letter": "reminder-overdue"},
                    {"day": 11, "letter": "reminder-overdue", "tone": "Confident"},
                    {"day": 18, "letter": "final-notice"},
                    {"day": 24, "escalate": True}]},
                {"name": "default", "steps": [
                    {"day": -3, "letter": "reminder-due"},
                    {"day": 0, "letter": "reminder-due"},
                    {"day": 7 + shift, "letter": "reminder-overdue"},
                    {"day": 14, "letter": "reminder-overdue", "tone": "Confident"},
                    {"day": 21, "escalate": True}]},
            ],
        }
    )  # fmt: skip
