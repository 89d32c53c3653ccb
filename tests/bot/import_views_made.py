"""Each view of files that were handed in, and of charts' figures, once, with texts that strangers chose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from bot.audience import PUBLIC
from bot.blocks import Message
from bot.modals import Modal
from bot.views import charts, exports, import_forms, import_notes, imports
from domain.kernel.money import Money
from domain.ledger.ageing import BUCKETS, Ageing, Bucket, CurrencyAgeing
from domain.ledger.ageing_before import AgeingCompared
from domain.ledger.collected import Collected, Week
from domain.operations.exports import What
from domain.operations.imports.cards import ImportCard
from domain.operations.imports.findings import Column, Count, Findings, Reading, Reason, Total
from domain.operations.imports.said import Asked, ImportKind, Question, Said
from domain.operations.imports.states import ImportState

ID = UUID("1a2b3c4d-0000-4000-8000-000000000000")
AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def import_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return each view of an import once."""
    shown, told = a_card(name, many=many), _findings(name, many)
    nothing = told.model_copy(update={"changes_nothing": True, "taken_before": f"2026-03-09 by {name}"})
    of_kind = Question(what=Asked.KIND, text=name or "What?", why=name, choices=tuple(ImportKind))
    order = Question(what=Asked.DATE_ORDER, text="In which order?", why=name, choices=("dmy", "mdy"))
    column = Question(
        what=Asked.COLUMN, text="Which column?", why=name, choices=(name or "a",) * many, about="due-date"
    )
    bank = replace(shown, kind=ImportKind.BANK, decided_by=name, state=ImportState.APPLIED)
    return {
        "import, previewed": imports.card(shown),
        "import, previewed in public": imports.card(shown, PUBLIC),
        "import, in full": imports.in_full(shown),
        "import, column, in public": imports.card(replace(shown, state=ImportState.OPEN, question=column), PUBLIC),
        "import, applied, in public": imports.card(replace(shown, state=ImportState.APPLIED, decided_by=name), PUBLIC),
        "import, failed, in public": imports.card(replace(shown, state=ImportState.FAILED, reason=name), PUBLIC),
        "import, shown anew": imports.card(replace(shown, reason=name or "The ledger has changed.")),
        "import, nothing new": imports.card(replace(shown, findings=nothing)),
        "import, fetching": imports.card(replace(shown, state=ImportState.ASKED, size_bytes=None)),
        "import, reading": imports.card(replace(shown, state=ImportState.ASKED, progress=40)),
        "import, importing": imports.card(replace(shown, state=ImportState.APPLYING, progress=80)),
        "import, of which kind": imports.card(replace(shown, state=ImportState.OPEN, kind=None, question=of_kind)),
        "import, date order": imports.card(replace(shown, state=ImportState.OPEN, question=order)),
        "import, column": imports.card(replace(shown, state=ImportState.OPEN, question=column)),
        "import, applied": imports.card(replace(shown, state=ImportState.APPLIED, decided_by=name)),
        "import, bank applied": imports.card(bank),
        "import, cancelled": imports.card(replace(shown, state=ImportState.CANCELLED, decided_by=name)),
        "import, expired": imports.card(replace(shown, state=ImportState.EXPIRED)),
        "import, failed": imports.card(replace(shown, state=ImportState.FAILED, reason=name)),
        "imports waiting": import_notes.waiting([shown] * many),
        "imports waiting, none": import_notes.waiting([]),
        "import, withheld": import_notes.withheld(shown),
        "import, given up": import_notes.given_up(replace(shown, reason=name or "It broke."), request_id="abcdefghjk"),
        "import of a spreadsheet": import_notes.refused(import_notes.spreadsheet(name or "a.xlsx")),
        "export": exports.queued(What.STATEMENT, here=False),
        "export, here": exports.queued(What.CASH_CHART, here=True),
        "export, given up": exports.given_up(What.STATEMENT, (name,), request_id="abcdefghjk"),
        "chart of ageing": charts.ageing(an_ageing()),
        "chart of ageing, in public": charts.ageing(an_ageing(), PUBLIC),
        "chart of cash": charts.collected(a_collection()),
    }


def import_windows(name: str) -> Mapping[str, Modal]:
    """Return each form about a file once."""
    shown = a_card(name, many=3)
    asked = Question(what=Asked.CURRENCY, text=name or "Which?", why=name)
    typed = import_forms.answer(replace(shown, state=ImportState.OPEN, question=asked))
    day = import_forms.answer(replace(shown, question=asked.model_copy(update={"what": Asked.AS_OF})))
    assert typed is not None
    assert day is not None
    return {
        "import file": import_forms.hand_in(ImportKind.BANK),
        "import answer": typed,
        "import day": day,
        "import kind": import_forms.kind(shown),
        "import columns": import_forms.columns(shown),
    }


def a_card(name: str, *, many: int) -> ImportCard:
    """Return a file that waits with its preview."""
    return ImportCard(
        import_id=ID, state=ImportState.PREVIEWED, source="slack:F1", kind=ImportKind.INVOICES, file_name=name,
        size_bytes=1234, said=Said(), question=None, findings=_findings(name, many), reason="", version=2, progress=0,
        channel="D1", thread=None, handed_by=name, handed_by_chat="U1", decided_by=None, created_at=AT, changed_at=AT,
        expires_at=AT,
    )  # fmt: skip


def _findings(name: str, many: int) -> Findings:
    used = Column(header=name, meant="Due Date", why="vague", samples=(name,) * 3)
    return Findings(
        kind="invoices",
        reading=Reading(
            encoding="utf-8-sig", delimiter=";", date_order="dmy", decimal_mark="comma", currency="EUR", header_line=4,
            known_as=name, known_by=name, columns=(*(used,) * min(many, 22), *(Column(header=name, meant=""),) * many),
        ),
        counts=(Count(name="read", rows=1204), Count(name="new", rows=1100), Count(name="changed", rows=52),
                Count(name="unchanged", rows=0), Count(name="rejected", rows=52)),
        reasons=(Reason(code="amount_malformed", rows=52, what_to_do="Write it as the others."),) * many,
        totals=(Total(name="open", amount=Money(12345678, "EUR"), rows=1152),),
        told=(name,) * many,
        absent=7,
        has_absent=True,
        has_rejects=True,
        rejected=52,
    )  # fmt: skip


def an_ageing() -> AgeingCompared:
    """Return what is open in two currencies, and what was."""
    before = {("EUR", "91+"): 3_678_571, ("EUR", "current"): 1_000_000}
    return AgeingCompared(
        Ageing(date(2026, 3, 10), (_aged("EUR", 4_120_000), _aged("USD", 0))), date(2026, 3, 3), before
    )


def _aged(currency: str, oldest: int) -> CurrencyAgeing:
    minors = (1_200_000, 900_000, 0, 100_000, oldest)
    buckets = tuple(Bucket(name, Money(minor, currency), 3) for name, minor in zip(BUCKETS, minors, strict=True))
    total = Bucket("total", Money(sum(minors), currency), 15)
    return CurrencyAgeing(currency, buckets, total, Money(0, currency), Money(0, currency))


def a_collection() -> Collected:
    """Return what came in within three weeks."""
    mondays = (date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9))
    sums = zip(mondays, (100_000, 125_000, -5_000), strict=True)
    return Collected(date(2026, 3, 10), mondays, tuple(Week(monday, Money(minor, "EUR"), 2) for monday, minor in sums))
