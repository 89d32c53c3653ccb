"""Policies and segments as the operators see them."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.kernel.limits import Limits
from domain.policies import health as domain_health
from domain.policies.document import SegmentPart
from domain.policies.health import SegmentHealth
from domain.policies.previews import Preview
from domain.policies.queries import PolicyVersion

CHANGES_SHOWN = 20
SEGMENTS_SHOWN = 8
AMOUNTS_SHOWN = 4
WARNINGS_SHOWN = 6


def card(version: PolicyVersion, in_force: int, changes: Sequence[str], *, today: Preview | None = None) -> Message:
    """Return one version with how it differs from the one in force, what it does today, and what can be decided."""
    head = f"Policy version {version.version}, {version.state}"
    told = [f"• {text.said(each, limit=200)}" for each in changes]
    against = (
        f"*Against version {in_force}, which is in force*\n{text.listed(told, most=CHANGES_SHOWN, empty='the same')}"
    )
    made = f"{text.foreign(version.made_by, limit=40)}, {text.moment(version.made_at)}"
    decided = ""
    if version.decided_by and version.decided_at:
        decided = f" · decided by {text.foreign(version.decided_by, limit=40)}, {text.moment(version.decided_at)}"
    return Message(
        text=f"{head}: {len(changes)} {'change' if len(changes) == 1 else 'changes'} against version {in_force}.",
        blocks=(
            blocks.section(f"*{head}*\n{text.said(version.notes, limit=400) if version.notes else 'No notes.'}"),
            *([blocks.section(against)] if version.version != in_force else ()),
            *(_today(today) if today else ()),
            blocks.context(f"Proposed by {made}{decided}"),
            *_decisions(version),
        ),
    )


def reject_form(version: PolicyVersion) -> Modal:
    """Return the form in which somebody says why a version is turned down."""
    return reasons.form(
        ids.FormId.REJECT_POLICY,
        ids.Subject(policy=version.version),
        title="Reject the policy",
        head=f"*Policy version {version.version}*, proposed by {text.foreign(version.made_by, limit=40)}\n"
        + (text.said(version.notes, limit=400) if version.notes else "No notes."),
        label="Why?",
        hint="Whoever proposed it reads it. What is in force stays in force.",
    )


def _today(preview: Preview) -> tuple[Block, ...]:
    """Return whom each segment takes today, and what somebody should look at before it is published."""
    lines = [
        f"• *{text.foreign(each.name, limit=60)}* ({each.mode}, {text.foreign(each.cadence, limit=60)}): "
        f"{each.invoices} {'invoice' if each.invoices == 1 else 'invoices'}"
        + (f", {', '.join(str(amount) for amount in each.amounts[:AMOUNTS_SHOWN])}" if each.amounts else "")
        + (f", {each.mailable * 100 // each.invoices} % can be mailed" if each.invoices else "")
        for each in preview.segments
    ]
    if preview.unmatched_count:
        lines.append(f"• no segment: {preview.unmatched_count}, and nobody reminds of them")
    told = text.listed(lines, most=SEGMENTS_SHOWN)
    warned = text.listed([f"• {text.said(each, limit=300)}" for each in preview.warnings], most=WARNINGS_SHOWN)
    return (
        blocks.section(f"*Whom it takes today*\n{told}"),
        *([blocks.section(f"*Look at this*\n{warned}")] if preview.warnings else ()),
    )


def versions(found: Sequence[PolicyVersion]) -> Message:
    """Return the newest versions; none of them waits for a decision."""
    head = "No policy waits for a decision."
    lines = [
        f"• *{each.version}* {each.state}, {text.foreign(each.made_by, limit=40)}, {text.moment(each.made_at)}"
        + (f": {text.said(each.notes, limit=80)}" if each.notes else "")
        for each in found
    ]
    return Message(
        text=head,
        blocks=(
            blocks.section(f"*{head}*\n{text.listed(lines)}"),
            blocks.context("Propose one: `/plixo segment NAME autopilot`, or `plixo policy apply FILE` in the shell."),
        ),
    )


def segments(in_force: PolicyVersion, health: Sequence[SegmentHealth], *, limits: Limits) -> Message:
    """Return the segments in force, the first match first, with how they fare."""
    known = {each.segment: each for each in health}
    listed = in_force.document.segments
    head = (
        f"{len(listed)} {'segment' if len(listed) == 1 else 'segments'} in force (policy version {in_force.version})."
    )
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}* An invoice belongs to the first that fits it.")],
            [_segment(each, known.get(each.name), limits) for each in listed],
            tail=[blocks.context("Another mode: `/plixo segment NAME autopilot`; somebody else publishes it.")],
        ),
    )


def look(version: int) -> Block:
    """Return the button that shows a version."""
    return blocks.button(
        "Look at it",
        action=ids.Action.SHOW_POLICY,
        value=ids.value(policy=version),
        label=f"Look at policy version {version}",
    )


def _segment(segment: SegmentPart, health: SegmentHealth | None, limits: Limits) -> Block:
    cap = f", at most {segment.daily_cap} a day" if segment.daily_cap else ""
    head = (
        f"*{text.foreign(segment.name, limit=60)}*  {segment.mode.value}, cadence"
        f" {text.foreign(segment.cadence, limit=60)}{cap}"
    )
    if health is None or health.at is None:
        return blocks.section(f"{head}\n_Not judged yet._")
    kept = f", {health.kept} of {health.judged} promises kept" if health.judged else ""
    figures = (
        f"{health.open_count} open, {health.mailable_count} of them can be mailed ({health.coverage:.0%}),"
        f" {health.bounced_week} of {health.sent_week} mails of the week bounced{kept}"
    )
    stops = "; ".join(text.said(each, limit=200) for each in domain_health.blocking(health, limits))
    return blocks.section(f"{head}\n{figures}" + (f"\n_Not on Autopilot as long as {stops}_" if stops else ""))


def _decisions(version: PolicyVersion) -> tuple[Block, ...]:
    if version.state != "proposed":
        return ()
    value = ids.value(policy=version.version)
    number = version.version
    asked = f"Version {number} comes into force at once for all open invoices."
    move = blocks.button(
        "Publish, move running",
        action=ids.Action.PUBLISH_MOVE,
        value=value,
        label=f"Publish version {number} and move running reminders",
        primary=True,
        confirm=Confirmation(
            title="Publish this policy?",
            question=f"{asked} Reminders that run move to their new cadence.",
            yes="Publish and move",
        ),
    )
    finish = blocks.button(
        "Publish, let finish",
        action=ids.Action.PUBLISH_FINISH,
        value=value,
        label=f"Publish version {number} and let running reminders finish",
        confirm=Confirmation(
            title="Publish this policy?",
            question=f"{asked} Reminders that run finish in their old cadence.",
            yes="Publish",
        ),
    )
    reject = blocks.button("Reject…", action=ids.Action.REJECT_POLICY, value=value, label=f"Reject version {number}")
    return (
        blocks.actions(move, finish, reject),
        blocks.context("Whoever proposed it does not publish it, and may take it back."),
    )
