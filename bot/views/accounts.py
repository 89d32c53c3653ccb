"""A customer as the operators see it: what is owed and since when, what was agreed, whom to write to."""

from collections.abc import Iterable, Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.casework.accounts import Customer, Exposure, OpenInvoice, ShownContact
from domain.casework.task_lists import TaskLine
from domain.kernel import sentences
from domain.kernel.money import Money
from domain.kernel.speech import amount, say, say_as
from domain.ledger.contacts import ContactRole
from domain.ledger.refusals import Named
from domain.ledger.words import bucket, contact_role

INVOICES_SHOWN = 8
LINES_SHOWN = 6


def card(customer: Customer) -> Message:
    """Return all that is known of a customer."""
    name = text.foreign(customer.name)
    owed = _sums(each.total for each in customer.exposure)
    overdue = _sums(each.overdue for each in customer.exposure if each.overdue)
    lines = [
        say("*{owed} open*, {overdue} overdue", owed=owed, overdue=overdue),
        *([say("in all {sum}", sum=customer.in_all)] if customer.in_all else ()),
        _about(customer),
    ]
    return Message(
        text=say("{name}: {owed} open, {overdue} overdue.", name=name, owed=owed, overdue=overdue),
        blocks=blocks.listing(
            [
                blocks.header(text.plain(customer.name)),
                blocks.section("\n".join(lines)),
                *(blocks.section(_ages(each)) for each in customer.exposure[:3]),
                blocks.fields(
                    say("*Contacts*") + f"\n{_contacts(customer)}",
                    say("*Promises*") + f"\n{_adherence(customer)}",
                    say("*Agreed*") + f"\n{_lines(customer.agreed)}",
                    say("*On hold*") + f"\n{_lines(customer.holds)}",
                    say("*Tasks*") + f"\n{_lines([_task(each) for each in customer.tasks])}",
                    say("*Last mails*") + f"\n{_lines(customer.mails)}",
                ),
            ],
            map(_invoice, customer.invoices),
            total=len(customer.invoices) + customer.invoices_more,
            hint=" " + say("open invoices"),
            most=INVOICES_SHOWN,
            tail=[blocks.actions(_add_contact(customer))],
        ),
    )


def choices(found: Sequence[Named], *, asked: str, again: str = "") -> Message:
    """Return the customers among which the reader chooses, who owes most first.

    *again* is the command with ``{}`` where the customer's name stands.
    """
    head = say("Several customers fit {asked}. Which one?", asked=text.foreign(asked))
    return Message(text=head, blocks=(blocks.section(head), *(_choice(each, again) for each in found)))


def _add_contact(customer: Customer) -> Block:
    return blocks.button(
        say("Add a contact…"),
        action=ids.Action.ADD_CONTACT,
        value=ids.value(account=customer.account_id),
        label=say("Add a contact of {name}", name=text.plain(customer.name, limit=50)),
    )


def _choice(named: Named, again: str) -> Block:
    number = f" ({text.foreign(named.number, limit=40)})" if named.number else ""
    open_now = say("{n} open", n=named.open_invoices)
    typed = f"\n`/plixo {text.foreign(again.format(named.number or named.id), limit=160)}`" if again else ""
    return blocks.section(
        f"*{text.foreign(named.name)}*{number}\n{open_now}{typed}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW_ACCOUNT,
            value=ids.value(account=named.id),
            label=say("Show {name}", name=text.plain(named.name, limit=50)),
        ),
    )


def _about(customer: Customer) -> str:
    usual = customer.usual_delay
    words = (
        (say("excluded from reminders"), customer.excluded),
        (say("number {number}", number=text.foreign(customer.number or "", limit=40)), customer.number),
        (customer.country or "", customer.country),
        (say("risk {risk}", risk=text.foreign(customer.risk or "", limit=20)), customer.risk),
        (text.usually(usual or 0), usual is not None),
        (say("owner {name}", name=text.foreign(customer.owner, limit=40)), customer.owner),
        (say("in hand: {name}", name=text.foreign(customer.in_hand, limit=40)), customer.in_hand),
        (", ".join(text.foreign(each, limit=20) for each in customer.tags[:6]), customer.tags),
    )
    known = " · ".join(word for word, holds in words if holds)
    return known[:1].upper() + known[1:] or say("Nothing else is known.")


def _ages(exposure: Exposure) -> str:
    buckets = "  ".join(f"{bucket(name)}: {amount(money)}" for name, money in exposure.buckets if money)
    loose, notes = exposure.unapplied, exposure.credited
    lines = (
        say("*By days past due*"),
        buckets or say("nothing open"),
        *([say("{amount} received and applied to nothing yet", amount=loose)] if loose else ()),
        *([say("{amount} of credit notes applied to nothing yet", amount=notes)] if notes else ()),
    )
    return "\n".join(lines)


def _contacts(customer: Customer) -> str:
    return text.listed([_contact(each) for each in customer.contacts], most=LINES_SHOWN, empty=say("nobody on file"))


def _contact(contact: ShownContact) -> str:
    address = text.foreign(contact.address)
    if contact.role != ContactRole.BILLING:
        address = f"{address} ({contact_role(contact.role)})"
    if not contact.suppressed_for:
        return address
    why = text.said(say(contact.suppressed_for), limit=40)
    return say("{address} (suppressed: {why})", address=address, why=why)


def _adherence(customer: Customer) -> str:
    held = customer.adherence
    if held.share is None:
        return say("{n} running, none judged yet", n=held.running) if held.running else say("none yet")
    parts = (
        say("{n} kept", n=held.kept),
        *([say("{n} partly kept", n=held.partly_kept)] if held.partly_kept else ()),
        say("{n} broken", n=held.broken),
        say("{n} running", n=held.running),
    )
    return say("{percent} kept ({parts})", percent=f"{held.share:.0%}", parts=", ".join(parts))


def _sums(amounts: Iterable[Money]) -> str:
    return ", ".join(amount(each) for each in amounts) or say_as("a sum", "nothing")


def _task(task: TaskLine) -> str:
    return f"{say(task.kind.value)}: {sentences.said(task.reason)}"


def _lines(lines: Sequence[str]) -> str:
    shown = [f"• {text.said(each, limit=80)}" for each in lines]
    return text.listed(shown, most=LINES_SHOWN, empty=say_as("a list", "nothing"))


def _invoice(invoice: OpenInvoice) -> Block:
    overdue = text.overdue(invoice.days_past_due)
    stands = (
        f"{amount(invoice.balance)}, {overdue}"
        if invoice.chaseable == invoice.balance
        else say(
            "{balance}, {asked} of it asked for, {overdue}",
            balance=invoice.balance,
            asked=invoice.chaseable,
            overdue=overdue,
        )
    )
    paused = f"\n_{text.said(invoice.paused, limit=160)}_" if invoice.paused else ""
    return blocks.section(
        f"*{text.foreign(invoice.number)}*  {stands}{paused}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=invoice.invoice_id),
            label=say("Show {number}", number=text.plain(invoice.number, limit=50)),
        ),
    )
