"""Disputes as the operators see them: the open ones by deadline, and one with everything about it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import ways
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import DisputeCounts, DisputeView, UploadLine
from domain.commitments.dispute_uploads import Awaited
from domain.commitments.documents import DocumentLine
from domain.kernel import sentences, speech
from domain.kernel.speech import counted, say, say_as

Owners = Mapping[UUID, str]
"""Who does the work of each owner now, in words: ``Anna``, or ``Ben for Anna``; who is missing does their own."""


def listed(
    disputes: Sequence[DisputeView], counts: DisputeCounts, *, mine: bool, owners: Owners | None = None
) -> Message:
    """Return the open disputes, the next deadline first."""
    if not disputes:
        sentence = say("No dispute of yours is open.") if mine else say("No dispute is open.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} dispute open ({standings}) over {amounts}",
        "{n} disputes open ({standings}) over {amounts}",
        counts.total,
        standings=", ".join(_counted(each, counts.by_sla[each]) for each in Sla if counts.by_sla.get(each)),
        amounts=", ".join(speech.amount(each) for each in counts.amounts),
    )
    if not counts.total:
        head = say("No dispute is open but tests")
    lines = (_line(each, owners or {}) for each in disputes)
    return Message(text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def card(dispute: DisputeView, *, owners: Owners | None = None) -> Message:
    """Return one dispute with all that somebody needs to decide it."""
    about = {
        "reference": dispute.reference,
        "invoice": text.foreign(dispute.invoice_number),
        "customer": text.foreign(dispute.account_name),
    }
    head = (
        say("Test dispute {reference} about {invoice}, {customer}", **about)
        if dispute.is_test
        else say("Dispute {reference} about {invoice}, {customer}", **about)
    )
    return Message(
        text=f"{head}: {speech.amount(dispute.amount)}, {text.said(dispute.reason, limit=100)}.",
        blocks=(
            blocks.section(f"*{head}*\n{disputed(dispute)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            blocks.fields(
                _field(say("Answer due"), due(dispute)),
                _field(say_as("of a dispute", "Owner"), _owner(dispute, owners or {}) or say("nobody")),
                _field(say("Documents"), _documents(dispute)),
                _field(
                    say_as("when a dispute was", "Filed"),
                    f"{text.foreign(dispute.filed_by, limit=60)} ({ways.called(dispute.source)}),"
                    f" {text.moment(dispute.filed_at)}",
                ),
            ),
            *_asked(dispute),
            *([blocks.section(ended)] if (ended := end(dispute)) else ()),
            *_decisions(dispute),
        ),
    )


def disputed(dispute: DisputeView) -> str:
    """Return how much of what is open is disputed, and why."""
    amounts = say("{amount} of {balance} open", amount=dispute.amount, balance=dispute.balance)
    return f"{amounts} · {text.said(dispute.reason)}"


def missed(file: Awaited) -> Message:
    """Return why a file that somebody handed in is not among the documents of the dispute."""
    sentence = say(
        "{file} is not among the documents of dispute {reference} about {invoice}. {why}",
        file=text.foreign(file.name, limit=80),
        reference=file.reference,
        invoice=text.foreign(file.invoice_number),
        why=text.said(sentences.said(file.problem), limit=300),
    )
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.actions(show(file.dispute_id))))


def show(dispute_id: UUID) -> Block:
    """Return the button that shows a dispute."""
    return blocks.button(
        say("Show dispute"),
        action=ids.Action.SHOW_DISPUTE,
        value=ids.value(dispute=dispute_id),
        label=say("Show the dispute"),
    )


def take(dispute_id: UUID) -> Block:
    """Return the button that puts a dispute into the clicker's hands."""
    return blocks.button(
        say_as("a dispute", "Take it"),
        action=ids.Action.TAKE_DISPUTE,
        value=ids.value(dispute=dispute_id),
        label=say("Take up the dispute"),
    )


def state(of: str) -> str:
    """Return what the state of a dispute is called."""
    match of.replace("_", " "):
        case "open":
            return say_as("state of a dispute", "open")
        case "accepted":
            return say_as("state of a dispute", "accepted")
        case "partly accepted":
            return say_as("state of a dispute", "partly accepted")
        case "rejected":
            return say_as("state of a dispute", "rejected")
        case "withdrawn":
            return say_as("state of a dispute", "withdrawn")
        case other:
            return other


def _counted(sla: Sla, count: int) -> str:
    match sla:
        case Sla.OPEN:
            return say_as("disputes", "{count} open", count=count)
        case Sla.AT_RISK:
            return say_as("disputes", "{count} at risk", count=count)
        case Sla.LATE:
            return say_as("disputes", "{count} late", count=count)


def _field(name: str, value: str) -> str:
    return f"*{name}*\n{value}"


def _owner(dispute: DisputeView, owners: Owners) -> str:
    """Return who has the dispute, or who stands in for them; empty when nobody has it."""
    known = owners.get(dispute.owner_id) if dispute.owner_id else None
    return text.foreign(known or dispute.owner, limit=80) if dispute.owner else ""


def _line(dispute: DisputeView, owners: Owners) -> Block:
    owner = _owner(dispute, owners)
    has = say("{person} has it", person=owner) if owner else say("nobody has it")
    test = f" · {say('test')}" if dispute.is_test else ""
    return blocks.section(
        f"*{dispute.reference}*  {text.foreign(dispute.invoice_number)}  {text.foreign(dispute.account_name)}{test}\n"
        f"{speech.amount(dispute.amount)} · {text.said(dispute.reason, limit=80)}\n_{due(dispute)} · {has}_",
        accessory=show(dispute.dispute_id),
    )


def due(dispute: DisputeView) -> str:
    """Return until when an answer is due, and whether that is at risk; of one that is decided, how it ended."""
    due = text.moment(dispute.sla_due_at)
    match dispute.sla:
        case None:
            return state(dispute.state)
        case Sla.OPEN:
            return due
        case Sla.AT_RISK:
            return say("{due} (at risk)", due=due)
        case Sla.LATE:
            return say("{due} (late)", due=due)


def _documents(dispute: DisputeView) -> str:
    there = [f"• {text.foreign(each.name, limit=60)}{_standing(each)}" for each in dispute.documents]
    coming = [f"• {text.foreign(each.name, limit=60)} ({_fetching(each)})" for each in dispute.uploads]
    lacking = [f"• {say('still to come: {document}', document=text.said(each, limit=60))}" for each in dispute.missing]
    return text.listed([*there, *coming, *lacking], most=8)


def _fetching(upload: UploadLine) -> str:
    if not upload.problem:
        return say("being fetched")
    return say("cannot be had: {why}", why=text.said(sentences.said(upload.problem), limit=120))


def _standing(document: DocumentLine) -> str:
    return f" ({document.state.standing})" if document.state.standing else ""


def end(dispute: DisputeView) -> str:
    """Return how a dispute ended, or which credit it waits for; empty while it is to be decided."""
    if dispute.credit is not None and dispute.sla is not None:
        return say(
            "*Waits for a credit of {credit}*; it ends as {outcome} when somebody approves that.",
            credit=dispute.credit,
            outcome=state(dispute.intended),
        )
    if dispute.resolved_at is not None:
        by = text.foreign(dispute.resolved_by or "Plixo", limit=40)
        ended = state(dispute.state)
        return say(
            "*{outcome}* by {person}: {words}",
            outcome=f"{ended[:1].upper()}{ended[1:]}",
            person=by,
            words=text.said(sentences.said(dispute.resolution), limit=300),
        )
    return ""


def _asked(dispute: DisputeView) -> tuple[Block, ...]:
    """Return what the payer was asked, and whether the dispute's time stands still for the answer."""
    asked = dispute.asked
    if asked is None:
        return ()
    about = {"who": text.foreign(asked.by, limit=40), "to": text.foreign(asked.to), "when": text.moment(asked.at)}
    if asked.answered_at is not None:
        head = say(
            "*Asked by {who}* of {to} {when}; they answered {then}.", then=text.moment(asked.answered_at), **about
        )
    elif asked.waits:
        until = text.moment(asked.wait_until)
        head = say("*Asked by {who}* of {to} {when}; the time stands still until they answer, at most until {until}.",
                   until=until, **about)  # fmt: skip
    else:
        head = say("*Asked by {who}* of {to} {when}; no answer came.", **about)
    return (blocks.section(f"{head}\n{text.quoted(asked.text, most=6, limit=200)}"),)


def ask(dispute: DisputeView) -> tuple[Block, ...]:
    """Return the button that asks the payer, where one can be asked now."""
    if dispute.is_test or (dispute.asked is not None and dispute.asked.waits):
        return ()
    return (
        blocks.button(
            say("Ask the customer…"),
            action=ids.Action.ASK_PAYER,
            value=ids.value(dispute=dispute.dispute_id),
            label=say("Ask the customer about dispute {reference}", reference=dispute.reference),
        ),
    )


def _decisions(dispute: DisputeView) -> tuple[Block, ...]:
    if dispute.sla is None:
        return ()
    value = ids.value(dispute=dispute.dispute_id)
    decide = blocks.button(
        say("Decide…"),
        action=ids.Action.RESOLVE_DISPUTE,
        value=value,
        label=say("Decide dispute {reference}", reference=dispute.reference),
        primary=bool(dispute.owner),
    )
    taking = () if dispute.owner else (take(dispute.dispute_id),)
    case = blocks.button(
        say("Invoice"),
        action=ids.Action.SHOW,
        value=ids.value(invoice_id=dispute.invoice_id),
        label=say("Show the invoice"),
    )
    return (
        blocks.actions(*taking, decide, *ask(dispute), case),
        blocks.people(say("Give it to…"), action=ids.Action.ASSIGN_DISPUTE, value=value),
    )
