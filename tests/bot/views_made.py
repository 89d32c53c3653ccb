"""Every view of the bot, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

from bot.blocks import Message
from bot.commands import COMMANDS
from bot.views import answers, cases, days, forwardings, links, news, queue, suppressions, why
from bot.views import help as help_views
from domain.casework.queue import Queue, QueueLine
from domain.casework.why import Why
from domain.deliverability.events import SuppressionLifted
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.operations.cases import Case, CaseCadence, CaseContact, CaseLine, CaseLink, CaseMail, LinkStanding
from domain.operations.days import ReminderDay
from domain.operations.searches import Match, Matches
from domain.pay_links.events import LinkRegenerated
from domain.pay_links.forwardings import WaitingForwarding
from tests.bot.books_views_made import books_views
from tests.bot.cash_views_made import cash_views
from tests.bot.chat_views_made import chat_views
from tests.bot.digest_views_made import digest_views
from tests.bot.import_views_made import import_views
from tests.bot.mail_views_made import mail_views
from tests.bot.money_views_made import money_views
from tests.bot.operations_views_made import operations_views
from tests.bot.payment_views_made import payment_views
from tests.bot.people_views_made import people_views
from tests.bot.talk_views_made import talk_views
from tests.bot.work_views_made import NOTES, notes, work_views

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")
EURO = Money(12500, "EUR")


def a_case(name: str = "Acme Ltd", *, number: str = "INV-1042", is_open: bool = True, many: int = 1) -> Case:
    """Return a case in which every text that strangers choose is *name*."""
    return Case(
        invoice_id=ID,
        invoice_number=number,
        account_id=ID,
        account_name=name,
        balance=EURO if is_open else Money(0, "EUR"),
        total=Money(20000, "EUR"),
        due_on=date(2026, 3, 3),
        days_past_due=7,
        is_open=is_open,
        words=("open", "overdue", "partly paid") if is_open else ("settled",),
        contacts=(CaseContact("a…@acme.example", None), CaseContact("b…@acme.example", "hard bounce")) * many,
        contacts_more=12 if many > 1 else 0,
        links=(CaseLink("a…@acme.example", LinkStanding.UNUSED, AT),) * many,
        cadence=CaseCadence("running", 3, 5, "reminder-overdue", date(2026, 3, 17)),
        mails=(CaseMail("reminder-overdue", "a…@acme.example", "sent", AT),) * many,
        lines=(CaseLine(AT, name, f"New payment link for {name}"),) * many,
    )


def a_line(name: str, number: str) -> QueueLine:
    """Return a line of the queue."""
    return QueueLine(
        invoice_id=ID, invoice_number=number, account_name=name, balance=EURO, days_past_due=7, score=55,
        reasons=("1 to 30 days past due (+10)", "partly paid (+5)") * (1 if name == "Acme Ltd" else 6),
        next_action=f"Call: {name}",
    )  # fmt: skip


class Heard(Event):
    """An event that quotes a stranger."""

    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"A mail came from {self.note}: {self.note}"


def a_mail(name: str) -> Heard:
    """Return an event that quotes a stranger."""
    return Heard(note=name, actor=name, actor_kind="system", at=AT)


A_DAY = ReminderDay(
    day=date(2026, 3, 10), sent=112, customers=38, waiting=3, withheld=2, troubled=1,
    open=(Money(31_200_000, "EUR"), Money(12_000_000, "USD")),
)  # fmt: skip


HELP = [help_views.HelpLine(each.group, each.usage, each.does, each.example, " ".join(each.words)) for each in COMMANDS]


PLAN_HELP = [each for each in HELP if "plan" in each.usage]


def a_why(name: str, number: str, many: int) -> Why:
    """Return an explanation in which every text that strangers choose is *name*."""
    few, more = (name,) * min(many, 4), (name,) * min(many, 9)
    return Why(
        number, f"Call {name}", 5, more, (name,) * min(many, 10), few, agreed=more, guardrails=few, in_hand=name,
        usual_delay=12,
    )  # fmt: skip


@cache
def every_view(name: str = "Acme Ltd") -> Mapping[str, Message]:
    """Return each view once, with *name* wherever a stranger may choose a text."""
    number, many = ("INV-1042", 2) if name == "Acme Ltd" else (name, 20)
    link = LinkRegenerated(
        invoice_id=ID, invoice_number=number, account_id=ID, link_id=ID, contact_id=ID, replaced_link_ids=(ID,),
        amount_due=EURO, sent_to="a…@acme.example", expires_at=AT, actor=name, actor_kind="person", at=AT,
    )  # fmt: skip
    lifted = SuppressionLifted(
        suppression_id=ID, address="a…@acme.example", reason=name, actor=name, actor_kind="person", at=AT
    )
    match = Match(ID, number, name, EURO, 7)
    wish = WaitingForwarding(ID, number, name, "a…@acme.example", name, "b…@acme.example", True, name, AT)
    return {
        "case": cases.living(a_case(name, number=number)),
        "case, settled": cases.living(a_case(name, number=number, is_open=False)),
        "case, in full": cases.in_full(a_case(name, number=number, many=min(many, 6))),
        "choices": cases.choices(Matches(24, (match,) * min(many, 10)), asked=name),
        "queue": queue.page(Queue(412, (a_line(name, number),) * min(many, 10))),
        "queue, empty": queue.nothing(),
        "why": why.explained(a_why(name, number, many)),
        "link": links.regenerated(link),
        "forwardings": forwardings.listed([wish, replace(wish, known_domain=False, note="")] * many),
        "forwardings, none": forwardings.listed([]),
        "suppression": suppressions.lifted(lifted),
        "thread": news.in_thread([a_mail(name)] * many, invoice_number=number),
        "alone": news.alone(a_mail(name)),
        "day": days.living(A_DAY),
        "refused": answers.refused(f"There is no invoice {number!r}."),
        "misunderstood": answers.misunderstood(name),
        "unknown": answers.unknown(name, nearest="/plixo link INV-1"),
        "out of date": answers.out_of_date(),
        "done already": answers.done_already(name),
        "try later": answers.try_later("abc"),
        "access": answers.access(reason=name, slack_id=name),
        "help": help_views.topics(HELP, roles=[name], note=name),
        "help, all": help_views.listed(HELP, roles=[name], note=name),
        "help, detailed": help_views.listed(PLAN_HELP, roles=[name], detailed=True),
        "case, with notes": cases.living(
            replace(a_case(name, number=number), notes=NOTES if name == "Acme Ltd" else notes(name))
        ),
        **cash_views(name, number=number, many=many),
        **chat_views(name, number=number, many=many, case=a_case(name, number=number)),
        **import_views(name, many=many),
        **books_views(name, number=number, many=many),
        **mail_views(name, many=many),
        **money_views(name, number=number, many=many),
        **payment_views(name, number=number, many=many),
        **people_views(name, number=number, many=many),
        **digest_views(name, many=many),
        **operations_views(name, many=many),
        **talk_views(name, number=number, many=many),
        **work_views(
            name,
            number=number,
            many=many,
            line=a_line(name, number),
            case=a_case(name, number=number, many=min(many, 6)),
        ),
    }
