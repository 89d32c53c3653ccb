"""Requests for access as they are shown: to whoever asked, to whoever decides, and in the channel."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.modals import Modal
from domain.kernel.actor import Permission
from domain.operations import short_ids
from domain.people.access_lists import AccessCard
from domain.people.roles import MAY, Role

LONGEST_DENIAL = 300


def asked(card: AccessCard, *, controllers: Sequence[str] = (), proposed: bool = False) -> Message:
    """Return what whoever asked sees: who decides, and what can be done meanwhile."""
    whom = ", ".join(text.foreign(name, limit=40) for name in controllers[:10])
    decides = (
        f"The Controllers were told ({whom}); you hear of it when one has decided."
        if whom
        else "No other Controller could decide it: whoever runs Plixo can, by `plixo access approve` in the shell."
    )
    what = f"{text.foreign(card.name)} is proposed as *{_wish(card)}*" if proposed else f"You ask to be *{_wish(card)}*"
    sentence = f"{what}. {decides}"
    back = "`/plixo access withdraw` takes it back."
    return Message(
        text=sentence, blocks=(blocks.section(sentence), blocks.section(text.quoted(card.reason)), blocks.context(back))
    )


def own(card: AccessCard | None, *, controllers: Sequence[str], held: Sequence[str], slack_id: str) -> Message:
    """Return how it stands with one's own access, and how to ask for more."""
    role = f"You are {', '.join(held)}." if held else "You have no role yet."
    whom = ", ".join(text.foreign(name, limit=40) for name in controllers[:10]) or "whoever runs Plixo"
    stands = ""
    if card is not None:
        stands = f"\nYour last request, {_wish(card)}, {text.moment(card.asked_at)}: *{_state(card)}*."
    hint = (
        f"`/plixo access request ROLE for 2 days` and a reason ask for a role; these decide: {whom}. "
        f"Your Slack account is `{text.foreign(slack_id, limit=30)}`."
    )
    return Message(text=f"{role}{stands}", blocks=(blocks.section(f"{role}{stands}"), blocks.context(hint)))


def waiting(cards: Sequence[AccessCard]) -> Message:
    """Return the requests that wait, the oldest first, each with what decides it."""
    if not cards:
        sentence = "Nobody waits for access."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(cards)} {'request waits' if len(cards) == 1 else 'requests wait'} for a decision, the oldest first."
    return Message(
        text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], [(*_card(each),) for each in cards], most=15)
    )


def card(shown: AccessCard) -> Message:
    """Return one request: with its buttons while it waits, else with who decided what."""
    sentence = f"{text.foreign(shown.name)}: {_wish(shown)}, {_state(shown)}."
    return Message(text=sentence, blocks=(*_card(shown),))


def answer(shown: AccessCard) -> Message:
    """Return what whoever asked is told once it is decided."""
    match shown.state:
        case "approved":
            said = f"Your request was approved: you are *{text.foreign(shown.outcome or shown.role)}* now."
            hint = "`/plixo help` lists what you may do."
        case "denied":
            said = f"Your request to be *{_wish(shown)}* was denied: {text.foreign(shown.outcome or '', limit=300)}"
            hint = "`/plixo access request` asks anew, with better reasons."
        case _:
            said = f"Your request to be *{_wish(shown)}* is {_state(shown)}."
            hint = "`/plixo access request` asks anew."
    return Message(text=said, blocks=(blocks.section(said), blocks.context(hint)))


def deny_form(shown: AccessCard) -> Modal:
    """Return the form in which a denial is given its reason."""
    return Modal(
        title="Deny access",
        form=ids.FormId.DENY_ACCESS,
        submit="Deny",
        subject=ids.Subject(access=shown.access_id),
        blocks=(
            blocks.section(f"*{text.foreign(shown.name)}* asks to be *{_wish(shown)}*"),
            blocks.section(text.quoted(shown.reason)),
            inputs.text("reason", "Why not", hint="Whoever asked reads it.", most=LONGEST_DENIAL),
        ),
    )


def approve_button(access_id: UUID, *, name: str, role: str) -> Block:
    """Return the button that gives what was asked for."""
    reaching = [
        each.value for each in MAY.get(Role(role), ()) if each in {Permission.MANAGE_PEOPLE, Permission.MOVE_MONEY}
    ]
    warned = f" This role may {' and '.join(sorted(reaching))}." if reaching else ""
    return blocks.button(
        "Approve",
        action=ids.Action.APPROVE_ACCESS,
        value=ids.value(access=access_id),
        label=f"Approve {text.plain(role, limit=20)} for {text.plain(name, limit=30)}",
        primary=True,
        confirm=blocks.Confirmation(
            "Give this role?", f"{text.plain(name)} becomes {role}.{warned} It is kept in the audit log.", "Approve"
        ),
    )


def deny_button(access_id: UUID, *, name: str) -> Block:
    """Return the button that asks why not."""
    return blocks.button(
        "Deny…",
        action=ids.Action.DENY_ACCESS,
        value=ids.value(access=access_id),
        label=f"Deny access to {text.plain(name, limit=40)}",
    )


def _card(shown: AccessCard) -> tuple[Block, ...]:
    held = f"holds {', '.join(shown.held)}" if shown.held else "holds no role"
    by = (
        f", proposed by {text.foreign(shown.asked_by, limit=40)}"
        if shown.asked_by_id and shown.asked_by != shown.name
        else ""
    )
    line = (
        f"{text.mention(shown.slack_id)}({text.foreign(shown.name, limit=40)}, {held}) → "
        f"*{_wish(shown)}*{by}\n{text.quoted(shown.reason)}\n"
        f"_{text.moment(shown.asked_at)}_  `{short_ids.short(shown.access_id)}`"
    )
    if not shown.open:
        return (blocks.section(line), blocks.context(f"{_state(shown)[:1].upper()}{_state(shown)[1:]}."))
    return (
        blocks.section(line),
        blocks.actions(
            approve_button(shown.access_id, name=shown.name, role=shown.role),
            deny_button(shown.access_id, name=shown.name),
        ),
    )


def _wish(card: AccessCard) -> str:
    return text.foreign(card.wish, limit=80)


def _state(card: AccessCard) -> str:
    if card.open:
        return "waits for a decision"
    by = f" by {text.foreign(card.decided_by, limit=40)}" if card.decided_by else ""
    at = f", {text.moment(card.decided_at)}" if card.decided_at else ""
    what = ""
    if card.state == "approved" and card.outcome and card.outcome != card.role:
        what = f" as {text.foreign(card.outcome)}"
    if card.state == "denied" and card.outcome:
        what = f": {text.foreign(card.outcome, limit=200)}"
    return f"{card.state}{by}{at}{what}"
