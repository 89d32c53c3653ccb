"""Each view of bank lines once, with texts that strangers chose."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import cash
from domain.cash_application.line_views import LineCard, LineView, PartView, WaitingLines, WayView
from domain.kernel.money import Money

ID = UUID("1a2b3c4d-0000-4000-8000-000000000000")
AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
EURO = Money(12500, "EUR")


def cash_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view of bank lines once."""
    line = _line(name, number, "proposed")
    ways = tuple(_way(place, name, number, many) for place in range(1, 6))
    kept = WayView(5, ID, name, 40, (name,) * 9, (), EURO, 0, None)
    back = WayView(1, ID, name, 70, (name,), (_part(name, number, -12500),), Money(0, "EUR"), 3, ID)
    return {
        "cash": cash.waiting(WaitingLines((line,) * min(many, 25), many + 30, many, (EURO, Money(5, "USD")), 1)),
        "cash, none": cash.waiting(WaitingLines((), 0, 0, (), 1)),
        "cash, past the end": cash.waiting(WaitingLines((), 3, 3, (EURO,), 9)),
        "cash, line": cash.card(_card(line, (*ways[:4], kept))),
        "cash, line without a way": cash.card(_card(_line(name, number, "new"), ())),
        "cash, line that came back": cash.card(_card(line, (back,))),
        "cash, line posted": cash.card(_card(_line(name, number, "posted"), ())),
        "cash, found": cash.found((line,) * many, words=name),
        "cash, not found": cash.found((), words=name),
    }


def _line(name: str, number: str, state: str) -> LineView:
    return LineView(
        line_id=ID, booked_on=date(2026, 3, 9), amount=EURO, payer_name=name, text=name, state=state, confidence=80,
        account_name=name, invoices=(number,) * 9, alternatives=2, ways=5, reasons=(name,) * 9,
    )  # fmt: skip


def _part(name: str, number: str, minor: int) -> PartView:
    return PartView(ID, number, Money(minor, "EUR"), EURO, "open", name)


def _way(place: int, name: str, number: str, many: int) -> WayView:
    parts = (_part(name, number, 500),) * many
    return WayView(place, ID, name, 80, (name,) * 9, parts, Money(100, "EUR"), 4, None)


def _card(line: LineView, ways: tuple[WayView, ...]) -> LineCard:
    return LineCard(
        line=line, bank_account=line.payer_name, payer_hint="1234", bank_reference="", remittance_id=ID,
        remittance_name=line.payer_name, payment_id=None, decided_by=line.payer_name, decided_at=AT, ways=ways,
    )  # fmt: skip
