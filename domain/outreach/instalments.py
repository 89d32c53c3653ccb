"""Instalments of running plans as due items: each is asked for before its day, and once more when it was missed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.commitments import instalments
from domain.commitments.instalments import Occasion
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Row, Transaction
from domain.outreach import decisions, due, gathering, needs
from domain.outreach.due import Case, Moment, Recipient
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
    ORDER BY d.invoice_id, d.occasion LIMIT %(page)s FOR KEY SHARE OF i SKIP LOCKED
"""
"""What was asked for is not asked for again: one letter before the day, one when it was missed."""


async def plan(core: Core, *, moment: Moment) -> int:
    """Put the instalments that are due or missed into mails, a page a transaction; return how many mails were made."""
    made, looked, after = 0, PAGE, UUID(int=0)
    while looked == PAGE:
        mails, looked, after = await _plan_page(core, after, moment)
        made += mails
    return made


async def _plan_page(core: Core, after: UUID, moment: Moment) -> tuple[int, int, UUID]:
    async with core.transaction() as tx:
        rows = await tx.rows(
            _DUE,
            {
                "today": moment.today,
                "horizon": instalments.horizon(moment.today),
                "after": after,
                "page": PAGE,
            },
        )
        if not rows:
            return 0, 0, after
        gathered = await gathering.gather(core, tx, wanted=await _wanted(core, tx, rows, moment))
    return gathered.made, len(rows), rows[-1]["invoice_id"]


async def _wanted(core: Core, tx: Transaction, rows: Sequence[Row], moment: Moment) -> list[Wanted]:
    """Return what may be asked for now; a plan pauses the cadence of its invoice, and not its own instalments."""
    cases = await due.cases_of_invoices(tx, ids=list({row["invoice_id"] for row in rows}), moment=moment)
    where = decisions.at(core, moment)
    free = {case.invoice_id: case for case in cases if decisions.stopped_by(case, where, but=("paused",)) is None}
    contacts = await due.recipients(tx, accounts=[case.account_id for case in free.values()], now=moment.now)
    wanted: dict[UUID, Wanted] = {}
    for row in rows:
        case = free.get(row["invoice_id"])
        people = _recipients(row, contacts) if case else ()
        # Of one invoice the missed instalment goes first; the one that falls due next waits for the next mail.
        if case and people and (case.invoice_id not in wanted or row["occasion"] == Occasion.MISSED):
            wanted[case.invoice_id] = _item(core, row, case, people)
    return list(wanted.values())


def _recipients(row: Row, contacts: Mapping[tuple[UUID, str], tuple[Recipient, ...]]) -> tuple[Recipient, ...]:
    """Return whoever agreed the plan, else the customer's billing contacts, of those who may be mailed."""
    everybody = [each for (account_id, _), some in contacts.items() if account_id == row["account_id"] for each in some]
    mailable = [each for each in everybody if not each.suppressed and not each.held]
    asked = tuple(each for each in mailable if each.id == row["contact_id"])
    return asked or tuple(each for each in mailable if each.role == "billing")


def _item(core: Core, row: Row, case: Case, people: tuple[Recipient, ...]) -> Wanted:
    occasion = Occasion(row["occasion"])
    letter, severity = LETTERS[occasion]
    missed = occasion is Occasion.MISSED
    asked = Money(int(row["overdue_minor"] if missed else row["asked_minor"]), row["currency"])
    told = "was missed" if missed else f"is due on {row['due_on']}"
    return Wanted(
        key=f"instalment:{row['instalment_id']}:{occasion}",
        invoice_id=case.invoice_id,
        number=case.number,
        account_id=case.account_id,
        due_on=row["due_on"],
        letter=letter,
        tone=Tone.NEUTRAL.value,
        severity=severity,
        reason=f"instalment {row['position']} of {row['parts']} {told}",
        recipients=people,
        needs=needs.of_item(core, mode=case.mode, severity=severity, approval=False, asked=asked),
        segment=case.segment or None,
        instalment_id=row["instalment_id"],
    )
