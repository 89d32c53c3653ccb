"""What holds mail back as a whole."""

from collections.abc import Sequence

from bot import blocks, ids, inputs, text
from bot.audience import FULL, Audience
from bot.blocks import Message
from bot.inputs import Option
from bot.modals import Modal
from domain.kernel import sentences, speech
from domain.kernel.speech import counted, phrase, say, say_as
from domain.operations.maintenance import Board, Impact
from domain.outreach.gates import LONGEST_REASON, GateShown, Holds

TERMS: tuple[tuple[str, int], ...] = ((phrase("1 hour"), 1), (phrase("4 hours"), 4), (phrase("1 day"), 24))
"""How long the form lets maintenance last, by how it is called, in hours; in words any end may be said."""


def listed(gates: Sequence[GateShown]) -> Message:
    """Return the closed gates."""
    if not gates:
        sentence = say("No gate is closed: mail leaves as usual.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} gate holds mail back.", "{n} gates hold mail back.", len(gates))
    lines = text.listed([f"• {_line(each)}" for each in gates], most=8)
    return Message(text=head, blocks=(blocks.section(f"*{head}*"), blocks.section(lines)))


def held(holds: str) -> str:
    """Return what a gate keeps back, in words."""
    match holds:
        case Holds.ALL_MAIL:
            return say_as("what a gate holds back", "all mail")
        case Holds.ASKING:
            return say("mail that asks to pay")
        case Holds.AUTOPILOT:
            return say_as("what a gate holds back", "autopilot")
        case _:
            return text.foreign(holds, limit=40)


def _line(gate: GateShown) -> str:
    name = f"*{text.foreign(say(gate.name), limit=40)}*"
    if gate.segment:
        name = f"{name}, {say('segment {segment}', segment=text.foreign(gate.segment, limit=60))}"
    why = f"{text.said(sentences.said(gate.reason), limit=120)} ({text.foreign(gate.made_by, limit=40)})"
    about = {"gate": name, "mail": held(gate.holds), "why": why}
    if gate.until:
        return say("{gate} holds {mail} until {moment}: {why}", moment=text.moment(gate.until), **about)
    return say("{gate} holds {mail} until somebody opens it: {why}", **about)


def waiting(found: Impact) -> str:
    """Return what would wait until the end as one sentence."""
    sums = ", ".join(speech.amount(each) for each in found.sums) or say("nothing open")
    mails = counted("{n} mail is queued", "{n} mails are queued", found.mails)
    due = counted("{n} reminder falls due", "{n} reminders fall due", found.reminders)
    return say("Until then {mails} and {due}, over {sums}.", mails=mails, due=due, sums=sums)


def impact(found: Impact) -> Message:
    """Return what maintenance would hold back and turn away, were it switched on now."""
    slots = ", ".join(f"{name} {speech.number(count)}×" for name, count in found.slots)
    lines = [
        f"• {waiting(found)}",
        "• " + say("Runs of crons whose mail would wait: {slots}.", slots=slots),
        "• "
        + counted(
            "{n} payer began a visit within the last half hour; {checkouts} payment pages of Stripe are open.",
            "{n} payers began a visit within the last half hour; {checkouts} payment pages of Stripe are open.",
            found.sessions,
            checkouts=found.checkouts,
        ),
        "• " + say("Webhooks and inbound mail are taken all the same."),
    ]
    head = say("Maintenance until {at} would hold back:", at=text.moment(found.until))
    return Message(
        text=f"{head} {waiting(found)}", blocks=(blocks.section(f"*{head}*"), blocks.section("\n".join(lines)))
    )


def on_form(now: Impact) -> Modal:
    """Return the form in which somebody begins maintenance, with what it would hold back in the first hour."""
    terms = [Option(say(called), str(hours)) for called, hours in TERMS]
    why = say("Whoever wonders reads it.")
    return Modal(
        title=say("Begin maintenance"),
        form=ids.FormId.BEGIN_MAINTENANCE,
        submit=say("Begin"),
        blocks=(
            *impact(now).blocks,
            inputs.radio("hours", say("For how long"), terms, initial=terms[0].value),
            inputs.text("reason", say("Why"), lines=True, most=LONGEST_REASON, hint=why),
            blocks.context(say("The payers' pages are closed meanwhile. It ends by itself.")),
        ),
    )


def seen(shown: Board) -> str:
    """Return by which a button tells whether maintenance is what it was when it was shown."""
    return f"{shown.gate_id.hex} {shown.until.isoformat() if shown.until else ''}"


def board(shown: Board, audience: Audience = FULL) -> Message:
    """Return the living message: that it is on, why, until when and what it holds back; or how it ended."""
    sums = ", ".join(audience.money(each) for each in shown.sums) or say("nothing open")
    about = {
        "by": text.foreign(shown.made_by, limit=40),
        "reason": text.foreign(sentences.said(shown.reason), limit=200),
    }
    if not shown.on:
        head = say("Maintenance is over")
        ended = shown.ended_at or shown.until
        when = say(
            "It began {since} and ended {at}.", since=text.moment(shown.since), at=text.moment(ended or shown.since)
        )
        left = counted(
            "{n} mail over {sums} was held back and leaves now.",
            "{n} mails over {sums} were held back and leave now.",
            shown.mails,
            sums=sums,
        )
        return Message(text=f"{head}. {left}", blocks=(blocks.section(f"*{head}*\n{left}"), blocks.context(when)))
    head = say("Maintenance is on: no mail leaves, and the payers' pages are closed")
    until = text.moment(shown.until) if shown.until else say("somebody ends it")
    why = say("{by}, until {until}: {reason}", until=until, **about)
    held = counted("{n} mail over {sums} waits.", "{n} mails over {sums} wait.", shown.mails, sums=sums)
    value = ids.value(seen=seen(shown))
    buttons = [
        blocks.button(
            say("End now"),
            action=ids.Action.END_MAINTENANCE,
            value=value,
            label=say("End maintenance now"),
            primary=True,
        ),
        blocks.button(
            say("1 hour more"), action=ids.Action.PROLONG_MAINTENANCE, value=value, label=say("Prolong it by one hour")
        ),
    ]
    return Message(
        text=f"{head}. {held}",
        blocks=(blocks.section(f"*{head}*\n{why}\n{held}"), blocks.actions(*buttons)),
    )
