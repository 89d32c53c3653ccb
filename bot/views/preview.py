"""A day's reminders before they are sent, each with what would hold it and a way to strike it out."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.outreach.preview import Preview
from domain.outreach.preview_lines import Line

PAGE = 20
"""Lines of one message: with a button and its question each, more would not fit into it."""

HELD_SHOWN = 8
"""Held lines in one paragraph."""


def page(preview: Preview, *, replaces: bool = False) -> Message:
    """Return what would be sent on a day, most of it with a button to strike it out."""
    day = text.day(preview.day)
    leaving = [each for each in preview.lines if not each.holds and not each.struck]
    held = [each for each in preview.lines if each.holds or each.struck]
    asked = ", ".join(str(each) for each in preview.asked) or "nothing"
    head = f"{preview.leaving} {'reminder' if preview.leaving == 1 else 'reminders'} on {day}, asking for {asked}"
    where = f" Page {preview.page} of {preview.pages}." if preview.pages > 1 else ""
    return Message(
        text=f"{head}; {preview.approvals} of them need an approval, {preview.held + preview.struck} are held.{where}",
        blocks=blocks.listing(
            [blocks.section(f"*{head}*\n{_counts(preview)}{where}")],
            map(_line, leaving),
            tail=(
                *_held(held),
                *_pages(preview),
                blocks.context("Everything is looked at again right before it is sent: a list, not a promise."),
            ),
            hint="; `/plixo veto INV reason…` strikes out any of them",
        ),
        replaces=replaces,
    )


def _pages(preview: Preview) -> tuple[Block, ...]:
    """Return the buttons to the pages before and behind, and to what is held, where that is farther away."""
    near = (preview.page - 1, preview.page, preview.page + 1)
    held = preview.first_held if preview.held + preview.struck and preview.first_held not in near else 0
    pages = (
        ("Back", ids.Action.PREVIEW_BACK, preview.page - 1, "The page before"),
        ("More", ids.Action.PREVIEW_MORE, preview.page + 1, "The next page"),
        ("Held", ids.Action.PREVIEW_HELD, held, "What is held or struck out"),
    )
    buttons = [
        blocks.button(name, action=action, value=ids.value(on=preview.day, page=number), label=label)
        for name, action, number, label in pages
        if 1 <= number <= preview.pages
    ]
    return (blocks.actions(*buttons),) if buttons else ()


def restore(invoice_id: UUID, step: int) -> Block:
    """Return the button that takes a veto back."""
    return blocks.button(
        "Restore",
        action=ids.Action.UNVETO,
        value=ids.value(invoice_id=invoice_id, step=step),
        label="Let it be sent after all",
    )


def _counts(preview: Preview) -> str:
    words = (
        (preview.approvals, "need an approval"),
        (preview.held, "would be held"),
        (preview.struck, "struck out"),
    )
    said = ", ".join(f"{count} {word}" for count, word in words if count)
    return f"{said}." if said else "All of them would leave by themselves."


def _line(line: Line) -> Block:
    number = text.foreign(line.invoice_number)
    whom = ", ".join(text.foreign(each) for each in line.sent_to[:3]) or "nobody"
    needs = (
        f" · needs a person: {', '.join(text.said(each, limit=40) for each in line.needs[:4])}" if line.needs else ""
    )
    said = (
        f"*{number}*  {text.foreign(line.account_name)}  {line.asks}\n"
        f"{line.letter.replace('-', ' ').capitalize()} ({text.foreign(line.tone, limit=20)}) to {whom}{needs}"
    )
    if line.step is None:
        return blocks.section(f"{said}\n_No step of a cadence: an instalment or a nudge._")
    veto = blocks.button(
        "Veto",
        action=ids.Action.VETO,
        value=ids.value(invoice_id=line.invoice_id, step=line.step),
        label=f"Strike out step {line.step} of {text.plain(line.invoice_number, limit=30)}",
        confirm=Confirmation(
            title="Strike it out?",
            question=f"This step of {text.plain(line.invoice_number, limit=60)} is never sent and counts as done; the"
            " next ones go on.",
            yes="Strike it out",
        ),
    )
    return blocks.section(said, accessory=veto)


def _held(held: Sequence[Line]) -> tuple[Block, ...]:
    lines = [
        f"• {text.foreign(each.invoice_number, limit=40)}: "
        + (f"struck out by {text.said(each.struck, limit=100)}" if each.struck else text.said(each.holds, limit=120))
        for each in held
    ]
    parts = [lines[first : first + HELD_SHOWN] for first in range(0, len(lines), HELD_SHOWN)]
    return tuple(blocks.section("*Held*\n" * (number == 0) + "\n".join(part)) for number, part in enumerate(parts))
