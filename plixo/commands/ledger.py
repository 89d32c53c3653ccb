"""`plixo ledger …`, `plixo place …`, `plixo writeoff …`, `plixo credit-note …`: what people write on balances."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import typer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import audit, credit_notes, placing, sums, unapplied, write_off_records, write_offs
from domain.ledger.audit import Audit
from domain.ledger.entry_events import CashPlaced, CreditNoteApplied, WriteOffProposed
from domain.ledger.unapplied import LoosePage
from plixo import shell
from plixo.commands.moments import Number, Reason, amount, listed, told

ledger_app = typer.Typer(
    no_args_is_help=True, help="Balances: what they are made of, notes on unapplied cash, and the audit."
)
write_off_app = typer.Typer(no_args_is_help=True, help="What will not come; given up by two people.")
credit_note_app = typer.Typer(no_args_is_help=True, help="Credit notes, and the invoices that they are applied to.")

Payment = Annotated[UUID, typer.Argument(help="The payment's id, as `plixo unapplied` shows it.")]
WriteOff = Annotated[UUID, typer.Argument(help="The write-off's id, as `plixo writeoff list` shows it.")]
CreditNote = Annotated[str, typer.Argument(metavar="CREDIT_NOTE", help="Number of the credit note.")]
Typed = Annotated[str | None, typer.Option("--amount", help="Such as 25.00; without it as much as there is.")]
Note = Annotated[str, typer.Option(help="Why, as people read it later; needed on another customer's invoice.")]


@ledger_app.command("audit")
def run_audit(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Compare every balance with its entries now; changes nothing. Exit code 1 when one differs."""
    found = shell.run(audit.run)
    listed(found, _audited(found), as_json=as_json, empty="")
    if found.differing:
        raise typer.Exit(1)


@ledger_app.command("entries")
def show_entries(number: Number, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show what the balance of an invoice is made of."""
    found = shell.run(lambda core: unapplied.entries(core, invoice_number=number, actor=SHELL, limit=100))
    lines = [f"{found.invoice_number}: {found.balance} of {found.total} open ({found.state.replace('_', ' ')})"]
    lines += [f"{each.id}  {-each.amount}  {each.what}  {each.at:%Y-%m-%d %H:%M}  {each.note}" for each in found.lines]
    listed(found, lines, as_json=as_json, empty="")


def show_unapplied(
    text: Annotated[str, typer.Argument(help="Customer, amount, reference, or an age such as '>30d'.")] = "",
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show money that is applied to no invoice, the oldest first."""

    async def found(core: Core) -> tuple[LoosePage, str]:
        page = await unapplied.unapplied(core, actor=SHELL, text=text, limit=100)
        return page, sums.spelt(core, page.totals)

    page, totals = shell.run(found)
    lines = [
        f"{each.payment_id}  {each.unapplied} of {each.received}  {each.account_name}  {each.method}, {each.reference},"
        f" for {each.days} days  {each.note}"
        for each in page.lines
    ]
    listed(page, [*lines, f"{page.found} in all: {totals}"] if lines else [], as_json=as_json, empty="none")


def place(payment: Payment, number: Number, typed: Typed = None, note: Note = "") -> None:
    """Put unapplied cash on an invoice."""

    async def placed(core: Core) -> CashPlaced:
        money = await amount(core, typed, invoice_number=number) if typed is not None else None
        return await placing.place(
            core, payment_id=payment, invoice_number=number, amount=money, note=note, actor=SHELL
        )

    told(placed)


def unplace(
    entry: Annotated[UUID, typer.Argument(help="The entry's id, as `plixo ledger entries` shows it.")], reason: Reason
) -> None:
    """Take a payment or credit note off its invoice again."""
    told(lambda core: placing.take_back(core, allocation_id=entry, reason=reason, actor=SHELL))


@ledger_app.command("note")
def annotate(payment: Payment, text: Annotated[str, typer.Argument(help="What is known about the money.")]) -> None:
    """Note what is known about unapplied cash."""
    told(lambda core: placing.annotate(core, payment_id=payment, text=text, actor=SHELL))


@write_off_app.command("list")
def list_write_offs(as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show the write-offs and voids that wait for a decision."""
    waiting = shell.run(write_off_records.waiting)
    listed(
        waiting,
        (
            f"{each.write_off_id}  {each.of}  {each.invoice_number}  {each.amount} of {each.balance}"
            f"  by {each.proposed_by}: {each.reason}"
            for each in waiting
        ),
        as_json=as_json,
        empty="none waits for a decision",
    )


@write_off_app.command("propose")
def propose_write_off(number: Number, reason: Reason, typed: Typed = None) -> None:
    """Propose to give up a part of an invoice, or all that is open."""

    async def proposed(core: Core) -> WriteOffProposed:
        money = await amount(core, typed, invoice_number=number) if typed is not None else None
        return await write_offs.propose(core, invoice_number=number, amount=money, reason=reason, actor=SHELL)

    told(proposed)


@write_off_app.command("approve")
def approve_write_off(write_off: WriteOff) -> None:
    """Approve a write-off or void; the balance falls at once."""
    told(lambda core: write_offs.approve(core, write_off_id=write_off, actor=SHELL))


@write_off_app.command("reject")
def reject_write_off(write_off: WriteOff, reason: Reason) -> None:
    """Decline a write-off or void."""
    told(lambda core: write_offs.reject(core, write_off_id=write_off, reason=reason, actor=SHELL))


@write_off_app.command("reverse")
def reverse_write_off(write_off: WriteOff, reason: Reason) -> None:
    """Collect again what was given up."""
    told(lambda core: write_offs.reverse(core, write_off_id=write_off, reason=reason, actor=SHELL))


def void(number: Number, reason: Reason) -> None:
    """Propose that an invoice is owed no more; a second person approves it with `plixo writeoff approve`."""
    told(lambda core: write_offs.propose_void(core, invoice_number=number, reason=reason, actor=SHELL))


@credit_note_app.command("list")
def list_credit_notes(
    text: Annotated[str, typer.Argument(help="A part of the number or of the customer's name.")] = "",
    as_json: Annotated[bool, shell.JSON] = False,
) -> None:
    """Show the credit notes of which something is left, the oldest first."""
    notes, found = shell.run(lambda core: credit_notes.listed(core, actor=SHELL, text=text, limit=100))
    lines = [
        f"{each.number}  {each.account_name}  {each.left} of {each.total} left"
        f"{f', names {each.names}' if each.names else ''}  {each.reason}"
        for each in notes
    ]
    listed(notes, [*lines, f"{found} in all"] if lines else [], as_json=as_json, empty="none")


@credit_note_app.command("show")
def show_credit_note(credit_note: CreditNote, as_json: Annotated[bool, shell.JSON] = False) -> None:
    """Show a credit note and the invoices that it may be applied to, the oldest first."""
    found = shell.run(lambda core: credit_notes.shown(core, number=credit_note, actor=SHELL))
    lines = [f"{found.number}  {found.account_name}  {found.left} of {found.total} left  {found.reason}"]
    lines += [
        f"  {each.invoice_number}  {each.amount} of {each.balance}, due {each.due_on}" for each in found.suggested
    ]
    listed(found, lines, as_json=as_json, empty="")


@credit_note_app.command("apply")
def apply_credit_note(
    credit_note: CreditNote,
    number: Annotated[str | None, typer.Argument(help="Invoice number; without it the one that is named.")] = None,
    typed: Typed = None,
    oldest: Annotated[bool, typer.Option("--oldest", help="Spread it over the oldest invoices.")] = False,
    note: Note = "",
) -> None:
    """Apply a credit note to the invoice that it names, to another one, or to the oldest."""

    async def applied(core: Core) -> tuple[CreditNoteApplied, ...]:
        if oldest:
            return await credit_notes.apply_oldest(core, number=credit_note, actor=SHELL)
        money = await amount(core, typed, invoice_number=number) if typed is not None and number is not None else None
        event = await credit_notes.apply(
            core, number=credit_note, invoice_number=number, amount=money, note=note, actor=SHELL
        )
        return (event,)

    for event in shell.run(applied):
        typer.echo(f"{event.invoice_number}: {event.told()}")


@credit_note_app.command("void")
def void_credit_note(credit_note: CreditNote, reason: Reason) -> None:
    """Make a credit note good for nothing."""
    told(lambda core: credit_notes.void(core, number=credit_note, reason=reason, actor=SHELL))


def _audited(found: Audit) -> Iterator[str]:
    yield (
        f"{found.invoices:,} invoices, {found.payments:,} payments and {found.credit_notes:,} credit notes compared"
        f" in {found.seconds:.2f} s"
    )
    for flow in found.flows:
        beyond = f", {flow.overdrawn} went back beyond payments" if flow.overdrawn else ""
        yield f"received {flow.received} = applied {flow.applied} + unapplied {flow.unapplied}{beyond}"
    for each in found.differences:
        yield f"DIFFERS  {each}"
    yield f"{found.differing} differ" if found.differing else "every balance agrees with its entries"
