"""A customer as the operators see it: what is owed and since when, what was agreed, whom to write to."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.casework.accounts import Customer, Exposure, OpenInvoice
from domain.ledger.refusals import Named

INVOICES_SHOWN = 8
LINES_SHOWN = 6


def card(customer: Customer) -> Message:
    """Return all that is known of a customer."""
    name = text.foreign(customer.name)
    owed = ", ".join(str(each.total) for each in customer.exposure) or "nothing"
    overdue = ", ".join(str(each.overdue) for each in customer.exposure if each.overdue) or "nothing"
    in_all = f"\nin all {customer.in_all}" if customer.in_all else ""
    return Message(
        text=f"{name}: {owed} open, {overdue} overdue.",
        blocks=blocks.listing(
            [
                blocks.header(text.plain(customer.name)),
                blocks.section(f"*{owed} open*, {overdue} overdue{in_all}\n{_about(customer)}"),
                *(blocks.section(_ages(each)) for each in customer.exposure[:3]),
                blocks.fields(
                    f"*Contacts*\n{_contacts(customer)}",
                    f"*Promises*\n{_adherence(customer)}",
                    f"*Agreed*\n{_lines(customer.agreed, empty='nothing')}",
                    f"*On hold*\n{_lines(customer.holds, empty='nothing')}",
                    f"*Tasks*\n{_lines([f'{each.kind.value}: {each.reason}' for each in customer.tasks])}",
                    f"*Last mails*\n{_lines(customer.mails)}",
                ),
            ],
            map(_invoice, customer.invoices),
            total=len(customer.invoices) + customer.invoices_more,
            hint=" open invoices",
            most=INVOICES_SHOWN,
            tail=[blocks.actions(_add_contact(customer))],
        ),
    )


def choices(found: Sequence[Named], *, asked: str, again: str = "") -> Message:
    """Return the customers among which the reader chooses, who owes most first.

    *again* is the command with ``{}`` where the customer's name stands.
    """
    head = f"Several customers fit {text.foreign(asked)}. Which one?"
    return Message(text=head, blocks=(blocks.section(head), *(_choice(each, again) for each in found)))


def _add_contact(customer: Customer) -> Block:
    return blocks.button(
        "Add a contact…",
        action=ids.Action.ADD_CONTACT,
        value=ids.value(account=customer.account_id),
        label=f"Add a contact of {text.plain(customer.name, limit=50)}",
    )


def _choice(named: Named, again: str) -> Block:
    number = f" ({text.foreign(named.number, limit=40)})" if named.number else ""
    typed = f"\n`/plixo {text.foreign(again.format(named.number or named.id), limit=160)}`" if again else ""
    return blocks.section(
        f"*{text.foreign(named.name)}*{number}\n{named.open_invoices} open{typed}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW_ACCOUNT,
            value=ids.value(account=named.id),
            label=f"Show {text.plain(named.name, limit=50)}",
        ),
    )


def _about(customer: Customer) -> str:
    usual = customer.usual_delay
    words = (
        ("excluded from reminders", customer.excluded),
        (f"number {text.foreign(customer.number or '', limit=40)}", customer.number),
        (customer.country or "", customer.country),
        (f"risk {text.foreign(customer.risk or '', limit=20)}", customer.risk),
        (text.usually(usual or 0), usual is not None),
        (f"owner {text.foreign(customer.owner, limit=40)}", customer.owner),
        (f"in hand: {text.foreign(customer.in_hand, limit=40)}", customer.in_hand),
        (", ".join(text.foreign(each, limit=20) for each in customer.tags[:6]), customer.tags),
    )
    return " · ".join(word for word, holds in words if holds) or "Nothing else is known."


def _ages(exposure: Exposure) -> str:
    buckets = "  ".join(f"{name}: {money}" for name, money in exposure.buckets if money)
    loose = f"\n{exposure.unapplied} received and applied to nothing yet" if exposure.unapplied else ""
    notes = f"\n{exposure.credited} of credit notes applied to nothing yet" if exposure.credited else ""
    return f"*By days past due*\n{buckets or 'nothing open'}{loose}{notes}"


def _contacts(customer: Customer) -> str:
    shown = [
        f"{text.foreign(each.address)}{f' ({each.role})' if each.role != 'billing' else ''}"
        + (f" (suppressed: {text.said(each.suppressed_for, limit=40)})" if each.suppressed_for else "")
        for each in customer.contacts
    ]
    return text.listed(shown, most=LINES_SHOWN, empty="nobody on file")


def _adherence(customer: Customer) -> str:
    kept = customer.adherence
    if kept.share is None:
        return f"{kept.running} running, none judged yet" if kept.running else "none yet"
    partly = f", {kept.partly_kept} partly kept" if kept.partly_kept else ""
    return f"{kept.share:.0%} kept ({kept.kept} kept{partly}, {kept.broken} broken, {kept.running} running)"


def _lines(lines: Sequence[str], *, empty: str = "none") -> str:
    return text.listed([f"• {text.said(each, limit=80)}" for each in lines], most=LINES_SHOWN, empty=empty)


def _invoice(invoice: OpenInvoice) -> Block:
    asked = "" if invoice.chaseable == invoice.balance else f", {invoice.chaseable} of it asked for"
    paused = f"\n_{text.said(invoice.paused, limit=160)}_" if invoice.paused else ""
    return blocks.section(
        f"*{text.foreign(invoice.number)}*  {invoice.balance}{asked}, {text.overdue(invoice.days_past_due)}{paused}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=invoice.invoice_id),
            label=f"Show {text.plain(invoice.number, limit=50)}",
        ),
    )
