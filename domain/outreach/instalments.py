"""Instalments of running plans as due items: each is asked for before its day, and once more when it was missed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.commitments import instalments
from domain.commitments.instalments import Occasion
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Rows, Transaction
from domain.outreach import decisions, due, gathering, needs
from domain.outreach.due import Case, Moment, Recipient
from domain.outreach.events import ContactMissing
from domain.outreach.gathered_mails import Wanted
from domain.policies.values import Tone

PAGE = 500

LETTERS = {Occasion.DUE: ("instalment-due", 0), Occasion.MISSED: ("plan-missed", 1)}
"""The letter of each occasion, and how hard it presses."""

_DUE = f"""
    SELECT d.* FROM ({instalments.due("i.id > %(after)s")}) d
    JOIN invoice i ON i.id = d.invoice_id
    WHERE NOT EXISTS (SELECT FROM mailing_item t WHERE t.invoice_id = d.invoice_id AND t.state = 'included'
                      AND t.instalment_id = d.instalment_id
                      AND t.unique_key LIKE 'instalment:' || d.instalment_id || ':' || d.occasion || ':%%')
    ORDER BY d.invoice_id, d.occasion LIMIT %(page)s
"""
"""What was asked for is not asked for again: one letter before the day, one when it was missed."""

_HELD = f"{_DUE} FOR KEY SHARE OF i SKIP LOCKED"

_TOLD = """
    SELECT DISTINCT i.account_id FROM invoice i JOIN enrolment e ON e.invoice_id = i.id
    WHERE i.account_id = ANY(%(accounts)s) AND e.state = 'running' AND e.wants_contact
    UNION
    SELECT x.account_id FROM unnest(%(invoices)s::uuid[], %(keys)s::text[]) AS stuck (invoice_id, key)
    JOIN timeline_entry x ON x.invoice_id = stuck.invoice_id AND x.kind = %(kind)s AND x.fact->>'about' = stuck.key
"""
"""Customers of whom a person has heard: by a step that waits for a contact, or by one of these very instalments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One instalment that may be asked for now, and who may be written to about it."""

    row: Row
    case: Case
    recipients: tuple[Recipient, ...]
    unreachable: str = ""
    """Why nobody may be written to; empty also while the only contacts are away."""
    holds: str = ""
    """What keeps it back; empty: nothing does."""

    @property
    def key(self) -> str:
        """What names it in mails and events: the instalment, and whether it falls due or was missed."""
        return f"instalment:{self.row['instalment_id']}:{self.row['occasion']}"

    @property
    def minor(self) -> int:
        """What is asked for: all that is overdue, or the one that falls due."""
        return int(self.row["overdue_minor" if self.row["occasion"] == Occasion.MISSED else "asked_minor"])


async def plan(core: Core, *, moment: Moment) -> int:
    """Put the instalments that are due or missed into mails, a page a transaction; return how many mails were made."""
    made, looked, after = 0, PAGE, UUID(int=0)
    while looked == PAGE:
        mails, looked, after = await _plan_page(core, after, moment)
        made += mails
    return made


async def _plan_page(core: Core, after: UUID, moment: Moment) -> tuple[int, int, UUID]:
    async with core.transaction() as tx:
        rows = await tx.rows(_HELD, _parameters(after, moment))
        if not rows:
            return 0, 0, after
        asked = await _asked(core, tx, rows, moment)
        wanted = [_item(core, each) for each in asked if each.recipients and not each.holds]
        gathered = await gathering.gather(core, tx, wanted=wanted)
        await _missing(core, tx, [each for each in asked if each.unreachable and not each.holds])
    return gathered.made, len(rows), rows[-1]["invoice_id"]


async def page(core: Core, *, moment: Moment, after: UUID) -> tuple[list[Asked], UUID | None]:
    """Return a page of what would be asked for at a moment to come, and behind which invoice the next one begins."""
    rows = await core.database.rows(_DUE, _parameters(after, moment))
    return await _asked(core, core.database, rows, moment), rows[-1]["invoice_id"] if len(rows) == PAGE else None


def _parameters(after: UUID, moment: Moment) -> dict[str, object]:
    return {"today": moment.today, "horizon": instalments.horizon(moment.today), "after": after, "page": PAGE}


async def _asked(core: Core, rows: Rows, found: Sequence[Row], moment: Moment) -> list[Asked]:
    """Return what each stands for; a plan pauses the cadence of its invoice, and not its own instalments."""
    cases = await due.cases_of_invoices(rows, ids=list({row["invoice_id"] for row in found}), moment=moment)
    by_invoice = {case.invoice_id: case for case in cases}
    contacts = await due.recipients(rows, accounts=[case.account_id for case in cases], now=moment.now)
    where = decisions.at(core, moment)
    stopped = {case.invoice_id: decisions.stopped_by(case, where, but=("paused",)) for case in cases}
    asked: dict[UUID, Asked] = {}
    for row in found:
        # Of one invoice the missed instalment goes first; the one that falls due next waits for the next mail.
        if row["invoice_id"] not in asked or row["occasion"] == Occasion.MISSED:
            stop = stopped[row["invoice_id"]]
            each = _addressed(row, by_invoice[row["invoice_id"]], contacts, holds=stop[0] if stop else "")
            asked[row["invoice_id"]] = each
    return list(asked.values())


def _addressed(
    row: Row, case: Case, contacts: Mapping[tuple[UUID, str], tuple[Recipient, ...]], *, holds: str
) -> Asked:
    """Return it with whoever agreed the plan, else the customer's billing contacts, of those who may be mailed."""
    everybody = [each for (account_id, _), some in contacts.items() if account_id == row["account_id"] for each in some]
    meant = [each for each in everybody if each.id == row["contact_id"] or each.role == "billing"]
    mailable = [each for each in meant if not each.suppressed and not each.held]
    agreed = tuple(each for each in mailable if each.id == row["contact_id"])
    recipients = agreed or tuple(mailable)
    if recipients or any(not each.suppressed for each in meant):
        return Asked(row, case, recipients, holds=holds or ("" if recipients else say(decisions.ALL_AWAY)))
    return Asked(row, case, (), _unreachable(everybody, meant), holds)


def _unreachable(everybody: Collection[Recipient], meant: Collection[Recipient]) -> str:
    if meant:
        return say(decisions.ALL_SUPPRESSED)
    return say(decisions.NO_ROLE["billing"] if everybody else decisions.NOBODY)


def _item(core: Core, asked: Asked) -> Wanted:
    row, case = asked.row, asked.case
    occasion = Occasion(row["occasion"])
    letter, severity = LETTERS[occasion]
    told = {"position": row["position"], "parts": row["parts"]}
    return Wanted(
        key=asked.key,
        invoice_id=case.invoice_id,
        number=case.number,
        account_id=case.account_id,
        due_on=row["due_on"],
        letter=letter,
        tone=Tone.NEUTRAL.value,
        severity=severity,
        reason=say("instalment {position} of {parts} was missed", **told)
        if occasion is Occasion.MISSED
        else say("instalment {position} of {parts} is due on {day}", **told, day=row["due_on"]),
        recipients=asked.recipients,
        needs=needs_of(core, asked),
        segment=case.segment or None,
        instalment_id=row["instalment_id"],
    )


def needs_of(core: Core, asked: Asked) -> tuple[str, ...]:
    """Return why a person would have to approve its mail."""
    _, severity = LETTERS[Occasion(asked.row["occasion"])]
    amount = Money(asked.minor, asked.case.currency)
    return needs.of_item(core, mode=asked.case.mode, severity=severity, approval=False, asked=amount)


async def _missing(core: Core, tx: Transaction, stuck: Sequence[Asked]) -> None:
    """Say once for each customer that an instalment cannot be asked for since nobody may be written to."""
    if not stuck:
        return
    first = {each.case.account_id: each for each in reversed(stuck)}
    told = await tx.rows(
        _TOLD,
        {
            "accounts": list(first),
            "invoices": [each.case.invoice_id for each in stuck],
            "keys": [each.key for each in stuck],
            "kind": ContactMissing.kind,
        },
    )
    for row in told:
        first.pop(row["account_id"], None)
    said = by(SYSTEM, core.clock.now())
    await timeline.record_many(
        core,
        tx,
        [
            ContactMissing(
                invoice_id=each.case.invoice_id,
                invoice_number=each.case.number,
                account_id=each.case.account_id,
                account_name=each.case.account_name,
                reason=each.unreachable,
                about=each.key,
                **said,
            )
            for each in first.values()
        ],
    )
