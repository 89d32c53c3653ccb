"""The board of readiness: a light for each check with its figure, its meaning and what to do, and what is held back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import blocks, ids, inputs, text
from bot.audience import FULL, Audience
from bot.blocks import Block, Message
from bot.inputs import Option
from bot.modals import Modal
from domain.deliverability.sender_records import Finding
from domain.kernel.speech import counted, phrase, say
from domain.operations.readiness import Board, Held, SegmentHeld, Shown
from domain.operations.readiness_accounts import Lacking
from domain.operations.readiness_events import VERDICTS
from domain.operations.readiness_judges import Verdict
from domain.operations.readiness_overrides import LONGEST_REASON, Override

LIGHTS: Mapping[Verdict, str] = {
    Verdict.PASS: ":large_green_circle:",
    Verdict.WARN: ":large_yellow_circle:",
    Verdict.FAIL: ":red_circle:",
}

OVERRIDDEN = ":white_circle:"

TERMS: tuple[tuple[str, int], ...] = (
    (phrase("4 hours"), 4),
    (phrase("1 day"), 24),
    (phrase("3 days"), 72),
    (phrase("7 days"), 168),
)
"""How long an override may last, by how it is called, in hours."""

SEGMENTS_SHOWN = 4


def board(shown: Board, *, audience: Audience = FULL, living: bool = False) -> Message:
    """Return the board; a *living* one stands in a channel, where everybody may press what they have the right to."""
    head = headline(shown)
    judged = say("Judged {at}.", at=text.moment(shown.judged_at)) if shown.judged_at else say("Not judged yet.")
    waits = held(shown.held, audience)
    return Message(
        text=f"{head}. {waits}",
        blocks=blocks.listing(
            [blocks.header(say("Readiness")), blocks.section(f"*{head}*\n{waits}"), *_proposals(shown.checks)],
            (tuple(_check(each, shown)) for each in shown.checks),
            tail=[*_segments(shown.segments, audience), blocks.context(judged), *_buttons(shown, living=living)],
        ),
    )


def headline(shown: Board) -> str:
    """Return how things stand in a few words."""
    if shown.holding:
        names = ", ".join(say(each.check.title) for each in shown.holding)
        return say("Readiness: Autopilot is held by {names}", names=names)
    if shown.closed:
        return say("Readiness: Autopilot is held by hand")
    warn = sum(each.verdict is Verdict.WARN for each in shown.checks)
    overridden = sum(each.overridden for each in shown.checks)
    if overridden:
        return counted(
            "Readiness: nothing is held; {n} check is overridden",
            "Readiness: nothing is held; {n} checks are overridden",
            overridden,
        )
    if warn:
        return counted(
            "Readiness: nothing is held; {n} check warns", "Readiness: nothing is held; {n} checks warn", warn
        )
    return say("Readiness: every check passes")


def held(waiting: Held, audience: Audience) -> str:
    """Return how many mails wait and over which sums."""
    if not waiting.mails:
        return say("No mail waits for it.")
    sums = ", ".join(audience.money(each) for each in waiting.sums) or say("nothing open")
    return counted(
        "{n} mail over {sums} is held back.", "{n} mails over {sums} are held back.", waiting.mails, sums=sums
    )


def _check(each: Shown, shown: Board) -> list[Block]:
    light = OVERRIDDEN if each.overridden else LIGHTS[each.verdict]
    verdict = say(VERDICTS[each.verdict.value])
    lines = [f"{light} *{say(each.check.title)}* {verdict}. {text.said(each.found, limit=400)}"]
    if each.override is not None and each.override.active:
        lines.append(_overridden(each.override))
    if each.verdict is Verdict.PASS:
        return [blocks.section(lines[0])]
    small = say(
        "{means} Measured is {measures}; it {limit}.",
        means=say(each.check.means),
        measures=say(each.check.measures),
        limit=each.limit,
    )
    lines += [say("What to do: {remedy}", remedy=say(each.check.remedy))]
    records = _records(shown.domain, shown.domain_at) if each.check.name == "domain" else []
    return [blocks.section("\n".join(lines)), blocks.context(small), *records]


def _overridden(override: Override) -> str:
    return say(
        "Overridden until {at} by {name}, agreed to by {second}: {reason}",
        at=text.moment(override.until),
        name=text.foreign(override.made_by, limit=40),
        second=text.foreign(override.decided_by or override.made_by, limit=40),
        reason=text.foreign(override.reason, limit=200),
    )


def _records(findings: Sequence[Finding], asked_at: datetime | None) -> list[Block]:
    """Return the records to publish, word for word, and when the name servers were asked last."""
    lines = []
    for each in findings:
        if each.state == "pass":
            continue
        lines.append(f"*{each.check}*: {text.foreign(each.found, limit=160)}. {text.said(each.remedy, limit=200)}")
        if each.publish is not None:
            lines.append(f"`{text.foreign(each.publish.name, limit=120)}`  {each.publish.type}")
            lines.append(f"`{text.foreign(each.publish.value, limit=800)}`")
    if asked_at is not None:
        lines.append(say("The name servers were asked {at}.", at=text.moment(asked_at)))
    return [blocks.section("\n".join(lines))] if lines else []


def _segments(segments: Sequence[SegmentHeld], audience: Audience) -> list[Block]:
    if not segments:
        return []
    lines = [
        f"• *{text.foreign(each.segment, limit=60)}*: {text.said('; '.join(each.why), limit=300)}."
        f" {held(each.held, audience)}"
        for each in segments
    ]
    listed = text.listed(lines, most=SEGMENTS_SHOWN)
    return [blocks.section(f"*{say('Segments whose Autopilot waits for figures of their own')}*\n{listed}")]


def _proposals(checks: Sequence[Shown]) -> list[Block]:
    parts: list[Block] = []
    for each in checks:
        if each.override is None or each.override.active:
            continue
        named = say(each.check.title)
        sentence = say(
            "{name} proposes to override *{check}* until {at}: {reason}",
            name=text.foreign(each.override.made_by, limit=40),
            check=named,
            at=text.moment(each.override.until),
            reason=text.foreign(each.override.reason, limit=200),
        )
        value = ids.value(override=each.override.id)
        parts += [
            blocks.section(sentence),
            blocks.actions(
                blocks.button(
                    say("Agree"), action=ids.Action.APPROVE_OVERRIDE, value=value, primary=True,
                    label=say("Agree to override {check}", check=named),
                ),
                blocks.button(
                    say("Decline"), action=ids.Action.DECLINE_OVERRIDE, value=value,
                    label=say("Decline to override {check}", check=named),
                ),
            ),
        ]  # fmt: skip
    return parts


def _buttons(shown: Board, *, living: bool) -> list[Block]:
    buttons = [
        _button(say("Check again"), ids.Action.RECHECK_READINESS, say("Judge every check anew")),
        _button(say("Resend test dispute"), ids.Action.SMOKE_DISPUTE, say("File a test dispute through the pages")),
        _button(say("Without contact"), ids.Action.LIST_CONTACTLESS, say("List the customers without a contact")),
        _button(say("Compare ageing"), ids.Action.SHOW_PARITY, say("Show how our ageing compares with your books")),
    ]
    if any(each.holds and each.override is None for each in shown.checks):
        buttons.append(_button(say("Override…"), ids.Action.OVERRIDE_CHECK, say("Override one check for a while")))
    if living:
        buttons.append(_button(say("Show to me"), ids.Action.SHOW_READINESS, say("Show the board to me alone")))
    return [blocks.actions(*buttons)]


def look() -> Block:
    """Return the button that shows the board."""
    return _button(say("Look"), ids.Action.SHOW_READINESS, say("Show the board of readiness"))


def _button(words: str, action: ids.Action, label: str) -> Block:
    return blocks.button(words, action=action, value=ids.value(), label=label)


def home(shown: Board) -> Sequence[Block]:
    """Return the part of App Home: what holds Autopilot, or that nothing does."""
    lights = " ".join(OVERRIDDEN if each.overridden else LIGHTS[each.verdict] for each in shown.checks)
    waits = f"\n{held(shown.held, FULL)}" if shown.closed else ""
    return [blocks.divider(), blocks.section(f"*{headline(shown)}*{waits}\n{lights}", accessory=look())]


def override_form(checks: Sequence[Shown], *, longest_hours: int) -> Modal:
    """Return the form in which somebody proposes to override a check that fails."""
    failing = [Option(say(each.check.title), each.check.name) for each in checks if each.holds]
    terms = [Option(say(called), str(hours)) for called, hours in TERMS if hours <= longest_hours]
    return Modal(
        title=say("Override a check"),
        form=ids.FormId.OVERRIDE_CHECK,
        submit=say("Propose"),
        blocks=(
            inputs.select("check", say("Check"), failing, initial=failing[0].value),
            inputs.radio("hours", say("For how long"), terms, initial=terms[0].value),
            inputs.text(
                "reason", say("Why"), lines=True, most=LONGEST_REASON, hint=say("A second person reads it and decides.")
            ),
        ),
    )


def lacking(found: Sequence[Lacking], total: int) -> Message:
    """Return the customers without a contact, the largest exposure first."""
    if not found:
        sentence = say("Every customer with open invoices has a contact that may be mailed.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} line of customers without a contact that may be mailed, the largest exposure first",
        "{n} lines of customers without a contact that may be mailed, the largest exposure first",
        total,
    )
    file = _button(say("Send me the file"), ids.Action.EXPORT_CONTACTLESS, say("Send me all of them as CSV"))
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")], (_lacking(each) for each in found), total=total, tail=[blocks.actions(file)]
        ),
    )


def _lacking(each: Lacking) -> Block:
    what = say("every contact is suppressed") if each.suppressed else say("no contact")
    invoices = counted("{n} invoice", "{n} invoices", each.invoices)
    show = blocks.button(
        say("Show"),
        action=ids.Action.SHOW_ACCOUNT,
        value=ids.value(account=each.account_id),
        label=say("Show {name}", name=text.plain(each.name, limit=50)),
    )
    named = text.foreign(each.name)
    return blocks.section(say("*{name}*  {owed}, {invoices}: {what}", name=named, owed=each.owed, invoices=invoices,
                              what=what), accessory=show)  # fmt: skip
