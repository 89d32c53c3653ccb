"""App Home: what one person has before them, the most pressing first; and what a stranger sees."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block
from bot.inputs import Option
from bot.modals import Modal
from bot.surfaces import Home
from bot.views import access, settings
from domain.casework.queue import QueueLine
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_queries import DisputeView
from domain.commitments.radar import RadarLine
from domain.kernel.money import Money
from domain.operations.desks import Desk, Pile, Waits
from domain.outreach.gates import GateShown
from domain.people.roles import Role
from domain.people.setting_words import Digest

REASON_LIMIT = 300

GATES_SHOWN = 3

WORDS: Mapping[Pile, tuple[str, str]] = {
    Pile.DRAFTS: ("draft of a mail", "drafts of mails"),
    Pile.PLANS: ("payment plan", "payment plans"),
    Pile.CREDITS: ("credit", "credits"),
    Pile.WRITE_OFFS: ("write-off or void", "write-offs and voids"),
    Pile.POLICY: ("policy", "policies"),
    Pile.FORWARDINGS: ("link that a payer asks for somebody else", "links that payers ask for somebody else"),
    Pile.ACCESS: ("request for access", "requests for access"),
    Pile.MAILS: ("mail of a customer", "mails of customers"),
    Pile.QUESTIONS: ("question of a payer", "questions of payers"),
}

ANSWERS = (Pile.MAILS, Pile.QUESTIONS)
"""What waits for an answer; everything else waits for a decision."""

ROLES: Mapping[Role, str] = {
    Role.VIEWER: "looks",
    Role.AR_OPERATOR: "works the queue",
    Role.AR_MANAGER: "approves mails and plans",
    Role.CONTROLLER: "moves money and gives roles",
    Role.ADMIN: "runs Plixo and gives roles",
    Role.BILLING_ADMIN: "imports and applies cash",
    Role.SALES: "looks, and asks for reminders",
    Role.CSM: "looks, and asks for reminders",
    Role.LEGAL: "decides credits above the cap",
}


def desk(shown: Desk) -> Home:
    """Return the Home of somebody with a role."""
    parts: list[Sequence[Block]] = [
        [blocks.header(f"Plixo: {text.plain(shown.name, limit=60)}")],
        [blocks.context(_roles(shown))],
        _gates(shown.shared.gates),
        _queue(shown),
        _piles("Waits for your decision", shown, [each for each in Pile if each not in ANSWERS]),
        _piles("Waits for an answer", shown, ANSWERS),
        _radar(shown),
        _disputes(shown),
        _cash(shown),
        _settings(shown),
    ]
    return Home(tuple(block for part in parts for block in part))


def stranger(slack_id: str, *, controllers: Sequence[str], asked: str, access_id: UUID | None = None) -> Home:
    """Return the Home of somebody without a role: who can give one, and how to ask; *asked* is what waits already."""
    whom = ", ".join(text.foreign(name, limit=40) for name in controllers[:10]) or "whoever runs Plixo"
    ask = blocks.button(
        "Ask for access…",
        action=ids.Action.ASK_ACCESS,
        value=ids.value(),
        label="Ask for a role in Plixo",
        primary=True,
    )
    waits = f"You asked for *{text.foreign(asked, limit=60)}*; nobody has decided yet." if asked else ""
    return Home(
        (
            blocks.header("Plixo"),
            blocks.section("Plixo looks after open invoices. You have no role in it yet, so there is nothing to show."),
            *([blocks.section(waits)] if waits else [blocks.actions(ask)]),
            *([blocks.actions(access.withdraw_button(access_id))] if waits and access_id else ()),
            blocks.context(f"Who decides: {whom}. Your Slack account is `{text.foreign(slack_id, limit=30)}`."),
        )
    )


def ask_form() -> Modal:
    """Return the form in which somebody asks for a role."""
    roles = [Option(f"{role.value}: {does}", role.value) for role, does in ROLES.items()]
    return Modal(
        title="Ask for access",
        form=ids.FormId.ASK_ACCESS,
        submit="Ask",
        blocks=(
            inputs.select("role", "Role", roles, initial=Role.VIEWER.value),
            inputs.text(
                "days", "For how many days", most=3, optional=True, hint="Empty: until somebody takes it back."
            ),
            inputs.text("reason", "What for", lines=True, most=REASON_LIMIT, hint="Whoever decides reads it."),
        ),
    )


def _roles(shown: Desk) -> str:
    return ", ".join(shown.roles) or "no role"


def _gates(gates: Sequence[GateShown]) -> Sequence[Block]:
    """Return what keeps mail back now; it stands above everything."""
    lines = [
        f"*{text.foreign(each.name.capitalize(), limit=60)}*"
        + (f" (segment {text.foreign(each.segment, limit=60)})" if each.segment else "")
        + f": {text.foreign(each.holds, limit=40)} is held back"
        + (f" until {text.moment(each.until)}" if each.until else " until somebody opens it")
        + f". {text.said(each.reason, limit=200)}"
        for each in gates
    ]
    return [blocks.section(f":warning: {text.listed(lines, most=GATES_SHOWN)}")] if lines else []


def _queue(shown: Desk) -> Sequence[Block]:
    if shown.queue is None:
        return []
    found = shown.queue
    count = f"more than {found.total}" if found.more else str(found.total)
    whose = "Your queue" if shown.own else "The queue"
    done = f", {shown.progress.done_today} done today" if shown.progress and shown.progress.done_today else ""
    following = blocks.button(
        "Next", action=ids.Action.NEXT, value=ids.value(), label="Take up the next case", primary=True
    )
    if not found.lines:
        return [blocks.divider(), blocks.section(f"*{whose}*\nNothing needs a person now{done}.")]
    head = f"*{whose}*: {count} {'invoice' if found.total == 1 else 'invoices'}{done}"
    return [blocks.divider(), blocks.section(head, accessory=following), *map(_line, found.lines)]


def _line(line: QueueLine) -> Block:
    taken = f" · {text.foreign(line.claimed_by, limit=40)} has the case in hand" if line.claimed_by else ""
    return blocks.section(
        f"*{text.foreign(line.invoice_number)}*  {text.foreign(line.account_name)}  {line.balance},"
        f" {text.overdue(line.days_past_due)}\n{text.said(line.next_action, limit=160)}{taken}",
        accessory=_show(line.invoice_number, line),
    )


def _show(number: str, line: QueueLine | RadarLine) -> Block:
    return blocks.button(
        "Show",
        action=ids.Action.SHOW,
        value=ids.value(invoice_id=line.invoice_id),
        label=f"Show {text.plain(number, limit=50)}",
    )


def _piles(title: str, shown: Desk, piles: Sequence[Pile]) -> Sequence[Block]:
    found = [(each, shown.piles[each]) for each in piles if each in shown.piles]
    if not found:
        return []
    return [blocks.divider(), blocks.section(f"*{title}*"), *(_pile(pile, waits) for pile, waits in found)]


def _pile(pile: Pile, waits: Waits) -> Block:
    one, many = WORDS[pile]
    look = blocks.button(
        "Look",
        action=_BUTTONS.get(pile, ids.Action.HOME_LIST),
        value=_value(pile, waits),
        label=f"Look at what waits: {many}",
    )
    since = (
        f", the oldest since {text.moment(waits.since)}" if waits.count > 1 else f", since {text.moment(waits.since)}"
    )
    return blocks.section(f"*{waits.count}* {one if waits.count == 1 else many}{since}", accessory=look)


_BUTTONS: Mapping[Pile, ids.Action] = {
    Pile.DRAFTS: ids.Action.LIST_DRAFTS,
    Pile.POLICY: ids.Action.SHOW_POLICY,
    Pile.ACCESS: ids.Action.LIST_ACCESS,
}
"""Piles that have a button of their own."""


def _value(pile: Pile, waits: Waits) -> str:
    if pile is Pile.POLICY:
        return ids.value(policy=waits.version)
    return ids.value() if pile in _BUTTONS else ids.value(seen=pile.value)


def _radar(shown: Desk) -> Sequence[Block]:
    radar = shown.shared.radar
    if not radar.lines:
        return []
    total = len(radar.lines) + radar.more
    whole = blocks.button("All", action=ids.Action.RADAR, value=ids.value(), label="Show the whole radar")
    head = blocks.section(f"*Promises and instalments that need a look*: {total}", accessory=whole)
    return [blocks.divider(), head, *map(_blip, radar.lines)]


def _blip(line: RadarLine) -> Block:
    return blocks.section(
        f"*{line.blip.value.capitalize()}*  {text.foreign(line.invoice_number)}  {text.foreign(line.account_name)}\n"
        f"{line.at_risk} at risk, {text.day(line.on)}",
        accessory=_show(line.invoice_number, line),
    )


def _disputes(shown: Desk) -> Sequence[Block]:
    counts = shown.shared.disputes
    if not counts.total:
        return []
    told = ", ".join(
        f"{counts.by_sla[sla]} {sla.value}" for sla in (Sla.LATE, Sla.AT_RISK, Sla.OPEN) if _has(counts.by_sla, sla)
    )
    every = blocks.button(
        "All", action=ids.Action.HOME_LIST, value=ids.value(seen="disputes"), label="Show all open disputes"
    )
    head = blocks.section(f"*Disputes*: {told}, {_sums(counts.amounts)} disputed", accessory=every)
    own = [blocks.context("Yours:")] if shown.mine else []
    return [blocks.divider(), head, *own, *map(_dispute, shown.mine)]


def _has(by_sla: Mapping[Sla, int], sla: Sla) -> bool:
    return by_sla.get(sla, 0) > 0


def _dispute(dispute: DisputeView) -> Block:
    sla = f"{dispute.sla.value}, " if dispute.sla else ""
    due = f"{sla}answer due {text.moment(dispute.sla_due_at)}"
    return blocks.section(
        f"*{dispute.reference}*  {text.foreign(dispute.invoice_number)}  {text.foreign(dispute.account_name)}\n"
        f"{dispute.amount}, {text.foreign(dispute.reason, limit=60)}: {due}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW_DISPUTE,
            value=ids.value(dispute=dispute.dispute_id),
            label=f"Show {dispute.reference}",
        ),
    )


def _cash(shown: Desk) -> Sequence[Block]:
    cash = shown.cash
    if cash is None or not (cash.lines or cash.unapplied):
        return []
    lines = [
        *(
            [f"*{cash.lines}* bank lines wait, {cash.proposed} of them with a proposal: {_sums(cash.sums)}"]
            if cash.lines
            else []
        ),
        *([f"*{cash.unapplied}* payments are not applied in full: {cash.totals}"] if cash.unapplied else []),
    ]
    button = blocks.button(
        "Look",
        action=ids.Action.CASH_LIST if cash.lines else ids.Action.HOME_LIST,
        value=ids.value() if cash.lines else ids.value(seen="unapplied"),
        label="Look at money that belongs to no invoice yet",
    )
    return [blocks.divider(), blocks.section("*Cash to place*\n" + "\n".join(lines), accessory=button)]


def _settings(shown: Desk) -> Sequence[Block]:
    mine = shown.settings
    at = f" at {mine.digest_at:%H:%M}" if mine.digest is not Digest.OFF else ""
    change = blocks.button("Change…", action=ids.Action.SETTINGS, value=ids.value(), label="Change your settings")
    return [
        blocks.divider(),
        blocks.section(
            f"*Your settings*\n{settings.LANGUAGES[mine.language]}, {text.foreign(mine.zone.key)}; digest"
            f" {settings.DIGEST[mine.digest]}{at}; {settings.NOISE[mine.noise]}",
            accessory=change,
        ),
        blocks.context("`/plixo help` lists what you may do."),
    ]


def _sums(amounts: Sequence[Money]) -> str:
    return ", ".join(str(each) for each in amounts) or "nothing"
