"""The windows of the daily work, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from bot import text
from bot.ids import Subject
from bot.modals import Modal
from bot.views import absences, account_forms, case_forms, dispute_forms, tasks
from domain.casework.absences import Away
from domain.casework.dispute_questions import Recipient
from domain.commitments.pauses import Paused
from domain.kernel.money import Money
from tests.bot.views_made import a_case
from tests.bot.work_views_made import a_dispute

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 13)
ID = UUID("1a2b3c4d-0000-4000-8000-00001a2b3c4d")
EURO = Money(12500, "EUR")
ENDS = (("hour", "1 hour", AT), ("tomorrow", "Tomorrow, 09:00", AT), ("monday", "Monday, 09:00", AT))


def work_windows(name: str) -> Mapping[str, Modal]:
    """Return each window of the daily work once."""
    case = a_case(name, number=name)
    paused = Paused(EURO, EURO, EURO, EURO, EURO, False, DAY, name)
    return {
        "snooze": case_forms.snooze(case, ends=ENDS, card=True),
        "snooze any": case_forms.snooze(None, ends=ENDS, card=None),
        "promise": case_forms.promise(case, paused=paused, on=DAY, card=True),
        "promise any": case_forms.promise(None, on=DAY),
        "dispute": case_forms.dispute(case, most="125.00 EUR", card=True),
        "dispute any": case_forms.dispute(None),
        "dispute ask": dispute_forms.ask(
            a_dispute(name, name), [Recipient(ID, name, "a…@acme.example", theirs=True)] * 3
        ),
        "dispute decide": dispute_forms.resolve(a_dispute(name, name)),
        "call": case_forms.call(case, card=True),
        "call any": case_forms.call(None),
        "hand over": case_forms.hand_over(case, card=True),
        "hand over any": case_forms.hand_over(None),
        "link any": case_forms.link(),
        "find invoice": case_forms.find_invoice(),
        "find account": account_forms.find_account(),
        "contact": account_forms.add_contact(Subject(account=ID), whose=text.foreign(name)),
        "contact any": account_forms.add_contact(Subject()),
        "task end": tasks.end_form(ID),
        "away": absences.form((Away(ID, name, name, AT, AT, name),) * 7, today=DAY),
    }
