"""App Home: what one person has before them, the most pressing first; and what a stranger sees."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block
from bot.inputs import Option
from bot.modals import Modal
from bot.surfaces import Home
from bot.views import access, incidents, piles, promised, readiness, sessions, settings, states
from domain.casework.queue import QueueLine
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import DisputeView
from domain.kernel import sentences
from domain.kernel.money import Money
from domain.kernel.speech import amount, counted, number, phrase, say, say_as
from domain.operations.desks import Cash, Desk
from domain.outreach.gates import GateShown
from domain.people.roles import Role
from domain.people.setting_words import Digest

REASON_LIMIT = 300

GATES_SHOWN = 3

LATE = timedelta(minutes=5)
"""From then on it is told that news come late."""

ROLES: Mapping[Role, str] = {
    Role.VIEWER: phrase("looks"),
    Role.AR_OPERATOR: phrase("works the queue"),
    Role.AR_MANAGER: phrase("approves mails and plans"),
    Role.CONTROLLER: phrase("moves money and gives roles"),
    Role.ADMIN: phrase("runs Plixo and gives roles"),
    Role.BILLING_ADMIN: phrase("imports and applies cash"),
    Role.SALES: phrase("looks, and asks for reminders"),
    Role.CSM: phrase("looks, and asks for reminders"),
    Role.LEGAL: phrase("decides credits above the cap"),
}


def desk(shown: Desk) -> Home:
    """Return the Home of somebody with a role."""
    parts: list[Sequence[Block]] = [
        [blocks.header(f"Plixo: {text.plain(shown.name, limit=60)}")],
        [blocks.context(_roles(shown))],
        _behind(shown.shared.behind),
        incidents.home(shown.shared.incidents),
        _gates(shown.shared.gates),
        _readiness(shown),
        _queue(shown),
        piles.decisions(shown),
        piles.answers(shown),
        promised.part(shown.shared.radar, shown.shared.kept),
        _disputes(shown),
        _cash(shown),
        _settings(shown),
    ]
    return Home(tuple(block for part in parts for block in part))


def stranger(slack_id: str, *, controllers: Sequence[str], asked: str, access_id: UUID | None = None) -> Home:
    """Return the Home of somebody without a role: who can give one, and how to ask; *asked* is what waits already."""
    whom = ", ".join(text.foreign(name, limit=40) for name in controllers[:10]) or say("whoever runs Plixo")
    ask = blocks.button(
        say("Ask for access…"),
        action=ids.Action.ASK_ACCESS,
        value=ids.value(),
        label=say("Ask for a role in Plixo"),
        primary=True,
    )
    wish = text.foreign(asked, limit=60)
    waits = say("You asked for *{wish}*; nobody has decided yet.", wish=wish) if asked else ""
    account = text.foreign(slack_id, limit=30)
    return Home(
        (
            blocks.header("Plixo"),
            blocks.section(
                say("Plixo looks after open invoices. You have no role in it yet, so there is nothing to show.")
            ),
            *([blocks.section(waits)] if waits else [blocks.actions(ask)]),
            *([blocks.actions(access.withdraw_button(access_id))] if waits and access_id else ()),
            blocks.context(say("Who decides: {whom}. Your Slack account is `{account}`.", whom=whom, account=account)),
        )
    )


def ask_form() -> Modal:
    """Return the form in which somebody asks for a role."""
    roles = [Option(f"{role.value}: {say(does)}", role.value) for role, does in ROLES.items()]
    return Modal(
        title=say("Ask for access"),
        form=ids.FormId.ASK_ACCESS,
        submit=say_as("for access", "Ask"),
        blocks=(
            inputs.select("role", say("Role"), roles, initial=Role.VIEWER.value),
            inputs.text(
                "days",
                say("For how many days"),
                most=3,
                optional=True,
                hint=say("Empty: until somebody takes it back."),
            ),
            inputs.text(
                "reason", say("What for"), lines=True, most=REASON_LIMIT, hint=say("Whoever decides reads it.")
            ),
        ),
    )


def _roles(shown: Desk) -> str:
    return ", ".join(shown.roles) or say("no role")


def _behind(behind: timedelta) -> Sequence[Block]:
    """Return that news reach Slack late, when they do; what is here was read from the database just now."""
    if behind < LATE:
        return []
    late = counted(
        "News reach Slack late: the oldest has waited for {n} minute. What stands here is of this moment.",
        "News reach Slack late: the oldest has waited for {n} minutes. What stands here is of this moment.",
        int(behind.total_seconds() // 60),
    )
    return [blocks.section(f":hourglass: {late}")]


def _gates(gates: Sequence[GateShown]) -> Sequence[Block]:
    """Return what keeps mail back now; it stands above everything."""
    lines = [_gate(each) for each in gates]
    return [blocks.section(f":warning: {text.listed(lines, most=GATES_SHOWN)}")] if lines else []


def _gate(gate: GateShown) -> str:
    name = f"*{text.foreign(states.capital(say(gate.name)), limit=60)}*"
    if gate.segment:
        name += " (" + say("segment {name}", name=text.foreign(gate.segment, limit=60)) + ")"
    about = {"gate": name, "what": text.foreign(say(gate.holds), limit=40)}
    held = (
        say("{gate}: {what} is held back until {until}.", until=text.moment(gate.until), **about)
        if gate.until
        else say("{gate}: {what} is held back until somebody opens it.", **about)
    )
    return f"{held} {text.said(sentences.said(gate.reason), limit=200)}"


def _readiness(shown: Desk) -> Sequence[Block]:
    return readiness.home(shown.shared.readiness) if shown.shared.readiness is not None else []


def _queue(shown: Desk) -> Sequence[Block]:
    if shown.queue is None:
        return []
    found = shown.queue
    whose = say("*Your queue*") if shown.own else say("*The queue*")
    today = shown.progress.done_today if shown.progress else 0
    if not found.lines:
        nothing = (
            say("Nothing needs a person now, {n} done today.", n=today) if today else say("Nothing needs a person now.")
        )
        return [blocks.divider(), blocks.section(f"{whose}\n{nothing}")]
    count = (
        say("more than {n} invoices", n=found.total)
        if found.more
        else counted("{n} invoice", "{n} invoices", found.total)
    )
    head = f"{whose}: {count}" + (", " + say("{n} done today", n=today) if today else "")
    return [blocks.divider(), blocks.section(head, accessory=sessions.next_button()), *map(_line, found.lines)]


def _line(line: QueueLine) -> Block:
    name = text.foreign(line.claimed_by, limit=40)
    taken = " · " + say("{name} has the case in hand", name=name) if line.claimed_by else ""
    return blocks.section(
        f"*{text.foreign(line.invoice_number)}*  {text.foreign(line.account_name)}  {amount(line.balance)},"
        f" {text.overdue(line.days_past_due)}\n{text.said(line.next_action, limit=160)}{taken}",
        accessory=promised.show(line.invoice_number, line),
    )


def _disputes(shown: Desk) -> Sequence[Block]:
    counts = shown.shared.disputes
    if not counts.total:
        return []
    told = ", ".join(
        f"{number(counts.by_sla[sla])} {sla.said}"
        for sla in (Sla.LATE, Sla.AT_RISK, Sla.OPEN)
        if _has(counts.by_sla, sla)
    )
    every = blocks.button(
        say("All"),
        action=ids.Action.HOME_LIST,
        value=ids.value(seen="disputes"),
        label=say("Show all open disputes"),
    )
    head = say("*Disputes*: {counts}, {sums} disputed", counts=told, sums=_sums(counts.amounts))
    own = [blocks.context(say("Yours:"))] if shown.mine else []
    return [blocks.divider(), blocks.section(head, accessory=every), *own, *map(_dispute, shown.mine)]


def _has(by_sla: Mapping[Sla, int], sla: Sla) -> bool:
    return by_sla.get(sla, 0) > 0


def _dispute(dispute: DisputeView) -> Block:
    sla = f"{dispute.sla.said}, " if dispute.sla else ""
    due = sla + say("answer due {due}", due=text.moment(dispute.sla_due_at))
    return blocks.section(
        f"*{dispute.reference}*  {text.foreign(dispute.invoice_number)}  {text.foreign(dispute.account_name)}\n"
        f"{amount(dispute.amount)}, {text.foreign(dispute.reason, limit=60)}: {due}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW_DISPUTE,
            value=ids.value(dispute=dispute.dispute_id),
            label=say("Show {number}", number=dispute.reference),
        ),
    )


def _cash(shown: Desk) -> Sequence[Block]:
    cash = shown.cash
    if cash is None or not (cash.lines or cash.unapplied):
        return []
    lines = [
        *(
            [
                counted(
                    "*{n}* bank line waits, {proposed} of them with a proposal: {sums}",
                    "*{n}* bank lines wait, {proposed} of them with a proposal: {sums}",
                    cash.lines,
                    proposed=cash.proposed,
                    sums=_sums(cash.sums),
                )
            ]
            if cash.lines
            else []
        ),
        *([_unapplied(cash)] if cash.unapplied else []),
    ]
    button = blocks.button(
        say("Look"),
        action=ids.Action.CASH_LIST if cash.lines else ids.Action.HOME_LIST,
        value=ids.value() if cash.lines else ids.value(seen="unapplied"),
        label=say("Look at money that belongs to no invoice yet"),
    )
    return [blocks.divider(), blocks.section("\n".join([say("*Cash to place*"), *lines]), accessory=button)]


def _unapplied(cash: Cash) -> str:
    return counted(
        "*{n}* payment is not applied in full: {sums}",
        "*{n}* payments are not applied in full: {sums}",
        cash.unapplied,
        sums=str(cash.totals),
    )


def _settings(shown: Desk) -> Sequence[Block]:
    mine = shown.settings
    way = {"way": say(settings.DIGEST[mine.digest])}
    digest = (
        say("digest {way} at {time}", time=f"{mine.digest_at:%H:%M}", **way)
        if mine.digest is not Digest.OFF
        else say("digest {way}", **way)
    )
    parts = f"{settings.LANGUAGES[mine.language]}, {text.foreign(mine.zone.key)}; {digest}"
    change = blocks.button(
        say("Change…"), action=ids.Action.SETTINGS, value=ids.value(), label=say("Change your settings")
    )
    return [
        blocks.divider(),
        blocks.section(
            "\n".join([say("*Your settings*"), f"{parts}; {say(settings.NOISE[mine.noise])}"]), accessory=change
        ),
        blocks.context(say("`/plixo help` lists what you may do.")),
    ]


def _sums(amounts: Sequence[Money]) -> str:
    return ", ".join(amount(each) for each in amounts) or say_as("a sum", "nothing")
