"""A day's reminders before they are sent, each with what would hold it and a way to strike it out."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views import letters, states
from domain.kernel import sentences, speech
from domain.kernel.speech import counted, say, say_as
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
    asked = ", ".join(speech.amount(each) for each in preview.asked) or say_as("what is asked for", "nothing")
    head = counted(
        "{n} reminder on {day}, asking for {sums}",
        "{n} reminders on {day}, asking for {sums}",
        preview.leaving,
        day=day,
        sums=asked,
    )
    where = ""
    if preview.pages > 1:
        where = f" {say('Page {page} of {pages}.', page=preview.page, pages=preview.pages)}"
    whole = say(
        "{head}; {approvals} of them need an approval, {held} are held.",
        head=head,
        approvals=preview.approvals,
        held=preview.held + preview.struck,
    )
    return Message(
        text=f"{whole}{where}",
        blocks=blocks.listing(
            [blocks.section(f"*{head}*\n{_counts(preview)}{where}")],
            map(_line, leaving),
            tail=(
                *_held(held),
                *_pages(preview),
                blocks.context(say("Everything is looked at again right before it is sent: a list, not a promise.")),
            ),
            hint=say("; `/plixo veto INV reason…` strikes out any of them"),
        ),
        replaces=replaces,
    )


def _pages(preview: Preview) -> tuple[Block, ...]:
    """Return the buttons to the pages before and behind, and to what is held, where that is farther away."""
    near = (preview.page - 1, preview.page, preview.page + 1)
    held = preview.first_held if preview.held + preview.struck and preview.first_held not in near else 0
    pages = (
        (say("Back"), ids.Action.PREVIEW_BACK, preview.page - 1, say("The page before")),
        (say("More"), ids.Action.PREVIEW_MORE, preview.page + 1, say("The next page")),
        (say("Held"), ids.Action.PREVIEW_HELD, held, say("What is held or struck out")),
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
        say("Restore"),
        action=ids.Action.UNVETO,
        value=ids.value(invoice_id=invoice_id, step=step),
        label=say("Let it be sent after all"),
    )


def _counts(preview: Preview) -> str:
    said = [
        *([say("{count} need an approval", count=preview.approvals)] if preview.approvals else ()),
        *([say("{count} would be held", count=preview.held)] if preview.held else ()),
        *([say("{count} struck out", count=preview.struck)] if preview.struck else ()),
    ]
    return f"{', '.join(said)}." if said else say("All of them would leave by themselves.")


def _line(line: Line) -> Block:
    number = text.foreign(line.invoice_number)
    whom = ", ".join(text.foreign(each) for each in line.sent_to[:3]) or say_as("to whom", "nobody")
    why = ", ".join(text.said(sentences.said(each), limit=40) for each in line.needs[:4])
    needs = f" · {say('needs a person: {why}', why=why)}" if why else ""
    what = say(
        "{letter} ({tone}) to {whom}",
        letter=states.capital(letters.named(line.letter)),
        tone=_tone(line.tone),
        whom=whom,
    )
    said = f"*{number}*  {text.foreign(line.account_name)}  {speech.amount(line.asks)}\n{what}{needs}"
    if line.step is None:
        return blocks.section(f"{said}\n_{say('No step of a cadence: an instalment or a nudge.')}_")
    veto = blocks.button(
        say("Veto"),
        action=ids.Action.VETO,
        value=ids.value(invoice_id=line.invoice_id, step=line.step),
        label=say(
            "Strike out step {step} of {number}",
            step=str(line.step),
            number=text.plain(line.invoice_number, limit=30),
        ),
        confirm=Confirmation(
            title=say("Strike it out?"),
            question=say(
                "This step of {number} is never sent and counts as done; the next ones go on.",
                number=text.plain(line.invoice_number, limit=60),
            ),
            yes=say("Strike it out"),
        ),
    )
    return blocks.section(said, accessory=veto)


def _tone(tone: str) -> str:
    known = {
        "Formal": say_as("tone of a letter", "Formal"),
        "Neutral": say_as("tone of a letter", "Neutral"),
        "Confident": say_as("tone of a letter", "Confident"),
    }
    return known.get(tone) or text.foreign(tone, limit=20)


def _held(held: Sequence[Line]) -> tuple[Block, ...]:
    lines = [
        f"• {text.foreign(each.invoice_number, limit=40)}: "
        + (
            say("struck out by {who}", who=text.said(sentences.said(each.struck), limit=100))
            if each.struck
            else text.said(sentences.said(each.holds), limit=120)
        )
        for each in held
    ]
    parts = [lines[first : first + HELD_SHOWN] for first in range(0, len(lines), HELD_SHOWN)]
    head = f"*{say('Held')}*\n"
    return tuple(blocks.section(head * (number == 0) + "\n".join(part)) for number, part in enumerate(parts))
