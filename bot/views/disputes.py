"""Disputes as the operators see them: the open ones by deadline, and one with everything about it."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import DisputeCounts, DisputeView, UploadLine
from domain.commitments.dispute_uploads import Awaited
from domain.commitments.documents import DocumentLine


def listed(disputes: Sequence[DisputeView], counts: DisputeCounts, *, mine: bool) -> Message:
    """Return the open disputes, the next deadline first."""
    if not disputes:
        sentence = "No dispute of yours is open." if mine else "No dispute is open."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    by_sla = ", ".join(f"{counts.by_sla[each]} {each.value}" for each in Sla if counts.by_sla.get(each))
    money = ", ".join(str(each) for each in counts.amounts)
    head = f"{counts.total} {'dispute' if counts.total == 1 else 'disputes'} open ({by_sla}) over {money}"
    if not counts.total:
        head = "No dispute is open but tests"
    return Message(
        text=f"{head}.",
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, disputes)),
    )


def card(dispute: DisputeView) -> Message:
    """Return one dispute with all that somebody needs to decide it."""
    test = "Test dispute" if dispute.is_test else "Dispute"
    head = (
        f"{test} {dispute.reference} about {text.foreign(dispute.invoice_number)}, {text.foreign(dispute.account_name)}"
    )
    return Message(
        text=f"{head}: {dispute.amount}, {text.said(dispute.reason, limit=100)}.",
        blocks=(
            blocks.section(f"*{head}*\n{dispute.amount} of {dispute.balance} open · {text.said(dispute.reason)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            blocks.fields(
                f"*Answer due*\n{_due(dispute)}",
                f"*Owner*\n{text.foreign(dispute.owner, limit=40) if dispute.owner else 'nobody'}",
                f"*Documents*\n{_documents(dispute)}",
                f"*Filed*\n{text.foreign(dispute.filed_by, limit=60)} ({dispute.source}),"
                f" {text.moment(dispute.filed_at)}",
            ),
            *([blocks.section(_end(dispute))] if _end(dispute) else ()),
            *_decisions(dispute),
        ),
    )


def missed(file: Awaited) -> Message:
    """Return why a file that somebody handed in is not among the documents of the dispute."""
    sentence = (
        f"{text.foreign(file.name, limit=80)} is not among the documents of dispute {file.reference} about"
        f" {text.foreign(file.invoice_number)}. {text.said(file.problem, limit=300)}"
    )
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.actions(show(file.dispute_id))))


def show(dispute_id: UUID) -> Block:
    """Return the button that shows a dispute."""
    return blocks.button(
        "Show dispute", action=ids.Action.SHOW_DISPUTE, value=ids.value(dispute=dispute_id), label="Show the dispute"
    )


def take(dispute_id: UUID) -> Block:
    """Return the button that puts a dispute into the clicker's hands."""
    return blocks.button(
        "Take it", action=ids.Action.TAKE_DISPUTE, value=ids.value(dispute=dispute_id), label="Take up the dispute"
    )


def _line(dispute: DisputeView) -> Block:
    owner = f"{text.foreign(dispute.owner, limit=40)} has it" if dispute.owner else "nobody has it"
    test = " · test" if dispute.is_test else ""
    return blocks.section(
        f"*{dispute.reference}*  {text.foreign(dispute.invoice_number)}  {text.foreign(dispute.account_name)}{test}\n"
        f"{dispute.amount} · {text.said(dispute.reason, limit=80)}\n_{_due(dispute)} · {owner}_",
        accessory=show(dispute.dispute_id),
    )


def _due(dispute: DisputeView) -> str:
    if dispute.sla is None:
        return dispute.state.replace("_", " ")
    stands = "" if dispute.sla is Sla.OPEN else f" ({dispute.sla.value})"
    return f"{text.moment(dispute.sla_due_at)}{stands}"


def _documents(dispute: DisputeView) -> str:
    there = [f"• {text.foreign(each.name, limit=60)}{_standing(each)}" for each in dispute.documents]
    coming = [f"• {text.foreign(each.name, limit=60)} ({_fetching(each)})" for each in dispute.uploads]
    lacking = [f"• still to come: {text.said(each, limit=60)}" for each in dispute.missing]
    return text.listed([*there, *coming, *lacking], most=8)


def _fetching(upload: UploadLine) -> str:
    return f"cannot be had: {text.said(upload.problem, limit=120)}" if upload.problem else "being fetched"


def _standing(document: DocumentLine) -> str:
    return f" ({document.state.standing})" if document.state.standing else ""


def _end(dispute: DisputeView) -> str:
    if dispute.credit is not None and dispute.sla is not None:
        intended = dispute.intended.replace("_", " ")
        return f"*Waits for a credit of {dispute.credit}*; it ends as {intended} when somebody approves that."
    if dispute.resolved_at is not None:
        by = text.foreign(dispute.resolved_by or "Plixo", limit=40)
        return f"*{dispute.state.replace('_', ' ').capitalize()}* by {by}: {text.said(dispute.resolution, limit=300)}"
    return ""


def _decisions(dispute: DisputeView) -> tuple[Block, ...]:
    if dispute.sla is None:
        return ()
    value = ids.value(dispute=dispute.dispute_id)
    decide = blocks.button(
        "Decide…",
        action=ids.Action.RESOLVE_DISPUTE,
        value=value,
        label=f"Decide dispute {dispute.reference}",
        primary=bool(dispute.owner),
    )
    taking = () if dispute.owner else (take(dispute.dispute_id),)
    case = blocks.button(
        "Invoice", action=ids.Action.SHOW, value=ids.value(invoice_id=dispute.invoice_id), label="Show the invoice"
    )
    return (
        blocks.actions(*taking, decide, case),
        blocks.people("Give it to…", action=ids.Action.ASSIGN_DISPUTE, value=value),
    )
