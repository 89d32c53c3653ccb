"""Requests for access as they are shown: to whoever asked, to whoever decides, and in the channel."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.modals import Modal
from domain.kernel.actor import Permission
from domain.kernel.speech import counted, say, say_as
from domain.operations import short_ids
from domain.people.access_lists import AccessCard
from domain.people.roles import MAY, Role

LONGEST_DENIAL = 300


def asked(card: AccessCard, *, controllers: Sequence[str] = (), proposed: bool = False) -> Message:
    """Return what whoever asked sees: who decides, and what can be done meanwhile."""
    whom = _named(controllers)
    decides = (
        say("The Controllers were told ({people}); you hear of it when one has decided.", people=whom)
        if whom
        else say("No other Controller could decide it: whoever runs Plixo can, by `plixo access approve` in the shell.")
    )
    what = (
        say("{person} is proposed as *{wish}*.", person=text.foreign(card.name), wish=_wish(card))
        if proposed
        else say("You ask to be *{wish}*.", wish=_wish(card))
    )
    sentence = f"{what} {decides}"
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.section(text.quoted(card.reason)),
            blocks.actions(withdraw_button(card.access_id)),
            blocks.context(say("`/plixo access withdraw` takes it back.")),
        ),
    )


def own(card: AccessCard | None, *, controllers: Sequence[str], held: Sequence[str], slack_id: str) -> Message:
    """Return how it stands with one's own access, and how to ask for more."""
    role = say("You are {roles}.", roles=", ".join(held)) if held else say("You have no role yet.")
    stands = ""
    if card is not None:
        stands = "\n" + say(
            "Your last request, {wish}, {moment}: *{state}*.",
            wish=_wish(card),
            moment=text.moment(card.asked_at),
            state=_state(card),
        )
    hint = say(
        "`/plixo access request ROLE for 2 days` and a reason ask for a role; these decide: {people}. "
        "Your Slack account is `{account}`.",
        people=_named(controllers) or say("whoever runs Plixo"),
        account=text.foreign(slack_id, limit=30),
    )
    back = (blocks.actions(withdraw_button(card.access_id)),) if card is not None and card.open else ()
    return Message(text=f"{role}{stands}", blocks=(blocks.section(f"{role}{stands}"), *back, blocks.context(hint)))


def waiting(cards: Sequence[AccessCard]) -> Message:
    """Return the requests that wait, the oldest first, each with what decides it."""
    if not cards:
        sentence = say("Nobody waits for access.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} request waits for a decision, the oldest first.",
        "{n} requests wait for a decision, the oldest first.",
        len(cards),
    )
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
            given = text.foreign(shown.outcome or shown.role)
            said = say("Your request was approved: you are *{role}* now.", role=given)
            hint = say("`/plixo help` lists what you may do.")
        case "denied":
            why = text.foreign(shown.outcome or "", limit=300)
            said = say("Your request to be *{wish}* was denied: {why}", wish=_wish(shown), why=why)
            hint = say("`/plixo access request` asks anew, with better reasons.")
        case _:
            said = say("Your request to be *{wish}* is over: {state}.", wish=_wish(shown), state=_state(shown))
            hint = say("`/plixo access request` asks anew.")
    return Message(text=said, blocks=(blocks.section(said), blocks.context(hint)))


def deny_form(shown: AccessCard) -> Modal:
    """Return the form in which a denial is given its reason."""
    return Modal(
        title=say("Deny access"),
        form=ids.FormId.DENY_ACCESS,
        submit=say_as("access", "Deny"),
        subject=ids.Subject(access=shown.access_id),
        blocks=(
            blocks.section(say("*{person}* asks to be *{wish}*", person=text.foreign(shown.name), wish=_wish(shown))),
            blocks.section(text.quoted(shown.reason)),
            inputs.text("reason", say("Why not"), hint=say("Whoever asked reads it."), most=LONGEST_DENIAL),
        ),
    )


def approve_button(access_id: UUID, *, name: str, role: str) -> Block:
    """Return the button that gives what was asked for."""
    about = {"person": text.plain(name), "role": role}
    reaching = MAY.get(Role(role), frozenset()) & {Permission.MANAGE_PEOPLE, Permission.MOVE_MONEY}
    match sorted(reaching):
        case []:
            question = say("{person} becomes {role}. It is kept in the audit log.", **about)
        case [right]:
            question = say(
                "{person} becomes {role}. This role may {right}. It is kept in the audit log.",
                right=say(right.value),
                **about,
            )
        case [*rights]:
            question = say(
                "{person} becomes {role}. This role may {one} and {other}. It is kept in the audit log.",
                one=say(rights[0].value),
                other=say(rights[1].value),
                **about,
            )
    return blocks.button(
        say("Approve"),
        action=ids.Action.APPROVE_ACCESS,
        value=ids.value(access=access_id),
        label=say("Approve {role} for {person}", role=text.plain(role, limit=20), person=text.plain(name, limit=30)),
        primary=True,
        confirm=blocks.Confirmation(say("Give this role?"), question, say("Approve")),
    )


def deny_button(access_id: UUID, *, name: str) -> Block:
    """Return the button that asks why not."""
    return blocks.button(
        say_as("access", "Deny…"),
        action=ids.Action.DENY_ACCESS,
        value=ids.value(access=access_id),
        label=say("Deny access to {person}", person=text.plain(name, limit=40)),
    )


def withdraw_button(access_id: UUID) -> Block:
    """Return the button with which whoever asked takes it back."""
    return blocks.button(
        say("Withdraw the request"),
        action=ids.Action.WITHDRAW_ACCESS,
        value=ids.value(access=access_id),
        label=say("Take the request for access back"),
    )


def _named(people: Sequence[str]) -> str:
    return ", ".join(text.foreign(name, limit=40) for name in people[:10])


def _card(shown: AccessCard) -> tuple[Block, ...]:
    who = text.foreign(shown.name, limit=40)
    held = (
        say("({person}, holds {roles})", person=who, roles=", ".join(shown.held))
        if shown.held
        else say("({person}, holds no role)", person=who)
    )
    by = ""
    if shown.asked_by_id and shown.asked_by != shown.name:
        by = f", {say('proposed by {person}', person=text.foreign(shown.asked_by, limit=40))}"
    line = (
        f"{text.mention(shown.slack_id)}{held} → *{_wish(shown)}*{by}\n{text.quoted(shown.reason)}\n"
        f"_{text.moment(shown.asked_at)}_  `{short_ids.short(shown.access_id)}`"
    )
    if not shown.open:
        state = _state(shown)
        return (blocks.section(line), blocks.context(f"{state[:1].upper()}{state[1:]}."))
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
    """Return how a request stands: what was decided, by whom and when, and what came of it."""
    parts = [_decided(card)]
    if card.decided_at and not card.open:
        parts.append(text.moment(card.decided_at))
    told = ", ".join(parts)
    if card.state == "approved" and card.outcome and card.outcome != card.role:
        return say("{decided} as {role}", decided=told, role=text.foreign(card.outcome))
    if card.state == "denied" and card.outcome:
        return f"{told}: {text.foreign(card.outcome, limit=200)}"
    return told


def _decided(card: AccessCard) -> str:
    person = text.foreign(card.decided_by, limit=40) if card.decided_by else ""
    match card.state:
        case "open":
            return say("waits for a decision")
        case "approved":
            return say("approved by {person}", person=person) if person else say_as("a request", "approved")
        case "denied":
            return say("denied by {person}", person=person) if person else say_as("a request", "denied")
        case "withdrawn":
            return say("withdrawn by {person}", person=person) if person else say_as("a request", "withdrawn")
        case "expired":
            return say_as("a request", "expired")
        case other:
            return other
