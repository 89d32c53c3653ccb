"""Payments as the operators see them: how things stand with Stripe, and money there that fits no entry of ours."""

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views.states import capital
from domain.kernel import sentences
from domain.kernel.speech import amount, counted, say
from domain.operations import short_ids
from domain.pay_links.provider_health import ProviderHealth
from domain.pay_links.strays import Stray, StrayList

LINES_SHOWN = 12


def health(found: ProviderHealth) -> Message:
    """Return whether payments can be relied upon, and what to do where they cannot."""
    head = _head(found)
    lines = [f"• *{text.said(each.what, limit=200)}*\n{text.said(each.remedy, limit=300)}" for each in found.problems]
    facts = [_heard(found), _polled(found), _compared(found), _debit(found), say("fits nothing: {n}", n=found.strays)]
    strays = (_list_button(),) if found.strays else ()
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(blocks.section, lines),
            tail=[blocks.context(" · ".join(facts)), *([blocks.actions(*strays)] if strays else ())],
            most=LINES_SHOWN,
        ),
    )


def _heard(found: ProviderHealth) -> str:
    if not found.last_event_at:
        return say("no event has arrived yet")
    kind = text.foreign(found.last_event_kind, limit=60)
    return say("last event: {when}, `{kind}`", when=text.moment(found.last_event_at), kind=kind)


def _polled(found: ProviderHealth) -> str:
    if not found.polled_at:
        return say("list of events read: not yet")
    return say("list of events read: {when}", when=text.moment(found.polled_at))


def _compared(found: ProviderHealth) -> str:
    if not found.compared_at:
        return say("money compared: not yet")
    return say("money compared: {when}", when=text.moment(found.compared_at))


def _debit(found: ProviderHealth) -> str:
    match found.bank_debit:
        case "offered":
            return say("bank debit: offered")
        case "not offered":
            return say("bank debit: not offered")
        case _:
            return say("bank debit: not ordered yet")


def _head(found: ProviderHealth) -> str:
    if found.problems:
        return counted(
            "Payments need a look: {n} thing stands in the way.",
            "Payments need a look: {n} things stand in the way.",
            len(found.problems),
        )
    if found.heard:
        return say("Payments are ready: Stripe's events arrive, verified, in our mode and API version.")
    return say(
        "Payments are set up, and no event has arrived yet. Send a test event from Stripe's dashboard or its CLI."
    )


def listed(found: StrayList) -> Message:
    """Return the money that fits nothing, the newest first, each with what can be decided."""
    if not found.strays:
        sentence = say("All money at Stripe is in the ledger; nothing waits for a decision.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} movement of money is not the same here and at Stripe.",
        "{n} movements of money are not the same here and at Stripe.",
        found.total,
    )
    hint = say("On another invoice: `/plixo stray book ID INV`. None of ours: `/plixo stray dismiss ID reason…`")
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(_line, found.strays),
            total=found.total,
            tail=[blocks.context(hint)],
            most=LINES_SHOWN,
        ),
    )


def list_strays() -> Block:
    """Return the button below the news of such money."""
    return _list_button()


def show_health() -> Block:
    """Return the button below the news of a problem."""
    return blocks.button(
        say("What to do"),
        action=ids.Action.SHOW_PAYMENTS,
        value=ids.value(),
        label=say("Show what stands in the way of payments"),
    )


def _list_button() -> Block:
    return blocks.button(
        say("Look at it"),
        action=ids.Action.LIST_STRAYS,
        value=ids.value(),
        label=say("List money at Stripe that fits no entry"),
    )


def _line(stray: Stray) -> tuple[Block, ...]:
    about = f" · {text.foreign(stray.about, limit=80)}" if stray.about else ""
    what = _what(stray)
    said = (
        f"`{short_ids.short(stray.id)}`  *{capital(what)}*{about}\n"
        f"_{text.foreign(stray.object_id, limit=60)}, {text.moment(stray.happened_at)}: "
        f"{text.said(sentences.said(stray.note), limit=120)}_"
    )
    dismiss = blocks.button(
        say("Dismiss…"),
        action=ids.Action.DISMISS_STRAY,
        value=ids.value(stray=stray.id),
        label=say("Leave it out of the ledger: {money}", money=what),
    )
    if stray.entered or stray.invoice_number is None or stray.invoice_id is None:
        return blocks.section(said), blocks.actions(dismiss)
    number = text.plain(stray.invoice_number, limit=40)
    book = blocks.button(
        say("Book on {invoice}", invoice=number),
        action=ids.Action.BOOK_STRAY,
        value=ids.value(stray=stray.id, invoice_id=stray.invoice_id),
        label=say("Book on {invoice}: {money}", invoice=number, money=what),
        primary=True,
        confirm=Confirmation(
            title=say("Book this money?"),
            question=say("This is entered on {invoice}: {money}.", invoice=number, money=what),
            yes=say("Book it"),
        ),
    )
    return blocks.section(said), blocks.actions(book, dismiss)


def _what(stray: Stray) -> str:
    """Return what the money is, and how much."""
    match stray.kind:
        case "payment":
            return say("payment of {amount}", amount=stray.amount)
        case "refund":
            return say("refund of {amount}", amount=stray.amount)
        case "chargeback":
            return say("chargeback of {amount}", amount=stray.amount)
        case "reinstated":
            return say("won chargeback of {amount}", amount=stray.amount)
        case kind:
            return f"{kind} {amount(stray.amount)}"
