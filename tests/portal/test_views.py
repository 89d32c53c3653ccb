"""What stands on the invoice page, said in words, without a browser or a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.commitments.payable import Payable
from domain.kernel.money import Money
from domain.kernel.ports import Collectable
from domain.pay_links.queries import Attempt, Banner, HistoryLine, PayerPage
from domain.pay_links.states import CheckoutState
from portal import declines, views
from portal.part_form import Tried
from portal.texts import Texts
from portal.views import InvoiceView
from tests.conftest import MERCHANT

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

PAGE = PayerPage(
    link_id=uuid4(),
    invoice_id=uuid4(),
    invoice_number="INV-1042",
    account_id=uuid4(),
    contact_id=uuid4(),
    acted=frozenset(),
    has_paper=False,
    sees_account=True,
    account_name="Acme Ltd",
    address="a…@acme.example",
    locale="en_GB",
    country="GB",
    total=Money(12500, "GBP"),
    balance=Money(12500, "GBP"),
    asked=Payable(Money(12500, "GBP"), Money(12500, "GBP"), Money(0, "GBP")),
    issued_on=date(2026, 2, 1),
    due_on=date(2026, 3, 3),
    days_past_due=7,
    settled_on=None,
    is_open=True,
    banner=Banner.NONE,
    attempt=None,
    takes_parts=True,
    history=(),
)

ATTEMPT = Attempt(
    reference="7F3A-2B1C",
    state=CheckoutState.OPEN,
    amount=Money(12500, "GBP"),
    code="card_declined",
    session_id="cs_secret",
    at=NOON,
    rest=Money(0, "GBP"),
)


COLLECTABLE = Collectable(Money(30, "GBP"), Money(99_999_999, "GBP"), Money(1, "GBP"))


def seen(*, takes: bool = True, **also: Any) -> InvoiceView:
    if "balance" in also and "asked" not in also:
        also["asked"] = Payable(also["balance"], also["balance"], Money(0, "GBP"))
    collectable = COLLECTABLE if takes else None
    return views.invoice(replace(PAGE, **also), merchant=MERCHANT, texts=Texts("en"), collectable=collectable)


@pytest.mark.parametrize(
    ("days", "words", "late"),
    [
        (-3, "Due on 3 March 2026", False),
        (0, "Due today, 3 March 2026", False),
        (1, "Due on 3 March 2026, 1 day overdue", True),
        (204, "Due on 3 March 2026, 204 days overdue", True),
    ],
)
def test_since_when_it_is_owed(days: int, words: str, late: bool) -> None:
    view = seen(days_past_due=days)

    assert (view.due_when, view.late) == (words, late)


def test_an_empty_history_does_not_deny_what_was_paid_before() -> None:
    assert seen().no_history == "No payments yet."
    assert seen(balance=Money(100, "GBP")).no_history == "Earlier payments are not listed here one by one."


def test_who_waits_for_the_bank_is_not_called_late() -> None:
    view = seen(banner=Banner.PROCESSING, attempt=ATTEMPT)

    assert (view.late, view.pay, view.due_label) == (False, "", "Amount being paid")
    assert view.due_when == "Due on 3 March 2026"


def test_who_waits_until_we_have_looked_at_a_payment_is_not_called_late() -> None:
    view = seen(banner=Banner.IN_REVIEW, attempt=replace(ATTEMPT, state=CheckoutState.MISMATCHED))

    assert (view.late, view.pay, view.due_when) == (False, "", "Due on 3 March 2026")


@pytest.mark.parametrize("banner", [each for each in Banner if each is not Banner.NONE])
def test_every_banner_says_what_happened_and_what_happens_next(banner: Banner) -> None:
    view = seen(banner=banner, attempt=ATTEMPT, is_open=banner not in (Banner.PAID, Banner.CLOSED))

    assert view.banner is not None
    assert view.banner.title
    assert view.banner.lines
    assert view.banner.reference == ("" if banner is Banner.CLOSED else "Reference 7F3A-2B1C")
    assert "cs_secret" not in str(view)


@pytest.mark.parametrize("code", sorted(declines.TABLE))
def test_every_decline_with_words_of_its_own_has_them(code: str) -> None:
    view = seen(banner=Banner.FAILED, attempt=replace(ATTEMPT, code=code))

    assert view.banner is not None
    assert all(line.endswith(".") for line in view.banner.lines)


@pytest.mark.parametrize("code", ["fraudulent", "lost_card", "stolen_card", "do_not_honor", "something_new", None])
def test_what_must_not_be_said_to_whoever_sits_there_is_said_alike(code: str | None) -> None:
    assert declines.said(code) == declines.GENERIC


@pytest.mark.parametrize("kind", ["received", "refund", "chargeback", "processing", "failed"])
def test_every_line_of_the_history_has_words(kind: str) -> None:
    line = HistoryLine(NOON, kind, Money(2500, "GBP"), "card ending 4242", None, None)

    [shown] = seen(history=(line,)).history

    assert shown.what
    assert shown.amount == ("-£25.00" if kind in ("refund", "chargeback") else "£25.00")
    assert shown.when == "10 March 2026"


def test_a_part_payment_shows_what_is_left_and_what_came() -> None:
    view = seen(balance=Money(5000, "GBP"))

    assert (view.due, view.pay) == ("£50.00", "Pay £50.00")
    assert ("Paid so far", "£75.00") in view.details


def test_an_amount_that_cannot_be_collected_is_said_and_not_just_left_out() -> None:
    view = seen(takes=False)

    assert view.pay == ""
    assert "ar@northwind.example" in view.why_not


def asked(minor: int, *, disputed: int = 0, position: int | None = None, due_on: date | None = None) -> Payable:
    """Return what is asked for of an invoice over 125.00."""
    parts = 4 if position else None
    return Payable(Money(minor, "GBP"), Money(12500, "GBP"), Money(disputed, "GBP"), position, parts, due_on)


def test_an_instalment_is_what_is_asked_for_and_the_whole_balance_can_be_paid_too() -> None:
    view = seen(asked=asked(3125, position=2, due_on=date(2026, 3, 12)), days_past_due=-2)

    assert (view.due, view.due_label, view.late) == ("£31.25", "Next instalment", False)
    assert view.due_when == "Instalment 2 of 4. Due on 12 March 2026"
    assert (view.pay, view.pay_all) == ("Pay £31.25", "Pay the whole balance of £125.00")
    assert ("Still open", "£125.00") in view.details


def test_a_missed_instalment_is_late_by_its_own_day() -> None:
    view = seen(asked=asked(6250, position=1, due_on=date(2026, 3, 6)), days_past_due=4)

    assert (view.due_label, view.late) == ("Amount due now", True)
    assert view.due_when == "Instalment 1 of 4. Due on 6 March 2026, 4 days overdue"


def test_what_is_disputed_is_not_asked_for_and_the_page_says_so() -> None:
    view = seen(asked=asked(10000, disputed=2500))

    assert (view.due, view.pay, view.pay_all) == ("£100.00", "Pay £100.00", "Pay the whole balance of £125.00")
    assert view.note == "£25.00 is being disputed; we do not ask for it now."
    assert ("Being disputed", "£25.00") in view.details


def test_who_disputes_everything_is_asked_for_nothing_and_may_still_pay() -> None:
    view = seen(asked=asked(0, disputed=12500))

    assert (view.pay, view.pay_all, view.late) == ("Pay £125.00", "", False)
    assert view.note.startswith("You dispute all that is open")


def test_an_instalment_too_small_for_the_provider_leaves_the_whole_balance() -> None:
    page = replace(PAGE, asked=asked(20, position=1, due_on=date(2026, 3, 12)))

    view = views.invoice(page, merchant=MERCHANT, texts=Texts("en"), collectable=COLLECTABLE)

    assert (view.pay, view.pay_all, view.why_not) == ("", "Pay the whole balance of £125.00", "")


def test_while_an_instalment_is_debited_its_sum_is_the_one_under_way() -> None:
    attempt = replace(ATTEMPT, amount=Money(3125, "GBP"), state=CheckoutState.PROCESSING)

    view = seen(banner=Banner.PROCESSING, attempt=attempt, asked=asked(3125, position=1, due_on=date(2026, 3, 1)))

    assert (view.due, view.due_label, view.pay, view.pay_all) == ("£31.25", "Amount being paid", "", "")


def test_a_part_may_be_chosen_within_what_can_be_collected_and_leaves_nothing_too_small() -> None:
    part = seen().part

    assert part is not None
    assert (part.label, part.hint, part.error) == ("Amount in GBP", "From £0.30 to £124.70.", "")


def test_a_part_cannot_be_chosen_of_what_cannot_be_divided_or_where_the_merchant_takes_none() -> None:
    assert seen(balance=Money(59, "GBP")).part is None
    assert seen(takes_parts=False).part is None
    assert seen(banner=Banner.PROCESSING, attempt=ATTEMPT).part is None


def test_a_sum_above_what_the_provider_takes_at_once_can_still_be_paid_in_parts() -> None:
    view = seen(balance=Money(150_000_000, "GBP"))

    assert (view.pay, view.why_not) == ("", "")
    assert view.part is not None


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("part_unreadable", "Enter the amount as a number, for example 62.50."),
        ("part_currency", "Enter the amount in GBP; this invoice is in that currency."),
        ("part_range", "Enter an amount from £0.30 to £124.70, or the whole £125.00."),
    ],
)
def test_a_part_that_cannot_be_taken_says_which_can(problem: str, said: str) -> None:
    view = views.invoice(
        PAGE, merchant=MERCHANT, texts=Texts("en"), collectable=COLLECTABLE, tried=Tried("1,5", problem)
    )

    assert view.part is not None
    assert (view.part.error, view.part.typed) == (said, "1,5")
    assert view.page_title == "Error: Invoice INV-1042"


def test_after_a_part_payment_the_page_thanks_and_offers_the_rest() -> None:
    attempt = replace(ATTEMPT, amount=Money(7500, "GBP"), state=CheckoutState.PAID, code=None)

    view = seen(balance=Money(5000, "GBP"), banner=Banner.PART_PAID, attempt=attempt)

    assert view.banner is not None
    assert view.banner.lines[0] == "Thank you. We received £75.00; £50.00 is still open."
    assert view.pay == "Pay £50.00"


def test_who_has_to_confirm_a_bank_account_is_led_to_where_that_is_done() -> None:
    attempt = replace(ATTEMPT, state=CheckoutState.PROCESSING, verify_url="https://payments.stripe.test/microdeposit")

    view = seen(banner=Banner.TO_VERIFY, attempt=attempt)

    assert view.banner is not None
    assert (view.banner.leads_to, view.pay) == ("https://payments.stripe.test/microdeposit", "")
