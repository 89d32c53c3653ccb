"""The views of digests, made with names of the caller's choice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from bot.blocks import Message
from bot.views import digest, report
from domain.commitments.adherence import Adherence, Share
from domain.commitments.dispute_queries import CycleTime
from domain.deliverability.operator_mail_events import OperatorMailDeclined, OperatorMailFailed
from domain.kernel.actor import SYSTEM
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.ledger.ageing import BUCKETS, Ageing, Bucket, CurrencyAgeing
from domain.ledger.ageing_before import AgeingCompared
from domain.operations.desks import Pile, Waits
from domain.operations.digest_contents import Digest, Kind, Week
from domain.operations.funnel import Counts
from domain.operations.noise import Heard
from domain.operations.reports.commitments import NAMED, Named, Standing
from domain.operations.reports.exposures import Coverage, Exposure
from domain.operations.reports.held_back import HeldBack, Reason
from domain.operations.reports.periods import Period
from domain.operations.reports.sheets import Report, Sheet, Word
from domain.operations.reports.sheets import Share as PartOfOne
from domain.operations.reports.takings import Takings
from domain.operations.reports.turnover import Turnover
from domain.outreach.gates import GateShown
from domain.outreach.mail_reports import Figures

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 9)
ID = UUID(int=7)
EURO, NONE = Money(125_050, "EUR"), Money(0, "EUR")

AGED = CurrencyAgeing("EUR", tuple(Bucket(name, EURO, 1) for name in BUCKETS), Bucket("total", EURO, 5), NONE, NONE)


def a_digest(name: str, *, many: int = 1, kind: Kind = Kind.DAILY) -> Digest:
    """Return a digest with everything in it."""
    week = Week(
        turnover=(Turnover(EURO, EURO, EURO, NONE, 90), Turnover(NONE, NONE, NONE, NONE, 90)),
        adherence=Adherence(Share(3, Decimal(9)), Share(1, Decimal(1)), Share(0, Decimal(0)), Decimal(9), 0),
        cycle=CycleTime(2, timedelta(hours=5), timedelta(hours=5)),
        coverage=(Coverage(10, 9, EURO, EURO),),
    )
    return Digest(
        kind=kind,
        period=Period(DAY - timedelta(6), DAY) if kind is Kind.WEEKLY else Period(DAY, DAY),
        takings=(Takings(EURO, 3, EURO, EURO), Takings(Money(500, "JPY"), 1, Money(0, "JPY"), Money(0, "JPY"))),
        promises=(Standing("due", 2, EURO), Standing("partly kept", 1, EURO)),
        disputes=(Standing("late", 1, EURO), Standing("at risk", 2, EURO)),
        piles={each: Waits(many, AT, 5) for each in Pile},
        held=HeldBack(
            (Reason("gate", many, (EURO, Money(500, "JPY"))), Reason("quiet hours", 1, ())),
            (GateShown(ID, "maintenance", None, "all mail", name, None, name, AT),),
        ),
        mail=Figures(1200, 3, 1, 4),
        portal=Counts(sent=40, opened=30, entered=20, started=10, finished=5),
        exposures=(Exposure(ID, name, "C-1", EURO, EURO, 12, 2),) * 10,
        ageing=AgeingCompared(Ageing(DAY, (AGED,)), DAY - timedelta(7), {("EUR", "91+"): 500}),
        folded=(Heard("payment.received", 4, 0, many, 1),) * 6,
        week=week if kind is Kind.WEEKLY else None,
        broken=tuple(Named(ID, name, "INV-1", EURO, each, DAY) for each in ("broken", "partly_kept") * 3)[:NAMED],
        filed=(Named(ID, name, "INV-1", EURO, "wrong_amount", None),) * NAMED,
    )


def an_empty_digest() -> Digest:
    """Return a digest of a day without news."""
    return Digest(
        kind=Kind.DAILY, period=Period(DAY, DAY), takings=(), promises=(), disputes=(), piles={},
        held=HeldBack((), ()), mail=Figures(0, 0, 0, 0), portal=Counts(), exposures=(),
        ageing=AgeingCompared(Ageing(DAY, ()), DAY - timedelta(7), {}), folded=(), week=None,
    )  # fmt: skip


def a_report(name: str, *, many: int) -> Report:
    """Return a report with cells of every kind."""
    row = ("EUR", name, EURO, 3, Decimal("1.5"), PartOfOne(Decimal("0.5")), DAY, None, Word("due"))
    columns = ("currency", "customer", "open sum", "number", "DSO", "share", "plan", "ADD", "standing")
    sheet = Sheet("one", "Largest exposures", columns, (row,) * min(many, 40), "Now; ten of each currency.")
    return Report("weekly", "Weekly report", DAY, DAY, None, (sheet,) * 12)


def digest_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    return {
        "digest": digest.digest(a_digest(name, many=many)),
        "digest, weekly": digest.digest(a_digest(name, many=many, kind=Kind.WEEKLY)),
        "report": report.report(a_report(name, many=many)),
        "report, none": report.report(Report("held", "Held back", DAY, DAY, None, ())),
        "digest, none": digest.digest(an_empty_digest()),
        "report, of some": report.report(replace(a_report(name, many=1), customer=name, segment=name)),
        "digest, not mailed": digest.not_mailed(
            OperatorMailFailed(
                operator_mail_id=ID,
                person_id=ID,
                person_name=name,
                address="a…@merchant.example",
                answer="550 5.1.1",
                stopped=True,
                **by(SYSTEM, AT),
            )
        ),
        "digest, no mail wanted": digest.not_mailed(
            OperatorMailDeclined(
                operator_mail_id=ID,
                person_id=ID,
                person_name=name,
                address="a…@merchant.example",
                complained=True,
                **by(SYSTEM, AT),
            )
        ),
    }
