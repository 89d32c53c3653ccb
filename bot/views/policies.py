"""Policies and segments as the operators see them."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.kernel import sentences, speech
from domain.kernel.limits import Limits
from domain.kernel.speech import counted, say, say_as
from domain.policies import health as domain_health
from domain.policies.document import SegmentPart
from domain.policies.health import SegmentHealth
from domain.policies.previews import Preview, SegmentPreview
from domain.policies.queries import PolicyVersion

CHANGES_SHOWN = 20
SEGMENTS_SHOWN = 8
AMOUNTS_SHOWN = 4
WARNINGS_SHOWN = 6


def card(version: PolicyVersion, in_force: int, changes: Sequence[str], *, today: Preview | None = None) -> Message:
    """Return one version with how it differs from the one in force, what it does today, and what can be decided."""
    head = say("Policy version {version}, {state}", version=str(version.version), state=_state(version.state))
    told = [f"• {text.said(each, limit=200)}" for each in changes]
    listed = text.listed(told, most=CHANGES_SHOWN, empty=say_as("difference", "the same"))
    against = say("*Against version {version}, which is in force*", version=str(in_force))
    made = [
        say("Proposed by {who}, {at}", who=text.foreign(version.made_by, limit=40), at=text.moment(version.made_at))
    ]
    if version.decided_by and version.decided_at:
        by, at = text.foreign(version.decided_by, limit=40), text.moment(version.decided_at)
        made.append(say("decided by {who}, {at}", who=by, at=at))
    return Message(
        text=counted(
            "{head}: {n} change against version {version}.",
            "{head}: {n} changes against version {version}.",
            len(changes),
            head=head,
            version=str(in_force),
        ),
        blocks=(
            blocks.section(f"*{head}*\n{_notes(version)}"),
            *([blocks.section(f"{against}\n{listed}")] if version.version != in_force else ()),
            *(_today(today) if today else ()),
            blocks.context(" · ".join(made)),
            *_decisions(version),
        ),
    )


def reject_form(version: PolicyVersion) -> Modal:
    """Return the form in which somebody says why a version is turned down."""
    head = say(
        "*Policy version {version}*, proposed by {who}",
        version=str(version.version),
        who=text.foreign(version.made_by, limit=40),
    )
    return reasons.form(
        ids.FormId.REJECT_POLICY,
        ids.Subject(policy=version.version),
        title=say("Reject the policy"),
        head=f"{head}\n{_notes(version)}",
        label=say("Why?"),
        hint=say("Whoever proposed it reads it. What is in force stays in force."),
    )


def _today(preview: Preview) -> tuple[Block, ...]:
    """Return whom each segment takes today, and what somebody should look at before it is published."""
    lines = [f"• {_taken(each)}" for each in preview.segments]
    if preview.unmatched_count:
        lines.append(f"• {say('no segment: {count}, and nobody reminds of them', count=preview.unmatched_count)}")
    told = text.listed(lines, most=SEGMENTS_SHOWN)
    warned = text.listed([f"• {text.said(each, limit=300)}" for each in preview.warnings], most=WARNINGS_SHOWN)
    return (
        blocks.section(f"*{say('Whom it takes today')}*\n{told}"),
        *([blocks.section(f"*{say('Look at this')}*\n{warned}")] if preview.warnings else ()),
    )


def _taken(each: SegmentPreview) -> str:
    """Return which invoices a segment takes."""
    cadence = text.foreign(each.cadence, limit=60)
    parts = [
        counted("{n} invoice", "{n} invoices", each.invoices),
        *(speech.amount(amount) for amount in each.amounts[:AMOUNTS_SHOWN]),
        *([say("{percent} % can be mailed", percent=each.mailable * 100 // each.invoices)] if each.invoices else ()),
    ]
    return f"*{text.foreign(each.name, limit=60)}* ({each.mode}, {cadence}): {', '.join(parts)}"


def versions(found: Sequence[PolicyVersion]) -> Message:
    """Return the newest versions; none of them waits for a decision."""
    head = say("No policy waits for a decision.")
    lines = [
        f"• *{each.version}* {_state(each.state)}, {text.foreign(each.made_by, limit=40)}, {text.moment(each.made_at)}"
        + (f": {text.said(each.notes, limit=80)}" if each.notes else "")
        for each in found
    ]
    return Message(
        text=head,
        blocks=(
            blocks.section(f"*{head}*\n{text.listed(lines)}"),
            blocks.context(
                say("Propose one: `/plixo segment NAME autopilot`, or `plixo policy apply FILE` in the shell.")
            ),
        ),
    )


def segments(in_force: PolicyVersion, health: Sequence[SegmentHealth], *, limits: Limits) -> Message:
    """Return the segments in force, the first match first, with how they fare."""
    known = {each.segment: each for each in health}
    listed = in_force.document.segments
    head = counted(
        "{n} segment in force (policy version {version}).",
        "{n} segments in force (policy version {version}).",
        len(listed),
        version=str(in_force.version),
    )
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}* {say('An invoice belongs to the first that fits it.')}")],
            [_segment(each, known.get(each.name), limits) for each in listed],
            tail=[blocks.context(say("Another mode: `/plixo segment NAME autopilot`; somebody else publishes it."))],
        ),
    )


def look(version: int) -> Block:
    """Return the button that shows a version."""
    return blocks.button(
        say("Look at it"),
        action=ids.Action.SHOW_POLICY,
        value=ids.value(policy=version),
        label=say("Look at policy version {version}", version=str(version)),
    )


def _segment(segment: SegmentPart, health: SegmentHealth | None, limits: Limits) -> Block:
    how = [
        segment.mode.value,
        say("cadence {name}", name=text.foreign(segment.cadence, limit=60)),
        *([say("at most {count} a day", count=segment.daily_cap)] if segment.daily_cap else ()),
    ]
    head = f"*{text.foreign(segment.name, limit=60)}*  {', '.join(how)}"
    if health is None or health.at is None:
        return blocks.section(f"{head}\n_{say('Not judged yet.')}_")
    figures = [
        say(
            "{open} open, {mailable} of them can be mailed ({share}), {bounced} of {sent} mails of the week bounced",
            open=health.open_count,
            mailable=health.mailable_count,
            share=f"{health.coverage:.0%}",
            bounced=health.bounced_week,
            sent=health.sent_week,
        ),
        *([say("{kept} of {judged} promises kept", kept=health.kept, judged=health.judged)] if health.judged else ()),
    ]
    stops = "; ".join(text.said(each, limit=200) for each in domain_health.blocking(health, limits))
    not_yet = f"\n_{say('Not on Autopilot as long as {why}', why=stops)}_" if stops else ""
    return blocks.section(f"{head}\n{', '.join(figures)}{not_yet}")


def _notes(version: PolicyVersion) -> str:
    return text.said(sentences.said(version.notes), limit=400) if version.notes else say("No notes.")


def _state(state: str) -> str:
    known = {
        "proposed": say_as("state of a policy", "proposed"),
        "published": say_as("state of a policy", "published"),
        "retired": say_as("state of a policy", "retired"),
        "rejected": say_as("state of a policy", "rejected"),
    }
    return known.get(state, state)


def _decisions(version: PolicyVersion) -> tuple[Block, ...]:
    if version.state != "proposed":
        return ()
    value = ids.value(policy=version.version)
    number = str(version.version)
    move = blocks.button(
        say("Publish, move running"),
        action=ids.Action.PUBLISH_MOVE,
        value=value,
        label=say("Publish version {version} and move running reminders", version=number),
        primary=True,
        confirm=Confirmation(
            title=say("Publish this policy?"),
            question=say(
                "Version {version} comes into force at once for all open invoices. Reminders that run move to their new"
                " cadence.",
                version=number,
            ),
            yes=say("Publish and move"),
        ),
    )
    finish = blocks.button(
        say("Publish, let finish"),
        action=ids.Action.PUBLISH_FINISH,
        value=value,
        label=say("Publish version {version} and let running reminders finish", version=number),
        confirm=Confirmation(
            title=say("Publish this policy?"),
            question=say(
                "Version {version} comes into force at once for all open invoices. Reminders that run finish in their"
                " old cadence.",
                version=number,
            ),
            yes=say("Publish"),
        ),
    )
    label = say("Reject version {version}", version=number)
    reject = blocks.button(say("Reject…"), action=ids.Action.REJECT_POLICY, value=value, label=label)
    return (
        blocks.actions(move, finish, reject),
        blocks.context(say("Whoever proposed it does not publish it, and may take it back.")),
    )
