"""The audit log as it is shown: one act with all that is kept of it, or many in lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.operations.audit import Act, ActCard, Log
from domain.operations.audit_events import AuditExported

MOST_PARTS = 24


def act(card: ActCard) -> Message:
    """Return one act: who, when, what, with before and after, and what else the same request did."""
    shown = card.act
    head = f"#{shown.id}: {text.said(shown.told, limit=300)}"
    facts = [
        f"*Who*\n{text.foreign(shown.actor, limit=60)} ({text.foreign(shown.actor_kind)})",
        f"*When*\n{text.moment(shown.at)}",
        f"*Request*\n{f'`{text.foreign(shown.request_id, limit=40)}`' if shown.request_id else 'none'}",
        f"*What*\n`{text.foreign(shown.kind)}`",
    ]
    if shown.invoice_number:
        facts.append(f"*Invoice*\n{text.foreign(shown.invoice_number, limit=60)}")
    lines = []
    for part in card.parts[:MOST_PARTS]:
        before = f"~{text.foreign(part.before, limit=100)}~ → " if part.before is not None else ""
        lines.append(f"{text.foreign(part.name)}: {before}{text.foreign(part.value, limit=160)}")
    if len(card.parts) > MOST_PARTS:
        lines.append(f"… +{len(card.parts) - MOST_PARTS} more")
    together = [blocks.context(_line(each)) for each in card.together[:5]]
    return Message(
        text=head,
        blocks=(
            blocks.section(f"*{head}*"),
            blocks.fields(*facts),
            *([blocks.section("\n".join(lines)[: blocks.SECTION_LIMIT])] if lines else ()),
            *([blocks.context("The same request also did:"), *together] if together else ()),
        ),
    )


def log(found: Log, *, older: Mapping[str, Any], since: date | None) -> Message:
    """Return a page of the log, the newest act first; *older* names what the next page is of."""
    about = text.foreign(found.about, limit=60)
    from_day = f" since {text.day(since)}" if since else ""
    if not found.acts:
        sentence = f"The audit log has nothing of {about}{from_day}."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"What the audit log has of {about}{from_day}, the newest first."
    more: tuple[Block, ...] = ()
    if found.older:
        value = ids.value(**older, entry=found.acts[-1].id, on=since)
        more = (
            blocks.actions(
                blocks.button("Older", action=ids.Action.OLDER_ACTS, value=value, label=f"Older acts of {about}"[:75])
            ),
        )
    lines = [blocks.section(_line(each), accessory=_look(each)) for each in found.acts]
    return Message(
        text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines, tail=more), replaces="entry" in older
    )


def sending(export: AuditExported) -> Message:
    """Return that an export is under way."""
    count = "1 act is" if export.entries == 1 else f"{export.entries:,} acts are"
    sentence = (
        f"{count} written into a file, which comes to you as a direct message. "
        "That you took them along is in the audit log."
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def _line(each: Act) -> str:
    number = f"*{text.foreign(each.invoice_number, limit=40)}*  " if each.invoice_number else ""
    return (
        f"`#{each.id}`  {number}{text.said(each.told, limit=200)}\n"
        f"_{text.foreign(each.actor, limit=40)}, {text.moment(each.at)}_"
    )


def _look(each: Act) -> Block:
    return blocks.button(
        "Look", action=ids.Action.SHOW_ACT, value=ids.value(entry=each.id), label=f"All about act {each.id}"
    )
