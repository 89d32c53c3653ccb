"""Erasures of people's data: what would go, what stays, and how far each is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons, states
from domain.kernel import speech
from domain.kernel.speech import counted, say, say_as
from domain.operations.erasing.asking import Listed
from domain.operations.erasing.cards import ErasureCard
from domain.operations.erasing.events import ErasureProposed
from domain.operations.erasing.subjects import Preview


def listed(found: Sequence[Listed]) -> Message:
    """Return the erasures, the newest first."""
    head = counted("{n} erasure of personal data", "{n} erasures of personal data", len(found))
    how = say("`/plixo privacy erase ADDRESS reason` asks for one; a second person approves it.")
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, found), most=40, tail=[blocks.context(how)]),
    )


def proposed(event: ErasureProposed, shown: Preview) -> Message:
    """Return that an erasure was asked for, with what it would come to."""
    head = say("Asked for: erasure #{number}. A second person approves it with `/plixo privacy approve {number}`.",
               number=str(event.number))  # fmt: skip
    return Message(text=head, blocks=(blocks.section(head), *_preview(shown)))


def card(shown: ErasureCard) -> Message:
    """Return one wish: with what it would come to and its buttons while it waits, else with who decided, and when."""
    head = f"*#{shown.number}*  {_whose(shown.whom)}"
    line = say("{at}, asked for by {name}: {reason}", at=text.moment(shown.asked_at),
               name=text.foreign(shown.asked_by, limit=40), reason=text.foreign(shown.reason, limit=300))  # fmt: skip
    buttons = blocks.actions(
        approve_button(shown.erasure_id, number=shown.number), decline_button(shown.erasure_id, number=shown.number)
    )
    foot = (*(_preview(shown.preview) if shown.preview else ()), buttons) if shown.open else (_decided(shown),)
    return Message(text=f"{head}: {_state(shown.state)}", blocks=(blocks.section(f"{head}\n{line}"), *foot))


def decline_form(shown: ErasureCard) -> Modal:
    """Return the form in which somebody says why a person's data are not erased."""
    return reasons.form(
        ids.FormId.DECLINE_ERASURE,
        ids.Subject(erasure=shown.erasure_id),
        title=say("Decline the erasure"),
        head=f"*#{shown.number}*  {_whose(shown.whom)}\n{text.quoted(shown.reason)}",
        label=say("Why?"),
        hint=say("Whoever asked reads it."),
        submit=say("Decline"),
    )


def approve_button(erasure_id: UUID, *, number: int) -> Block:
    """Return the button that lets an erasure begin."""
    return blocks.button(
        say("Approve"),
        action=ids.Action.APPROVE_ERASURE,
        value=ids.value(erasure=erasure_id),
        label=say("Approve erasure #{number}", number=str(number)),
        primary=True,
        confirm=Confirmation(
            say("Erase these data?"), say("It begins at once, and there is no way back."), say("Approve")
        ),
    )


def decline_button(erasure_id: UUID, *, number: int) -> Block:
    """Return the button that asks why not."""
    return blocks.button(
        say("Decline…"),
        action=ids.Action.DECLINE_ERASURE,
        value=ids.value(erasure=erasure_id),
        label=say("Decline erasure #{number}", number=str(number)),
    )


def _preview(shown: Preview) -> tuple[Block, ...]:
    goes = counted("{n} entry goes for good.", "{n} entries go for good.", sum(shown.stored.values()))
    stays = say("*What stays, as the law and the books need it:*")
    return (
        blocks.section(f"*{goes}*\n{_figures(shown.stored)}"),
        *([blocks.section(f"{stays}\n{_figures(shown.kept)}")] if shown.kept else []),
        *([blocks.section(f"{say('*Not yet, since there is:*')}\n{text.listed(shown.held)}")] if shown.held else []),
    )


def _figures(counts: Mapping[str, int]) -> str:
    return "\n".join(f"• {say(name)}: {speech.number(count)}" for name, count in counts.items())


def _decided(shown: ErasureCard) -> Block:
    who = text.foreign(shown.decided_by or "", limit=40)
    told = say("Declined by {name}", name=who) if shown.state == "declined" else say("Approved by {name}", name=who)
    at = f", {text.moment(shown.decided_at)}" if shown.decided_at else ""
    running = "" if shown.state == "declined" else f" · {states.capital(_state(shown.state))}"
    why = f": {text.foreign(shown.declined_because, limit=300)}" if shown.declined_because else ""
    return blocks.context(f"{told}{at}{why}{running}")


def _whose(whom: str) -> str:
    return say("data of a contact") if whom == "contact" else say("data of an operator who left")


def _line(each: Listed) -> Block | tuple[Block, ...]:
    whose = _whose(each.whom)
    lines = [
        f"*#{each.number}*  {whose}  {_state(each.state)}",
        say("{at}, asked for by {name}: {reason}", at=text.moment(each.created_at),
            name=text.foreign(each.asked_by, limit=40), reason=text.foreign(each.reason, limit=150)),
    ]  # fmt: skip
    if each.done_at is not None:
        lines.append(counted("{n} entry was erased", "{n} entries were erased", sum(each.counts.values())))
    told = blocks.section("\n".join(lines))
    if each.state != "proposed":
        return told
    buttons = (
        approve_button(each.erasure_id, number=each.number), decline_button(each.erasure_id, number=each.number)
    )  # fmt: skip
    return told, blocks.actions(*buttons)


def _state(state: str) -> str:
    known = {
        "proposed": say_as("state of an erasure", "waits for a second person"),
        "running": say_as("state of an erasure", "running"),
        "done": say_as("state of an erasure", "done"),
        "declined": say_as("state of an erasure", "declined"),
    }
    return known[state]
