"""Views of readiness, with made-up contents."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bot.audience import PUBLIC
from bot.blocks import Message
from bot.modals import Modal
from bot.views import readiness as views
from domain.deliverability.sender_records import Finding, Publish
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.operations import readiness_checks
from domain.operations.readiness import Board, Held, SegmentHeld, Shown
from domain.operations.readiness_accounts import Lacking
from domain.operations.readiness_checks import CHECKS
from domain.operations.readiness_judges import Verdict
from domain.operations.readiness_overrides import Override

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")

WELL: Mapping[str, tuple[str, dict[str, Any]]] = {
    "contacts": ("reached", {"mailable": 990, "open": 1000, "percent": "99"}),
    "parity": ("agrees", {"as_of_on": "2026-03-10"}),
    "disputes": ("arrived", {"ended_on": "2026-03-10", "seconds": 3}),
    "stripe": ("heard", {}),
    "domain": ("pass", {}),
    "mail": ("week", {"sent": 1200, "hard": 3, "complaints": 0}),
    "webhooks": ("heard", {"last_on": "2026-03-10"}),
    "inbound": ("heard", {"last_on": "2026-03-10"}),
    "crons": ("run", {}),
}


def ill(name: str) -> Mapping[str, tuple[str, dict[str, Any]]]:
    """Return what every check says when it fails; *name* stands where somebody else chose a word."""
    total = {"differing": 3, "bucket": "31-60", "percent": "4.2", "as_of_on": "2026-03-09"}
    sums = {"ours": {"minor": 1042_00, "currency": "EUR"}, "theirs": {"minor": 1000_00, "currency": "EUR"}}
    return {
        "contacts": ("reached", {"mailable": 812, "open": 1000, "percent": "81.2"}),
        "parity": ("lists", {**total, **sums}),
        "disputes": ("not told", {"ended_on": "2026-03-10"}),
        "stripe": ("odd", {"what": name}),
        "domain": ("fail", {"checks": "SPF, DKIM"}),
        "mail": ("worst", {"sent": 1200, "hard": 36, "complaints": 4, "worst": name}),
        "webhooks": ("silent", {"since_on": "2026-03-08"}),
        "inbound": ("silent", {"sent": 1200, "days": 7}),
        "crons": ("many late", {"names": "plan-reminders, release-waiting", "more": 4}),
    }


def a_board(name: str, *, well: bool, overrides: Mapping[str, Override] | None = None, many: int = 1) -> Board:
    """Return a board on which everything is well, or nothing."""
    says = WELL if well else ill(name)
    verdict = Verdict.PASS if well else Verdict.FAIL
    checks = tuple(
        Shown(
            each,
            readiness_checks.limit(each, Limits()),
            verdict,
            True,
            says[each.name][0],
            says[each.name][1],
            AT,
            AT,
            (overrides or {}).get(each.name),
        )
        for each in CHECKS
    )
    key = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" * 9
    findings = (
        Finding("SPF", "fail", name, name, Publish(name, "v=spf1 a:relay.example ~all")),
        Finding("DKIM", "fail", name, name, Publish(f"plixo._domainkey.{name}", key)),
        Finding("DMARC", "pass", "aligned by DKIM"),
    )
    held = Held(0, ()) if well else Held(38, (Money(31_200_00, "EUR"), Money(500, "JPY")))
    segment = SegmentHeld(
        name, (f"only 3 of 10 open invoices of {name} have a contact",), Held(3, (Money(300, "EUR"),))
    )
    return Board(
        checks=checks,
        closed=not well,
        held=held,
        segments=() if well else (segment,) * many,
        domain=findings,
        domain_at=AT,
        smoke=None,
        judged_at=AT,
    )


def an_override(name: str, check: str, *, active: bool) -> Override:
    """Return an override of a check."""
    return Override(ID, check, name, AT, active, name, ID, name if active else None)


def readiness_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return every message of readiness."""
    overrides = {
        "contacts": an_override(name, "contacts", active=True),
        "domain": an_override(name, "domain", active=False),
    }
    lacking = Lacking(ID, name, name, Money(12500, "EUR"), 3, suppressed=False)
    suppressed = Lacking(ID, name, "", Money(500, "JPY"), 1, suppressed=True)
    return {
        "readiness, well": views.board(a_board(name, well=True)),
        "readiness, ill": views.board(a_board(name, well=False, many=many)),
        "readiness, overridden": views.board(a_board(name, well=False, overrides=overrides, many=many), living=True),
        "readiness, to everybody": views.board(a_board(name, well=False, many=many), audience=PUBLIC, living=True),
        "readiness, contacts": views.lacking((lacking, suppressed) * many, 2 * many + 7),
        "readiness, contacts, none": views.lacking((), 0),
    }


def readiness_windows(name: str) -> Mapping[str, Modal]:
    """Return the form of readiness."""
    return {"readiness, override": views.override_form(a_board(name, well=False).checks, longest_hours=168)}
