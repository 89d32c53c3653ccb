"""Remittance advices as the operators see them."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Message
from domain.cash_application.remittance_views import ListedInvoice, RemittanceCard, RemittanceView
from domain.operations import short_ids

LINES_SHOWN = 30


def waiting(found: Sequence[RemittanceView]) -> Message:
    """Return the advices whose payment is not posted yet."""
    if not found:
        sentence = "No remittance advice waits for its payment."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(found)} remittance {'advice waits' if len(found) == 1 else 'advices wait'}, the newest first."
    tail = [blocks.context("One of them: `/plixo cash remittance ID`")]
    rows = [blocks.section(_line(each)) for each in found]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], rows, total=len(found), tail=tail))


def card(shown: RemittanceCard) -> Message:
    """Return one advice with its lines."""
    advice = shown.advice
    head = f"Remittance advice {text.foreign(advice.file_name, limit=80)}"
    short = short_ids.short(advice.remittance_id)
    facts = [f"`{short}` · {advice.state}", "by mail" if advice.by_mail else "as a file"]
    facts += [f"total {advice.total}"] if advice.total else []
    facts += [f"paid on {text.day(advice.paid_on)}"] if advice.paid_on else []
    facts += [f"bank line `{short_ids.short(advice.line_id)}`"] if advice.line_id else ["no payment found yet"]
    who = text.foreign(advice.account_name or advice.payer_name or "somebody unnamed")
    lines = [_invoice(each) for each in shown.invoices[:LINES_SHOWN]]
    if advice.lines > LINES_SHOWN:
        lines.append(f"… and {advice.lines - LINES_SHOWN} more")
    body = [blocks.section(f"*{head}*\nfrom {who}"), blocks.context(" · ".join(facts))]
    if lines:
        body.append(blocks.section("\n".join(lines)))
    if advice.note:
        body.append(blocks.context(text.foreign(advice.note, limit=300)))
    body.append(blocks.context(f"The file itself, in the shell: `plixo cash remittance {short} --save FILE`"))
    return Message(text=head, blocks=tuple(body))


def _line(each: RemittanceView) -> str:
    who = text.foreign(each.account_name or each.payer_name or "somebody unnamed", limit=60)
    total = str(each.total) if each.total else "no total"
    return (
        f"`{short_ids.short(each.remittance_id)}` {who} · {total} · {each.lines} lines · {each.state}"
        f"{' · linked' if each.line_id else ''} · {text.foreign(each.file_name, limit=60)}"
    )


def _invoice(each: ListedInvoice) -> str:
    parts = [f"*{text.foreign(each.number, limit=60)}*", str(each.amount) if each.amount else "amount not said"]
    if each.deducted:
        parts.append(f"less {each.deducted}{f' ({text.foreign(each.reason, limit=80)})' if each.reason else ''}")
    parts.append(f"{each.open} open here" if each.open is not None else "not known here")
    return " · ".join(parts)
