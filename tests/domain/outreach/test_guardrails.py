"""The guardrails: for every line of both tables an example that passes and one that does not, and how they combine."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Said
from domain.outreach import guardrails, judges
from domain.outreach.facts import Health, ItemFacts, Lane, MailFacts, Stop
from domain.outreach.guardrails import ITEMS, MAIL
from domain.outreach.reasons import NAMES
from domain.outreach.verdicts import SEND, Never, Review, Wait
from tests.domain.outreach.mails_made import NOW, item_facts, mail_facts

NOTHING = Money(0, "EUR")
TOMORROW = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
"""When Berlin opens the next morning."""

SATURDAY = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
GOOD_FRIDAY = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)

ITEM_EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "paid since": ({"invoice_state": "open"}, {"invoice_state": "settled", "settled_on": date(2026, 3, 9)}),
    "nothing open": ({"invoice_state": "open"}, {"invoice_state": "written_off"}),
    "reminders ended": ({"enrolment_state": "finished"}, {"enrolment_state": "closed"}),
    "veto": ({"vetoed": None}, {"vetoed": "they moved house"}),
    "instalment paid": ({"instalment": True, "plan_state": "running"},
                        {"instalment": True, "plan_state": "running", "instalment_met": True, "ask": NOTHING}),
    "plan ended": ({"instalment": True, "plan_state": "running"}, {"instalment": True, "plan_state": "cancelled"}),
    "account excluded": ({"account_state": "active"}, {"account_state": "excluded"}),
    "debit under way": ({"processing": False}, {"processing": True}),
    "hold": ({"hold": None}, {"hold": Stop("legal", "our lawyers write", NOW + timedelta(days=1))}),
    "paused": ({"ask": Money(1, "EUR"), "paused_why": "a promise over 124.99 EUR runs until 12 Mar 2026"},
               {"ask": NOTHING, "paused_why": "125.00 EUR is disputed"}),
    "account in credit": ({"unapplied_minor": 12499}, {"unapplied_minor": 12500}),
    "not due yet": ({"due_on": date(2026, 3, 3)}, {"due_on": date(2026, 3, 4)}),
}  # fmt: skip
"""What passes, and what does not."""

MAIL_EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "contact removed": ({"contact_state": "active"}, {"contact_state": "removed"}),
    "suppressed": ({"suppressed_for": None}, {"suppressed_for": "hard bounce"}),
    "opted out": ({"suppressed_for": None}, {"suppressed_for": "opted out"}),
    "outdated": ({"unfit": ""}, {"unfit": "the plan is cancelled meanwhile"}),
    "approval": ({"items": (item_facts(mode="shadow"),), "approved_at": NOW - timedelta(hours=1)},
                 {"items": (item_facts(mode="shadow"),)}),
    "stale approval": ({"approved_at": NOW - timedelta(hours=1)},
                       {"approved_at": NOW - timedelta(hours=1), "drafted_as": {"to": "ben@acme.example",
                        "letter": "reminder-overdue", "items": {}}}),
    "gate": ({"gates": ()}, {"gates": (Stop("maintenance", "we move", NOW + timedelta(hours=2), "all mail"),)}),
    "conversation": ({"replied_at": None}, {"replied_at": NOW - timedelta(hours=3)}),
    "ledger too old": ({"ledger_at": NOW - timedelta(days=14)}, {"ledger_at": NOW - timedelta(days=14, seconds=1)}),
    "segment coverage": ({"health": Health(10, 9, 0, 0)}, {"health": Health(100, 89, 0, 0)}),
    "segment reversals": ({"health": Health(10, 10, 40, 2)}, {"health": Health(10, 10, 39, 2)}),
    "undo": ({"approved_at": NOW - timedelta(seconds=60)}, {"approved_at": NOW - timedelta(seconds=59)}),
    "weekend": ({"now": GOOD_FRIDAY}, {"now": SATURDAY}),
    "holiday": ({"now": SATURDAY}, {"now": GOOD_FRIDAY, "ledger_at": GOOD_FRIDAY}),
    "quiet hours": ({"now": EVENING - timedelta(seconds=1)}, {"now": EVENING}),
    "contact rest": ({"asked_at": NOW - timedelta(days=3)}, {"asked_at": NOW - timedelta(days=2, hours=23)}),
    "breaker": ({"breaker": Stop("acme.example", "2 complaints", NOW)},
                {"breaker": Stop("acme.example", "2 complaints", NOW + timedelta(hours=1))}),
    "segment cap": ({"lanes": (Lane("segment:everyone", "segment cap", 5, 4),)},
                    {"lanes": (Lane("segment:everyone", "segment cap", 5, 5),)}),
    "domain cap": ({"lanes": (Lane("domain:x.example", "domain cap", 5, 4),)},
                   {"lanes": (Lane("domain:x.example", "domain cap", 5, 5),)}),
    "warm-up": ({"lanes": (Lane("domain:x.example", "warm-up", 50, 50),), "reserved": True},
                {"lanes": (Lane("domain:x.example", "warm-up", 50, 50),)}),
}  # fmt: skip


def test_every_guardrail_has_an_example() -> None:
    assert list(ITEM_EXAMPLES) == [each.name for each in ITEMS]
    assert list(MAIL_EXAMPLES) == [each.name for each in MAIL]


def test_every_guardrail_reads_facts_that_exist() -> None:
    items, mail = {each.name for each in fields(ItemFacts)}, {each.name for each in fields(MailFacts)}

    assert {name for each in ITEMS for name in each.reads} <= items
    assert {name for each in MAIL for name in each.reads} <= mail


@pytest.mark.parametrize("name", ITEM_EXAMPLES)
def test_an_invoice_that_may_be_asked_for_passes(name: str) -> None:
    (line,) = [each for each in ITEMS if each.name == name]

    assert line.judge(item_facts(**ITEM_EXAMPLES[name][0])) is None


@pytest.mark.parametrize("name", ITEM_EXAMPLES)
def test_an_invoice_that_must_not_be_asked_for_is_taken_out_with_its_reason(name: str) -> None:
    verdict = guardrails.judged(item_facts(**ITEM_EXAMPLES[name][1]))

    assert isinstance(verdict, Never)
    assert verdict.guardrail == name
    assert verdict.reason
    assert "None" not in verdict.reason
    assert name in NAMES
    assert isinstance(verdict.reason, Said), "it is read in every language"
    assert not speech.lacks(verdict.reason.sentence, verdict.reason.values)


@pytest.mark.parametrize("name", MAIL_EXAMPLES)
def test_a_mail_that_may_leave_passes(name: str) -> None:
    (line,) = [each for each in MAIL if each.name == name]

    assert line.judge(mail_facts(**MAIL_EXAMPLES[name][0])) is None


@pytest.mark.parametrize("name", MAIL_EXAMPLES)
def test_a_mail_that_must_not_leave_is_kept_back_with_its_reason(name: str) -> None:
    verdict = guardrails.verdict(mail_facts(**MAIL_EXAMPLES[name][1]))

    assert isinstance(verdict, Never | Wait | Review)
    assert verdict.guardrail == name
    assert verdict.reason
    assert "None" not in verdict.reason
    assert name in NAMES
    assert isinstance(verdict.reason, Said), "it is read in every language"
    assert not speech.lacks(verdict.reason.sentence, verdict.reason.values)


def test_a_mail_about_which_nothing_is_to_be_objected_leaves() -> None:
    assert guardrails.verdict(mail_facts()) == SEND
    assert guardrails.judged(item_facts()) == SEND


@pytest.mark.parametrize(
    ("name", "gives_back"),
    [("paid since", False), ("veto", False), ("reminders ended", False), ("instalment paid", False),
     ("debit under way", True), ("hold", True), ("paused", True), ("account excluded", True),
     ("account in credit", True), ("not due yet", True)],
)  # fmt: skip
def test_a_step_is_given_back_where_its_reason_may_pass(name: str, gives_back: bool) -> None:
    verdict = guardrails.judged(item_facts(**ITEM_EXAMPLES[name][1]))

    assert isinstance(verdict, Never)
    assert verdict.passing is gives_back


def test_a_hold_says_until_when() -> None:
    verdict = guardrails.judged(item_facts(**ITEM_EXAMPLES["hold"][1]))

    assert isinstance(verdict, Never)
    assert verdict.until == NOW + timedelta(days=1)
    assert verdict.reason == "on hold (legal) until 2026-03-11 09:00 UTC: our lawyers write"


# Waiting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("but", "until"),
    [
        ({"now": EVENING}, datetime(2026, 3, 11, 7, tzinfo=UTC)),
        ({"now": SATURDAY}, datetime(2026, 3, 16, 7, tzinfo=UTC)),
        ({"now": GOOD_FRIDAY}, datetime(2026, 4, 7, 6, tzinfo=UTC)),  # Easter Monday is free too; summer time
        ({"asked_at": NOW - timedelta(hours=1)}, datetime(2026, 3, 13, 8, tzinfo=UTC)),
        (
            {"asked_at": datetime(2026, 3, 10, 22, tzinfo=UTC)},
            datetime(2026, 3, 16, 7, tzinfo=UTC),
        ),  # ends on Friday night
        ({"lanes": (Lane("domain:x", "warm-up", 5, 5),)}, TOMORROW),
    ],
    ids=["evening", "weekend", "Easter", "rest", "rest into a weekend", "cap"],
)
def test_a_mail_waits_until_the_first_moment_that_could_do(but: dict[str, Any], until: datetime) -> None:
    verdict = guardrails.verdict(mail_facts(**but, ledger_max_age=timedelta(0)))

    assert isinstance(verdict, Wait)
    assert verdict.until == until


def test_a_mail_waits_for_the_latest_of_its_reasons() -> None:
    closed = Stop("maintenance", "we move", NOW + timedelta(hours=2), "all mail")

    verdict = guardrails.verdict(mail_facts(gates=(closed,), asked_at=NOW))

    assert isinstance(verdict, Wait)
    assert verdict.guardrail == "gate"
    assert verdict.until == NOW + timedelta(days=3)


@pytest.mark.parametrize(
    ("zone", "country", "moment", "opens"),
    [
        ("Europe/Berlin", "DE", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
        ("Europe/Berlin", "DE", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC)),
        ("America/New_York", "US", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),
        ("Pacific/Kiritimati", "KI", datetime(2026, 3, 10, 4, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC)),
        (
            "Pacific/Pago_Pago",
            "AS",
            datetime(2026, 3, 10, 10, 59, 59, tzinfo=UTC),
            datetime(2026, 3, 10, 19, tzinfo=UTC),
        ),
        ("Asia/Kolkata", "IN", datetime(2026, 3, 10, 18, 30, tzinfo=UTC), datetime(2026, 3, 11, 2, 30, tzinfo=UTC)),
    ],
    ids=["spring forward", "autumn back", "New York at midnight", "UTC+14", "UTC-11", "half an hour"],
)
def test_hours_are_those_of_the_payers_clock(zone: str, country: str, moment: datetime, opens: datetime) -> None:
    facts = mail_facts(now=moment, zone=ZoneInfo(zone), country=country, ledger_max_age=timedelta(0))

    verdict = guardrails.verdict(facts)

    assert isinstance(verdict, Wait)
    assert verdict.until == opens
    assert guardrails.verdict(replace(facts, now=verdict.until)) == SEND


def test_what_waits_could_leave_at_the_moment_for_which_it_waits() -> None:
    facts = mail_facts(now=EVENING, asked_at=EVENING - timedelta(days=1))

    verdict = guardrails.verdict(facts)

    assert isinstance(verdict, Wait)
    assert guardrails.verdict(replace(facts, now=verdict.until, ledger_at=verdict.until)) == SEND


# Order and exceptions -----------------------------------------------------------------------------


def test_never_comes_before_review_and_review_before_wait() -> None:
    night = {"now": EVENING, "items": (item_facts(mode="shadow"),)}

    review = guardrails.verdict(mail_facts(**night))
    never = guardrails.verdict(mail_facts(**night, suppressed_for="complaint"))

    assert isinstance(review, Review)
    assert isinstance(never, Never)


def test_answers_wait_for_maintenance_and_for_nothing_else() -> None:
    closed = (Stop("maintenance", "we move", None, "all mail"),)
    against = {"asks": False, "letter": "receipt", "items": (), "now": EVENING, "asked_at": EVENING,
               "suppressed_for": "opted out", "replied_at": EVENING, "ledger_at": None}  # fmt: skip

    assert guardrails.verdict(mail_facts(**against)) == SEND
    assert isinstance(guardrails.verdict(mail_facts(**against, gates=closed)), Wait)


@pytest.mark.parametrize(
    "but",
    [{"approved_at": NOW - timedelta(hours=1)}, {"items": (item_facts(nudge=True),)}, {"asks": False, "items": ()}],
    ids=["approved", "nudged", "an answer"],
)
def test_a_gate_before_autopilot_lets_pass_what_a_person_wants(but: dict[str, Any]) -> None:
    gate = (Stop("readiness", "contacts are missing", None, "autopilot"),)

    assert isinstance(guardrails.verdict(mail_facts(gates=gate)), Wait)
    assert guardrails.verdict(mail_facts(gates=gate, **but)) == SEND


def test_a_poor_segment_names_what_it_holds_back() -> None:
    verdict = guardrails.verdict(mail_facts(**MAIL_EXAMPLES["segment coverage"][1]))

    assert verdict == Wait(
        NOW + judges.LOOK_AGAIN,
        "segment coverage",
        "only 89 of 100 open invoices (89%) of segment everyone have a contact that can be mailed; "
        "125.00 EUR is held back",
    )


@pytest.mark.parametrize(
    ("but", "needs"),
    [
        ({}, ()),
        ({"items": (item_facts(mode="shadow"),)}, ("Shadow Mode",)),
        ({"items": (item_facts(mode="shadow", nudge=True),)}, ()),
        ({"items": (item_facts(severity=2, nudge=True),)}, ("final notice",)),
        ({"high_value": True}, ("high value",)),
        ({"items": (item_facts(step_approval=True),)}, ("the step asks for approval",)),
        ({"edited_by": "Ben"}, ("edited by Ben",)),
    ],
)
def test_what_a_person_has_to_approve(but: dict[str, Any], needs: tuple[str, ...]) -> None:
    assert judges.approvals(mail_facts(**but)) == needs


def test_what_was_approved_and_is_still_so_leaves() -> None:
    facts = mail_facts(approved_at=NOW - timedelta(hours=1), high_value=True)

    assert guardrails.verdict(replace(facts, drafted_as=facts.snapshot)) == SEND


@pytest.mark.parametrize(
    ("but", "told"),
    [
        ({"address_key": "ben@acme.example"}, "it goes to another address"),
        ({"letter": "reminder-due"}, "the letter was reminder-overdue and is reminder-due"),
        ({"items": ()}, "INV-1042 is not in it any more"),
        ({"words": "x"}, "its words were changed"),
    ],
)
def test_an_approval_is_void_when_what_was_approved_has_changed(but: dict[str, Any], told: str) -> None:
    before = mail_facts(approved_at=NOW - timedelta(hours=1))

    verdict = guardrails.verdict(replace(before, drafted_as=before.snapshot, **but))

    assert verdict == Review("stale approval", f"it was approved as something else: {told}")


def test_a_changed_amount_and_a_new_invoice_are_told_with_their_amounts() -> None:
    item = item_facts()
    before = mail_facts(approved_at=NOW - timedelta(hours=1), items=(item,))
    more = item_facts(number="INV-7", invoice_id=uuid4(), ask=Money(500, "EUR"))

    verdict = guardrails.verdict(
        replace(before, drafted_as=before.snapshot, items=(replace(item, ask=Money(9000, "EUR")), more))
    )

    assert isinstance(verdict, Review)
    assert verdict.reason.endswith("INV-1042 asked for 125.00 EUR and asks for 90.00 EUR; INV-7 (5.00 EUR) joined it")


def test_a_reason_never_reads_a_hostile_text_as_a_field() -> None:
    verdict = guardrails.judged(item_facts(vetoed="{f.now.__class__} {0} %s"))

    assert isinstance(verdict, Never)
    assert verdict.reason == "this step was struck out: {f.now.__class__} {0} %s"
