"""The forms in which drafts, plans, credits, write-offs and policies are decided, made with names of one's choice."""

from datetime import UTC, date, datetime
from uuid import UUID

from bot import drafts as draft_commands
from bot.modals import Modal
from bot.views import credits, draft_forms, home, mail_forms, plans, policies, write_offs  # noqa: A004 - named after what it is about
from domain.casework.conversations import Beside, MailCard
from domain.commitments.states import PlanState
from domain.deliverability.replies import Amount, Day, Intent, IntentKind
from domain.kernel.money import Money
from domain.ledger.credits import WaitingCredit
from domain.ledger.write_off_records import WaitingWriteOff
from domain.letters import Letter
from domain.outreach.draft_edits import Recipient
from domain.outreach.draft_lists import DraftShown
from tests.bot.work_views_made import a_draft, a_plan, a_policy

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("1a2b3c4d-0000-4000-8000-00001a2b3c4d")
EURO = Money(12500, "EUR")


def a_mail(name: str) -> MailCard:
    """Return a mail of a person that waits."""
    guess = Intent(
        IntentKind.PROMISE, 0.9, name, 0, 5, amounts=(Amount(name, value="50.00", minor=5000, currency="EUR"),),
        days=(Day(name, date(2026, 3, 13)),), contact=name, invoices=(name,),
    )  # fmt: skip
    return MailCard(
        id=ID, received_at=AT, sender=name, subject=name, text=name, rest=name, guesses=(guess,) * 3,
        attachments=(), thread="token", account_name=name, invoice_number=name, currency="EUR",
        beside=(Beside(name, EURO),) * 9, answered=False, waits_until=AT, authentication=name, stamp="0123456789abcdef",
        known_writer=True,
    )  # fmt: skip


def desk_windows(name: str) -> dict[str, Modal]:
    """Return the forms by their names; *name* stands wherever a stranger's text can."""
    recipients = [Recipient(UUID(int=each), name, name, "billing", each == 1) for each in (1, 2, 3)]
    letter = Letter(subject=name, text=name, html="", words=name[:3_000])
    edit = draft_forms.edit(DraftShown(a_draft(name, name), letter), recipients)
    assert isinstance(edit, Modal), "its words fit into a form"
    waits = WaitingWriteOff(ID, "void", name, name, EURO, EURO, name, name, AT)
    return {
        "draft edit": edit,
        "draft reject": draft_forms.reject(a_draft(name, name), reasons=draft_commands.REASONS),
        "plan reject": plans.reject_form(a_plan(name, name, PlanState.REQUESTED)),
        "plan counter": plans.counter_form(a_plan(name, name, PlanState.REQUESTED)),
        "credit reject": credits.reject_form(WaitingCredit(ID, name, name, EURO, EURO, name, name, AT, True)),
        "write-off reject": write_offs.reject_form(waits),
        "access ask": home.ask_form(),
        "mail answer": mail_forms.answer(a_mail(name)),
        "mail correct": mail_forms.correct(a_mail(name)),
        "mail assign": mail_forms.assign(a_mail(name)),
        "policy reject": policies.reject_form(a_policy(name, "proposed")),
    }
