"""What cannot be meant is refused, and what is rarely meant is told."""

from typing import Any

import pytest

from domain.kernel.limits import Limits
from domain.policies import checks
from domain.policies.document import Document
from domain.policies.reading import checked
from domain.policies.refusals import PolicyMalformed
from tests.domain.policies.policies_made import STEPS, a_document, a_segment

FINAL: dict[str, Any] = {"day": 30, "letter": "final-notice", "tone": "Formal"}
DUE: dict[str, Any] = {"day": 0, "letter": "reminder-due"}
OVERDUE: dict[str, Any] = {"day": 7, "letter": "reminder-overdue"}


def refused(*segments: dict[str, Any], steps: list[dict[str, Any]] | None = None) -> list[str]:
    """Return what is told about a policy that is refused."""
    with pytest.raises(PolicyMalformed) as refusal:
        a_document(*segments, steps=steps)
    return [str(each) for each in refusal.value.findings]


def warned(document: Document) -> list[str]:
    """Return what is told about a policy that is allowed."""
    return [str(each) for each in checks.warnings(document, Limits())]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            [{"day": 7, "letter": "reminder-overdeu"}],
            "cadences[0].steps[0].letter: there is no letter 'reminder-overdeu'. Did you mean 'reminder-overdue'?",
        ),
        (
            [{"day": 7, "letter": "receipt"}],
            (
                "cadences[0].steps[0].letter: 'receipt' answers something that happened; a step sends one of: "
                "reminder-due, reminder-overdue, final-notice"
            ),
        ),
        (
            [OVERDUE, DUE],
            "cadences[0].steps[1].day: day 0 does not come after day 7; steps stand in the order of their days",
        ),
        (
            [OVERDUE, OVERDUE],
            "cadences[0].steps[1].day: day 7 does not come after day 7; steps stand in the order of their days",
        ),
        (
            [OVERDUE, {"day": 14, "letter": "reminder-due"}],
            "cadences[0].steps[1].letter: reminder-due is milder than a letter that was sent before it",
        ),
        ([DUE, FINAL], "cadences[0].steps[1].letter: final-notice skips a level: an overdue reminder comes first"),
        ([FINAL], "cadences[0].steps[0].letter: final-notice skips a level: an overdue reminder comes first"),
        (
            [OVERDUE, {**FINAL, "approval": False}],
            "cadences[0].steps[1].approval: a person approves each final-notice; this cannot be switched off",
        ),
        (
            [{"day": 3, "escalate": True}, OVERDUE],
            "cadences[0].steps[0]: a person takes over for good, so no step can follow",
        ),
        ([{"day": 3}], "cadences[0].steps[0]: a step has a letter, or says `escalate: true`"),
        (
            [{"day": 3, "escalate": True, "letter": "reminder-due"}],
            "cadences[0].steps[0]: a step that hands over to a person sends no mail, so it has no letter",
        ),
        (
            [{**OVERDUE, "tone": "Harsh"}],
            "cadences[0].steps[0].tone: 'Harsh' is none of 'Formal', 'Neutral' or 'Confident'.",
        ),
        (
            [{**OVERDUE, "recipients": "escalations"}],
            (
                "cadences[0].steps[0].recipients: 'escalations' is none of 'billing' or 'escalation'. "
                "Did you mean 'escalation'?"
            ),
        ),
        (
            [{**OVERDUE, "leter": "x"}],
            "cadences[0].steps[0].leter: 'leter' is not a word that a policy has here. Did you mean 'letter'?",
        ),
    ],
)
def test_a_cadence_that_cannot_be_meant_is_refused(steps: list[dict[str, Any]], told: str) -> None:
    assert told in refused(steps=steps)


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        ([a_segment(cadence="defalt")], "segments[0].cadence: there is no cadence 'defalt'. Did you mean 'default'?"),
        ([a_segment("A"), a_segment("a", currency="EUR")], "segments[1].name: 'a' is a name used before: 'A'"),
        (
            [a_segment("all"), a_segment("euros", currency="EUR")],
            "segments[1]: 'euros' is never reached: 'all' before it takes all that it would take",
        ),
        (
            [a_segment("one", currency="EUR"), a_segment("two", currency=["EUR"]), a_segment()],
            "segments[1]: 'two' is never reached: 'one' before it takes all that it would take",
        ),
        (
            [a_segment("x", country=["FR", "DE"], region="DACH"), a_segment()],
            "segments[0].rule.country: FR lies in none of the regions, so never matches",
        ),
        (
            [a_segment("x", ageing=["1-30"], days_past_due={"from": 31}), a_segment()],
            "segments[0].rule.days_past_due: no day is in this range and in one of the ageing buckets",
        ),
        (
            [a_segment("x", balance={"from": 100, "to": 10}), a_segment()],
            "segments[0].rule.balance: the range runs backwards: from 100 to 10",
        ),
        ([a_segment("x", balance={})], "segments[0].rule.balance: a range needs `from`, `to` or both"),
        (
            [a_segment("x", balance={"from": -1})],
            "segments[0].rule.balance.from: input should be greater than or equal to 0, not -1",
        ),
        (
            [a_segment("x", currency=["EUR", "EUX"])],
            "segments[0].rule.currency[1]: 'EUX' is not an ISO 4217 currency code.",
        ),
        (
            [a_segment("x", country="Wonderland")],
            (
                "segments[0].rule.country[0]: 'Wonderland' is no country. Write its ISO 3166 code, such as DE, or its "
                "English name."
            ),
        ),
        (
            [a_segment("x", region="Nordic")],
            "segments[0].rule.region[0]: 'Nordic' is no region. Did you mean 'Nordics'?",
        ),
        ([a_segment("x", risk="hihg")], "segments[0].rule.risk[0]: 'hihg' is no risk. Did you mean 'high'?"),
        (
            [a_segment("x", ageing="0-30")],
            "segments[0].rule.ageing[0]: '0-30' is no ageing bucket. Did you mean '1-30'?",
        ),
        ([a_segment("x", tags={})], "segments[0].rule.tags: tags need `any`, `all` or `none`"),
        (
            [a_segment("x", tags={"all": ["vip"], "none": ["VIP"]})],
            "segments[0].rule.tags: no customer has and has not the tag 'vip'",
        ),
        (
            [a_segment("x", balence={"from": 1})],
            "segments[0].rule.balence: 'balence' is not a word that a policy has here. Did you mean 'balance'?",
        ),
        ([{"name": "x"}], "segments[0]: 'cadence' is missing"),
        ([a_segment("x\u0000")], "segments[0].name: a text here stands on one line and holds no control characters"),
        (
            [{**a_segment(), "daily_cap": 0}],
            "segments[0].daily_cap: input should be greater than or equal to 1, not 0",
        ),
    ],
)
def test_a_segment_that_cannot_be_meant_is_refused(segments: list[dict[str, Any]], told: str) -> None:
    assert told in refused(*segments)


@pytest.mark.parametrize("value", [None, 5, "text", [], {"segments": 5, "cadences": {}}])
def test_what_is_no_policy_at_all_is_refused(value: Any) -> None:
    with pytest.raises(PolicyMalformed):
        checked(value)


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_document() -> None:
    told = refused(a_segment(cadence="x", risk="none"), {"name": "b"}, steps=[{"day": 1, "letter": "x"}])

    assert [each.split(":")[0] for each in told] == ["segments[0].rule.risk[0]", "segments[1]"]


def test_the_shipped_policy_gives_no_cause_for_a_warning() -> None:
    assert warned(a_document()) == []


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (
            [{"day": -7, "letter": "reminder-overdue"}, *STEPS[2:]],
            (
                "cadences[0].steps[0].day: reminder-overdue stands 7 days before the due date: nothing is overdue then "
                "(days after it have no minus)"
            ),
        ),
        (
            [{"day": 0, "letter": "reminder-overdue"}, *STEPS[2:]],
            (
                "cadences[0].steps[0].day: reminder-overdue stands on the due date: nothing is overdue then (days "
                "after it have no minus)"
            ),
        ),
        (
            [{"day": 60, "letter": "reminder-due"}, {"day": 90, "escalate": True}],
            (
                "cadences[0].steps[0].letter: reminder-due speaks of a coming due date, but stands 60 days after the "
                "due date"
            ),
        ),
        (
            [{"day": -21, "escalate": True}],
            "cadences[0].steps[0].day: a person takes over 21 days before the due date, not after it",
        ),
    ],
)
def test_complaint_22_a_sign_that_was_meant_otherwise_is_told_before_anything_is_sent(
    steps: list[dict[str, Any]], told: str
) -> None:
    assert told in warned(a_document(steps=steps))


def test_complaint_13_no_cadence_can_be_published_that_skips_to_a_harsher_letter() -> None:
    assert refused(steps=[DUE, FINAL]) == [
        "cadences[0].steps[1].letter: final-notice skips a level: an overdue reminder comes first"
    ]


def test_complaint_17_a_cadence_that_never_asks_a_person_is_told() -> None:
    assert warned(a_document(steps=STEPS[:4])) == [
        "cadences[0].steps: 'default' ends without handing over to a person (`escalate: true`)"
    ]


def test_steps_that_a_contacts_rest_would_delay_are_told() -> None:
    steps: list[dict[str, Any]] = [OVERDUE, {"day": 8, "letter": "reminder-overdue"}, {"day": 21, "escalate": True}]

    assert warned(a_document(steps=steps)) == [
        "cadences[0].steps[1].day: comes 1 days after the step before, but a contact rests 3 days"
    ]


def test_a_policy_that_leaves_invoices_without_a_segment_is_told() -> None:
    assert warned(a_document(a_segment("euros", currency="EUR"))) == [
        "segments: the last segment has a rule, so invoices may be left that no segment takes"
    ]
