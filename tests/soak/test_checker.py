"""The checker, on a small year in which all is well, and on the same year with one thing wrong at a time.

A checker that cannot fail proves nothing: each violation is planted once, and has to be found, by the check for it.
"""

from collections.abc import Callable

import pytest

from tests.soak import checker, planters
from tests.soak.checker import CHECKS
from tests.soak.small import DAY, MONDAY, Small, account, contact, invoice


def test_a_year_in_which_all_is_well_has_no_violation() -> None:
    assert checker.violations(Small().record) == {}


PLANTED: dict[str, tuple[str, Callable[[Small], None]]] = {
    "a row that changed unseen": ("witnessed", planters.tell(unseen=("invoice i1",))),
    "a mail that is no mailing": ("strangers", planters.stranger),
    "a sent mail that never arrived": ("strangers", planters.never_arrived),
    "a mail to somebody else": ("strangers", planters.other_recipient),
    "a withheld mail that left": ("strangers", planters.left_and_withheld),
    "a reminder that does not count as asking": ("labelled", planters.unlabelled),
    "a mail after the payment": (
        "paid", lambda small: small.commit(invoice("i1", "SO-0000001", state="settled", open_minor=0), before="m2")),
    "a mail about a written-off invoice": (
        "paid",
        lambda small: small.commit(invoice("i1", "SO-0000001", state="written_off", open_minor=0), before="m2")),
    "a mail that does not show an item": ("complete", planters.other_number),
    "a mail that shows no item": ("complete", planters.no_number),
    "a mail that shows an invoice that nobody knows": ("complete", planters.unknown_number),
    "a mail in the evening": ("hours", planters.moved(9)),
    "a mail before the morning": ("hours", planters.moved(-4)),
    "a mail on a Saturday": ("hours", planters.moved(5 * 24)),
    "a mail on a holiday": ("hours", planters.elsewhere("Europe/Berlin", "DE", days=-14)),
    "a mail on a Friday in Riyadh": ("hours", planters.elsewhere("Asia/Riyadh", "SA", days=4)),
    "a mail at night in Kiritimati": ("hours", planters.elsewhere("Pacific/Kiritimati", "KI", hours=0)),
    "a second mail within the rest": ("rested", planters.too_soon),
    "a mail over the segment's cap": ("caps", planters.over_segment_cap),
    "a mail over the domain's cap": ("caps", planters.over_domain_cap),
    "a mail over the warm-up's cap": ("caps", planters.over_warm_up),
    "a mail that arrives twice": ("once", planters.again),
    "a step that is mailed twice": ("once", planters.repeated_step),
    "a step that joined another mail and is mailed again": ("once", planters.joined_and_repeated),
    "a mail to a suppressed address": ("suppressed", planters.suppress("hard bounce")),
    "a reminder to somebody who opted out": ("suppressed", planters.suppress("opted out")),
    "an answer to a dead address": ("suppressed", planters.answer_to_dead),
    "a mail to a removed contact": (
        "suppressed", lambda small: small.commit(contact("c", "removed"), before="m2")),
    "a reminder of what is disputed": (
        "paused", planters.pause("dispute", state="open", is_test=False, amount_minor=10_000)),
    "a reminder of what is promised": (
        "paused", planters.pause(
            "promise", state="running", amount_minor=10_000, promised_on="2026-06-20", grace_days=2)),
    "a reminder of what is promised and disputed": ("paused", planters.promised_and_disputed),
    "a reminder of what a plan covers": (
        "paused", planters.pause("plan", state="running", covers_minor=10_000)),
    "a reminder of more than may be asked for": (
        "amounts", planters.pause("dispute", state="open", is_test=False, amount_minor=4_000)),
    "a reminder in spite of a hold": ("held", planters.hold()),
    "a reminder in spite of a hold on its invoice": ("held", planters.hold(invoice_id="i1")),
    "a reminder of an excluded customer": (
        "excluded", lambda small: small.commit(account("a", "excluded"), before="m2")),
    "a mail during maintenance": ("gated", planters.gate(holds="all mail")),
    "a mail through Autopilot's gate": ("gated", planters.gate(holds="autopilot", segment="s")),
    "a beginning with the final notice": ("softly", planters.harsh),
    "two levels at once": ("softly", planters.two_levels),
    "two levels at once when it was opened again": ("softly", planters.opened_again(severity=3)),
    "a withheld mail without a reason": ("explained", planters.changed("m3", reason=" ")),
    "a wait without a reason": ("explained", planters.unexplained_wait),
    "a draft that needs nothing": ("explained", planters.draft_without_need),
    "a dropped item without a reason": ("explained", planters.dropped_without_reason),
    "an invoice that waits unseen": ("explained", planters.tell(stuck=("enrolment e1 waits",))),
    "a step that nobody took": ("lost", planters.forgotten_step),
    "a step that nobody took after its hold": ("lost", planters.freed(days=3)),
    "a step that nobody took after its promise": ("lost", planters.promise_broken(days=3)),
    "a step that nobody took in another cadence": ("lost", planters.moved_and_forgotten),
    "a step that no mail shows": ("lost", planters.skipped_step),
    "a job that failed for good": ("jobs", planters.tell(jobs={"failed (send_mailing)": 1})),
    "a lock that is left": ("locks", planters.tell(locks=1)),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_violation_is_found(what: str) -> None:
    check, plant = PLANTED[what]
    small = Small()

    plant(small)

    assert check in checker.violations(small.record), f"{what} goes unnoticed"


def test_every_check_has_a_violation_planted_for_it() -> None:
    assert {check for check, _ in PLANTED.values()} == {each.__name__ for each in CHECKS}


HARMLESS: dict[str, Callable[[Small], None]] = {
    "a payment right after the mail": lambda small: small.commit(
        invoice("i1", "SO-0000001", state="settled", open_minor=0), at=MONDAY + 7 * DAY
    ),
    "a dispute over a part": planters.disputed_and_said,
    "a final notice after a letter that may have arrived": planters.unheard,
    "a final notice after a draft that was rejected": planters.rejected,
    "an answer that left unheard and was withheld then": planters.answered_once,
    "a step whose hold has just ended": planters.freed(days=1),
    "a step whose promise has just been broken": planters.promise_broken(days=1),
    "a move to a cadence that counts otherwise": planters.moved_as_it_should,
    "a move after a step was struck out": planters.struck_and_moved,
    "the next level when it was opened again": planters.opened_again(severity=2),
    "a mail that was taken back before its commit": planters.removed_at_once,
    "a mail that was put off and whose invoices went with another": planters.joined,
    "a test dispute": planters.pause("dispute", state="open", is_test=True, amount_minor=10_000),
    "a promise whose grace is over": planters.pause(
        "promise", state="running", amount_minor=10_000, promised_on="2026-06-10", grace_days=2
    ),
    "a hold on another contact": planters.hold(contact_id="other"),
    "a hold that has ended": planters.hold(until="2026-06-15T08:00:00+00:00"),
    "a gate before another segment": planters.gate(holds="autopilot", segment="other"),
    "a gate that has opened by itself": planters.gate(holds="all mail", until="2026-06-15T08:00:00+00:00"),
    "a suppression that was lifted": lambda small: small.commit(
        ("suppression", {"id": "x", "address_key": "anna@acme.example", "state": "lifted", "reason": "manual"}),
        before="m2",
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_allowed_is_no_violation(what: str) -> None:
    small = Small()

    HARMLESS[what](small)

    assert checker.violations(small.record) == {}


def test_what_is_lost_is_told_with_everything_that_happened_to_its_invoice() -> None:
    small = Small()
    planters.forgotten_step(small)

    (sentence,) = checker.violations(small.record)["lost"]

    assert sentence.startswith("step 2 of SO-0000002 was never taken")
    for told in ("due_on=2026-06-15", "open_minor=10000", "held=", "letter=reminder-due", "ended 2026-07-08"):
        assert told in sentence
