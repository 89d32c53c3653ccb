"""Customers that may be one, as the operators see them."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.kernel.sentences import all_said
from domain.kernel.speech import counted, say
from domain.ledger.twins import Side, Twin
from domain.operations import short_ids

PAIRS_SHOWN = 15


def listed(found: Sequence[Twin], *, count: int) -> Message:
    """Return the pairs that wait, the most alike first, each with what can be decided."""
    if not found:
        sentence = say("No two customers seem to be the same.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} pair of customers may be the same", "{n} pairs of customers may be the same", count)
    hint = say("A merger is not undone: check both before. A pair that is not the same is never proposed again.")
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*"), blocks.context(hint)], map(_pair, found), total=count, most=PAIRS_SHOWN
        ),
    )


def _pair(twin: Twin) -> tuple[Block, Block]:
    kept, other = (text.plain(side.name, limit=40) for side in (twin.kept, twin.other))
    value = ids.value(twin=twin.twin_id)
    merge = blocks.button(
        say("Merge"),
        action=ids.Action.MERGE_TWINS,
        value=value,
        label=say("Merge {other} into {kept}", other=other, kept=kept),
        primary=True,
        confirm=Confirmation(
            title=say("Merge these customers?"),
            question=say(
                "Everything of {other} becomes {kept}'s: invoices, payments, contacts, promises. This is not undone.",
                other=other,
                kept=kept,
            ),
            yes=say("Merge"),
        ),
    )
    dismiss = blocks.button(
        say("Not the same"),
        action=ids.Action.DISMISS_TWINS,
        value=value,
        label=say("{kept} and {other} are two customers", kept=kept, other=other),
    )
    said = (
        f"`{short_ids.short(twin.twin_id)}`  *{twin.likeness} %*\n{_side(twin.kept)}  ←  {_side(twin.other)}\n"
        f"_{text.said('; '.join(all_said(twin.evidence)), limit=300)}_"
    )
    return blocks.section(said), blocks.actions(merge, dismiss)


def _side(side: Side) -> str:
    name = f"*{text.foreign(side.name, limit=80)}*"
    named = f"{name} ({text.foreign(side.number, limit=40)})" if side.number else name
    return counted("{customer}, {n} open", "{customer}, {n} open", side.open_invoices, customer=named)
