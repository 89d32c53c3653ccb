"""The audit log as it is shown: one act with all that is kept of it, or many in lines."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.kernel.speech import counted, say, say_as
from domain.operations.audit import Act, ActCard, Log
from domain.operations.audit_events import AuditExported

MOST_PARTS = 24


def act(card: ActCard) -> Message:
    """Return one act: who, when, what, with before and after, and what else the same request did."""
    shown = card.act
    head = f"#{shown.id}: {text.said(shown.told, limit=300)}"
    request = f"`{text.foreign(shown.request_id, limit=40)}`" if shown.request_id else say_as("request id", "none")
    facts = [
        f"*{say('Who')}*\n{text.who(shown.actor, limit=60)} ({_kind(shown.actor_kind)})",
        f"*{say('When')}*\n{text.moment(shown.at)}",
        f"*{say('Request')}*\n{request}",
        f"*{say('What')}*\n`{text.foreign(shown.kind)}`",
    ]
    if shown.invoice_number:
        facts.append(f"*{say('Invoice')}*\n{text.foreign(shown.invoice_number, limit=60)}")
    lines = []
    for part in card.parts[:MOST_PARTS]:
        before = f"~{text.foreign(part.before, limit=100)}~ → " if part.before is not None else ""
        lines.append(f"{text.foreign(part.name)}: {before}{text.foreign(part.value, limit=160)}")
    if len(card.parts) > MOST_PARTS:
        lines.append(say("… +{n} more", n=len(card.parts) - MOST_PARTS))
    together = [blocks.context(_line(each)) for each in card.together[:5]]
    return Message(
        text=head,
        blocks=(
            blocks.section(f"*{head}*"),
            blocks.fields(*facts),
            *([blocks.section("\n".join(lines)[: blocks.SECTION_LIMIT])] if lines else ()),
            *([blocks.context(say("The same request also did:")), *together] if together else ()),
        ),
    )


def log(found: Log, *, older: Mapping[str, Any], since: date | None) -> Message:
    """Return a page of the log, the newest act first; *older* names what the next page is of."""
    about = text.foreign(found.about, limit=60)
    if not found.acts:
        sentence = (
            say("The audit log has nothing of {name} since {day}.", name=about, day=since)
            if since
            else say("The audit log has nothing of {name}.", name=about)
        )
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = (
        say("What the audit log has of {name} since {day}, the newest first.", name=about, day=since)
        if since
        else say("What the audit log has of {name}, the newest first.", name=about)
    )
    more: tuple[Block, ...] = ()
    if found.older:
        value = ids.value(**older, entry=found.acts[-1].id, on=since)
        more = (
            blocks.actions(
                blocks.button(
                    say("Older"),
                    action=ids.Action.OLDER_ACTS,
                    value=value,
                    label=say("Older acts of {name}", name=about)[:75],
                )
            ),
        )
    lines = [blocks.section(_line(each), accessory=_look(each)) for each in found.acts]
    return Message(
        text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines, tail=more), replaces="entry" in older
    )


def sending(export: AuditExported) -> Message:
    """Return that an export is under way."""
    sentence = counted(
        "{n} act is written into a file, which comes to you as a direct message. "
        "That you took it along is in the audit log.",
        "{n} acts are written into a file, which comes to you as a direct message. "
        "That you took them along is in the audit log.",
        export.entries,
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def given_up(export: AuditExported, *, request_id: str) -> Message:
    """Return that a part of the log did not come, and what to do."""
    typed = ["audit export", *([f"@{export.of}"] if export.of else [])]
    sentence = counted(
        "The file with {n} act of the audit log could not be made or brought to you. Ask for it once more: "
        "`/plixo {typed}`, perhaps for fewer days. If that fails, too, tell whoever runs Plixo the request id "
        "`{request}`; at the command line `plixo audit export` writes the same file.",
        "The file with {n} acts of the audit log could not be made or brought to you. Ask for it once more: "
        "`/plixo {typed}`, perhaps for fewer days. If that fails, too, tell whoever runs Plixo the request id "
        "`{request}`; at the command line `plixo audit export` writes the same file.",
        export.entries,
        typed=text.foreign(" ".join(typed), limit=100),
        request=request_id,
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def _line(each: Act) -> str:
    number = f"*{text.foreign(each.invoice_number, limit=40)}*  " if each.invoice_number else ""
    return f"`#{each.id}`  {number}{text.said(each.told, limit=200)}\n_{text.who(each.actor)}, {text.moment(each.at)}_"


def _look(each: Act) -> Block:
    return blocks.button(
        say("Look"),
        action=ids.Action.SHOW_ACT,
        value=ids.value(entry=each.id),
        label=say("All about act {number}", number=str(each.id)),
    )


def _kind(kind: str) -> str:
    """Return what somebody is who did something."""
    match kind:
        case "person":
            return say_as("who acted", "person")
        case "payer":
            return say_as("who acted", "payer")
        case "system":
            return say_as("who acted", "system")
        case "shell":
            return say_as("who acted", "shell")
        case _:
            return text.foreign(kind)
