"""Every check of readiness at its limits: one step before, on it, and what cannot be judged."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from domain.deliverability.sender_records import Finding
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.ledger.parity import CurrencyParity, Figure, Parity
from domain.operations import readiness_checks, readiness_facts
from domain.operations.crons import CRONS
from domain.operations.readiness_facts import Facts, Inbound, Payments, Smoke
from domain.operations.readiness_judges import Judgement, Verdict
from domain.operations.readiness_ports import DomainAnswer, PaymentSetup, Unsaid
from domain.outreach.mail_reports import Figures
from domain.pay_links.provider_health import ProviderHealth

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LIMITS = Limits()
PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL

HEARD = ProviderHealth(
    heard=True, last_event_at=NOW, last_event_kind="charge.succeeded", fetched=0, unworked=0, polled_at=NOW,
    compared_at=NOW, bank_debit="offered", strays=0, problems=(),
)  # fmt: skip
PAYMENTS = Payments(PaymentSetup(True, wants_bank_debit=True), HEARD, "", "", open_in_usd=True, unheard_since=None)
ARRIVED = Smoke(arrived=True, seconds=3, told=True, why="", at=NOW)

FACTS = Facts(
    now=NOW,
    open_count=100,
    mailable_count=100,
    parity=None,
    agreed=False,
    smoke=ARRIVED,
    payments=PAYMENTS,
    domain=DomainAnswer((Finding("SPF", "pass", "one record"),)),
    mail=Figures(0, 0, 0, 0),
    inbound=Inbound(NOW, 0, 0),
    late_crons=(),
    crons_run=True,
)


def judged(name: str, **facts: object) -> Judgement:
    """Judge one check by facts that are all well but for these."""
    return readiness_checks.BY_NAME[name].judge(replace(FACTS, **facts), LIMITS)  # type: ignore[arg-type]


def books(ours: int, theirs: int, *, age_days: int = 0, lists: bool = False) -> Parity:
    """Return a comparison of one total."""
    total = Figure("total", Money(theirs, "EUR"), Money(ours, "EUR"), Decimal(1))
    return Parity(
        batch_id=UUID(int=1),
        file_name="ageing.csv",
        as_of=date(2026, 3, 10) - timedelta(days=age_days),
        age_days=age_days,
        rejected=0,
        allowed=Decimal(1),
        currencies=(CurrencyParity("EUR", total, (), Money(0, "EUR"), None),),
        lists_invoices=lists,
        invoices=(),
        invoices_differing=0,
    )


@pytest.mark.parametrize(("mailable", "verdict"), [(95, PASS), (94, FAIL), (0, FAIL), (100, PASS)])
def test_contacts_fail_below_ninety_five_percent(mailable: int, verdict: Verdict) -> None:
    assert judged("contacts", mailable_count=mailable).verdict is verdict


def test_a_share_is_never_rounded_up_to_a_limit_that_is_not_reached() -> None:
    found = judged("contacts", open_count=100_000, mailable_count=94_999)

    assert found.verdict is FAIL
    assert found.figures["percent"] == "94.9"


def test_without_open_invoices_contacts_count_as_passed_and_say_so() -> None:
    found = judged("contacts", open_count=0, mailable_count=0)

    assert (found.verdict, found.judged) == (PASS, False)


@pytest.mark.parametrize(
    ("parity", "verdict", "judged_at_all"),
    [
        (None, WARN, False),
        (books(101_00, 100_00), PASS, True),
        (books(101_01, 100_00), FAIL, True),
        (books(98_99, 100_00), FAIL, True),
        (books(100_00, 0), FAIL, True),
        (books(200_00, 100_00, age_days=7), FAIL, True),
        (books(200_00, 100_00, age_days=8), WARN, False),
    ],
)
def test_parity_fails_beyond_one_percent_and_old_totals_decide_nothing(
    parity: Parity | None, verdict: Verdict, judged_at_all: bool
) -> None:
    found = judged("parity", parity=parity)

    assert (found.verdict, found.judged) == (verdict, judged_at_all)


def test_totals_that_agreed_on_their_own_day_are_not_held_against_what_happened_since() -> None:
    assert judged("parity", parity=books(200_00, 100_00, age_days=1), agreed=True).verdict is PASS


def test_where_the_books_list_invoices_the_board_says_where_they_are() -> None:
    assert judged("parity", parity=books(2, 1, lists=True)).code == "lists"


@pytest.mark.parametrize(
    ("smoke", "verdict", "code"),
    [
        (None, WARN, "never"),
        (ARRIVED, PASS, "arrived"),
        (replace(ARRIVED, seconds=60), PASS, "arrived"),
        (replace(ARRIVED, seconds=61), FAIL, "slow"),
        (replace(ARRIVED, told=False), WARN, "unseen"),
        (replace(ARRIVED, at=NOW - timedelta(days=2)), PASS, "arrived"),
        (replace(ARRIVED, at=NOW - timedelta(days=2, seconds=1)), WARN, "old"),
        (replace(ARRIVED, arrived=False, why="not told"), FAIL, "not told"),
        (replace(ARRIVED, arrived=False, why=""), FAIL, "interrupted"),
    ],
)
def test_the_test_dispute_arrives_within_sixty_seconds(smoke: Smoke | None, verdict: Verdict, code: str) -> None:
    found = judged("disputes", smoke=smoke)

    assert (found.verdict, found.code) == (verdict, code)


@pytest.mark.parametrize(
    ("payments", "verdict", "code"),
    [
        (replace(PAYMENTS, setup=PaymentSetup(False)), WARN, "off"),
        (PAYMENTS, PASS, "heard"),
        (replace(PAYMENTS, health=replace(HEARD, heard=False)), FAIL, "unheard"),
        (replace(PAYMENTS, odd="events of test mode arrive"), FAIL, "odd"),
        (replace(PAYMENTS, odd_before="events of test mode arrive"), WARN, "was odd"),
        (replace(PAYMENTS, health=replace(HEARD, bank_debit="not offered")), FAIL, "no debit"),
        (replace(PAYMENTS, setup=PaymentSetup(True, True, False)), FAIL, "no debit"),
        (replace(PAYMENTS, setup=PaymentSetup(True, True, False), open_in_usd=False), PASS, "heard"),
        (replace(PAYMENTS, setup=PaymentSetup(True, False, False)), PASS, "heard"),
    ],
)
def test_stripe_needs_an_event_of_the_right_mode_and_bank_debit_for_dollars(
    payments: Payments, verdict: Verdict, code: str
) -> None:
    found = judged("stripe", payments=payments)

    assert (found.verdict, found.code) == (verdict, code)


def test_while_nothing_is_open_stripe_may_still_be_silent() -> None:
    silent = replace(PAYMENTS, health=replace(HEARD, heard=False))

    assert judged("stripe", payments=silent, open_count=0, mailable_count=0).verdict is WARN


@pytest.mark.parametrize(
    ("answer", "verdict", "code"),
    [
        (None, WARN, "unasked"),
        (DomainAnswer(unsaid=Unsaid.STAND_IN), PASS, "stand-in"),
        (DomainAnswer(unsaid=Unsaid.NO_DOMAIN), WARN, "no domain"),
        (DomainAnswer(unsaid=Unsaid.UNANSWERED), WARN, "unanswered"),
        (DomainAnswer(unsaid=Unsaid.KEY), FAIL, "key"),
        (DomainAnswer((Finding("SPF", "pass", ""), Finding("DMARC", "warn", ""))), WARN, "warn"),
        (DomainAnswer((Finding("SPF", "warn", ""), Finding("DKIM", "fail", ""))), FAIL, "fail"),
    ],
)
def test_the_sending_domain_is_as_good_as_its_worst_record(
    answer: DomainAnswer | None, verdict: Verdict, code: str
) -> None:
    found = judged("domain", domain=answer)

    assert (found.verdict, found.code) == (verdict, code)


@pytest.mark.parametrize(
    ("sent", "hard", "complaints", "verdict"),
    [
        (0, 0, 0, PASS),
        (150, 2, 0, PASS),
        (50, 2, 0, PASS),  # a handful proves nothing
        (150, 3, 0, FAIL),
        (151, 3, 0, PASS),
        (2000, 0, 1, PASS),
        (200, 0, 1, PASS),  # one complaint is one person's mood
        (2000, 0, 2, WARN),
        (667, 0, 2, WARN),
        (666, 0, 2, FAIL),
    ],
)
def test_mail_fails_at_two_percent_bounces_or_three_complaints_in_a_thousand(
    sent: int, hard: int, complaints: int, verdict: Verdict
) -> None:
    assert judged("mail", mail=Figures(sent, hard, complaints, 0)).verdict is verdict


@pytest.mark.parametrize(
    ("payments", "verdict", "code"),
    [
        (replace(PAYMENTS, setup=PaymentSetup(False)), WARN, "off"),
        (PAYMENTS, PASS, "heard"),
        (replace(PAYMENTS, unheard_since=NOW - timedelta(days=2)), FAIL, "silent"),
        (replace(PAYMENTS, health=replace(HEARD, unworked=1)), FAIL, "unworked"),
        (replace(PAYMENTS, health=replace(HEARD, fetched=1)), WARN, "fetched"),
        (replace(PAYMENTS, health=replace(HEARD, last_event_at=None)), PASS, "none"),
    ],
)
def test_webhooks_fail_when_nothing_is_heard_of_a_checkout(payments: Payments, verdict: Verdict, code: str) -> None:
    found = judged("webhooks", payments=payments)

    assert (found.verdict, found.code) == (verdict, code)


@pytest.mark.parametrize(
    ("inbound", "verdict", "code"),
    [
        (Inbound(None, 0, 199), PASS, "none"),
        (Inbound(None, 0, 200), FAIL, "silent"),
        (Inbound(NOW - timedelta(days=7), 0, 200), PASS, "heard"),
        (Inbound(NOW - timedelta(days=7, seconds=1), 0, 200), FAIL, "silent"),
        (Inbound(NOW - timedelta(days=30), 0, 199), PASS, "heard"),
        (Inbound(NOW, 1, 0), FAIL, "stuck"),
    ],
)
def test_inbound_mail_fails_when_much_is_sent_and_nothing_comes_back(
    inbound: Inbound, verdict: Verdict, code: str
) -> None:
    found = judged("inbound", inbound=inbound)

    assert (found.verdict, found.code) == (verdict, code)


def test_crons_fail_when_one_is_late_and_name_a_few() -> None:
    names = tuple(each.name for each in CRONS[:8])

    assert judged("crons").verdict is PASS
    assert judged("crons", late_crons=names[:1]).figures["names"] == names[0]
    assert judged("crons", late_crons=names).figures["more"] == 2
    assert judged("crons", crons_run=False).verdict is WARN


@pytest.mark.parametrize(
    ("schedule", "turn"),
    [
        ("* * * * *", timedelta(minutes=1)),
        ("*/5 * * * *", timedelta(minutes=5)),
        ("23 * * * *", timedelta(hours=1)),
        ("7 */6 * * *", timedelta(hours=6)),
        ("37 2 * * *", timedelta(days=1)),
        ("37 2 * * 1", timedelta(days=7)),
        ("37 2 1 * *", timedelta(days=31)),
    ],
)
def test_the_turn_of_a_schedule_is_its_longest_pause(schedule: str, turn: timedelta) -> None:
    assert readiness_facts.turn(schedule) == turn


def test_a_cron_is_late_after_two_turns_and_the_time_of_grace() -> None:
    daily = next(each for each in CRONS if each.name == "forget-old")
    grace = LIMITS.readiness.cron_grace
    ran = {"forget-old": {"slot": NOW, "first_at": NOW}}
    others = {"plan-reminders": {"slot": NOW, "first_at": NOW}}
    late = NOW + timedelta(days=2) + grace + timedelta(seconds=1)

    assert not readiness_facts.is_late(daily, ran, now=NOW + timedelta(days=2) + grace, grace=grace)
    assert readiness_facts.is_late(daily, ran, now=late, grace=grace)
    assert readiness_facts.is_late(daily, others, now=late, grace=grace), "it never ran since the others do"
    assert not readiness_facts.is_late(daily, {}, now=late, grace=grace)


def test_every_code_of_every_judge_has_words() -> None:
    for check in readiness_checks.CHECKS:
        for code in check.says:
            assert readiness_checks.said(check, code, {}) in (code, check.says[code])
        found = check.judge(FACTS, LIMITS)
        assert readiness_checks.said(check, found.code, found.figures) != found.code
