"""Payments as the operators see them: how things stand with Stripe, and money there that fits no entry of ours."""

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.operations import short_ids
from domain.pay_links.provider_health import ProviderHealth
from domain.pay_links.strays import Stray, StrayList

LINES_SHOWN = 12


def health(found: ProviderHealth) -> Message:
    """Return whether payments can be relied upon, and what to do where they cannot."""
    head = _head(found)
    lines = [f"• *{text.said(each.what, limit=200)}*\n{text.said(each.remedy, limit=300)}" for each in found.problems]
    facts = [
        f"last event: {text.moment(found.last_event_at)}, `{text.foreign(found.last_event_kind, limit=60)}`"
        if found.last_event_at
        else "no event has arrived yet",
        f"list of events read: {text.moment(found.polled_at) if found.polled_at else 'not yet'}",
        f"money compared: {text.moment(found.compared_at) if found.compared_at else 'not yet'}",
        f"bank debit: {found.bank_debit or 'not ordered yet'}",
        f"fits nothing: {found.strays}",
    ]
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


def _head(found: ProviderHealth) -> str:
    if found.problems:
        count = len(found.problems)
        return f"Payments need a look: {count} {'thing stands' if count == 1 else 'things stand'} in the way."
    if found.heard:
        return "Payments are ready: Stripe's events arrive, verified, in our mode and API version."
    return "Payments are set up, and no event has arrived yet. Send a test event from Stripe's dashboard or its CLI."


def listed(found: StrayList) -> Message:
    """Return the money that fits nothing, the newest first, each with what can be decided."""
    if not found.strays:
        sentence = "All money at Stripe is in the ledger; nothing waits for a decision."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    one = found.total == 1
    counted = f"{found.total} {'movement of money is' if one else 'movements of money are'}"
    head = f"{counted} not the same here and at Stripe."
    hint = "On another invoice: `/plixo stray book ID INV`. None of ours: `/plixo stray dismiss ID reason…`"
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
        "What to do",
        action=ids.Action.SHOW_PAYMENTS,
        value=ids.value(),
        label="Show what stands in the way of payments",
    )


def _list_button() -> Block:
    return blocks.button(
        "Look at it", action=ids.Action.LIST_STRAYS, value=ids.value(), label="List money at Stripe that fits no entry"
    )


def _line(stray: Stray) -> tuple[Block, ...]:
    about = f" · {text.foreign(stray.about, limit=80)}" if stray.about else ""
    said = (
        f"`{short_ids.short(stray.id)}`  *{stray.kind.capitalize()} of {stray.amount}*{about}\n"
        f"_{text.foreign(stray.object_id, limit=60)}, {text.moment(stray.happened_at)}: "
        f"{text.said(stray.note, limit=120)}_"
    )
    dismiss = blocks.button(
        "Dismiss…",
        action=ids.Action.DISMISS_STRAY,
        value=ids.value(stray=stray.id),
        label=f"Leave the {stray.kind} of {stray.amount} out of the ledger",
    )
    if stray.entered or stray.invoice_number is None or stray.invoice_id is None:
        return blocks.section(said), blocks.actions(dismiss)
    number = text.plain(stray.invoice_number, limit=40)
    book = blocks.button(
        f"Book on {number}",
        action=ids.Action.BOOK_STRAY,
        value=ids.value(stray=stray.id, invoice_id=stray.invoice_id),
        label=f"Book the {stray.kind} of {stray.amount} on {number}",
        primary=True,
        confirm=Confirmation(
            title="Book this money?",
            question=f"The {stray.kind} of {stray.amount} is entered on {number}.",
            yes="Book it",
        ),
    )
    return blocks.section(said), blocks.actions(book, dismiss)
