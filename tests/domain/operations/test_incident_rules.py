"""The rules of incidents: pure, in order, documented, and silent while all is well."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from domain.operations import incident_rules, incident_signals
from domain.operations.incident_figures import Calls, Figures
from domain.operations.incident_rules import CAUSES, RULES, Rule, Severity
from domain.operations.incident_signals import Kept
from tests.sources import ROOT

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

WORST = Figures(
    calls={
        party: Calls(0, 500)
        for party in ("stripe", "checkout", "pages", "webhook", "relay", "inbound", "database", "disk")
    },
    pages_silent=timedelta(hours=2),
    webhook_lag=timedelta(hours=2),
    webhooks_fetched=500,
    job_lag=timedelta(hours=2),
    given_up=500,
    late_crons=("plan-reminders", "release-waiting", "check-checkouts"),
    mails_unknown=500,
    chat_silent=timedelta(hours=2),
    channel_silent=timedelta(hours=2),
    inbound_stuck=500,
    quarantined=500,
    connections=100,
    most_connections=100,
    sent=1000,
    complaints=500,
    bounces=500,
    breakers=9,
)


def _minutes(
    figures: Figures, minutes: int, before: dict[str, Kept] | None = None, *, since: int = 0
) -> dict[str, Kept]:
    kept = before or {}
    for minute in range(since, since + minutes):
        kept = incident_signals.step(kept, figures, now=NOW + minute * MINUTE)
    return kept


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.name)
def test_a_rule_is_in_order_and_documented(rule: Rule) -> None:
    runbooks = (ROOT / "docs" / "runbooks.md").read_text()
    headings = {
        re.sub(r"\s+", "-", each.strip().casefold()) for each in re.findall(r"^## (.+)$", runbooks, re.MULTILINE)
    }
    levels = [least for _, least in rule.levels]

    assert [severity for severity, _ in rule.levels] == sorted(severity for severity, _ in rule.levels)
    assert levels == sorted(levels, reverse=True)
    assert CAUSES[rule.cause].runbook in headings
    assert f"`{rule.name}`" in (ROOT / "docs" / "incidents.md").read_text()
    assert "{figure}" in rule.says


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.name)
def test_a_rule_is_silent_while_all_is_well_and_as_bad_as_can_be_at_the_worst(rule: Rule) -> None:
    assert rule.severity(rule.figure(Figures())) is None
    assert rule.severity(rule.figure(WORST)) == rule.levels[0][0]


def test_every_cause_has_a_rule() -> None:
    assert {each.cause for each in RULES} == set(CAUSES)


def test_only_what_keeps_payers_from_paying_is_p1() -> None:
    blocking = {each.cause for each in RULES if each.levels[0][0] is Severity.P1}

    assert blocking == {"payments", "portal", "webhooks", "database"}


def test_one_bad_call_proves_nothing() -> None:
    found = _minutes(Figures(calls={each: Calls(0, 1) for each in ("stripe", "checkout", "relay", "pages")}), 30)

    assert found == {}


def test_what_comes_and_goes_never_lasts() -> None:
    bad, kept = Figures(calls={"stripe": Calls(0, 9)}), dict[str, Kept]()

    for minute in range(60):
        figures = bad if minute % 4 else Figures()
        kept = incident_signals.step(kept, figures, now=NOW + minute * MINUTE)

    assert not any(each.counts for each in kept.values())


def test_what_counts_is_kept_through_a_short_quiet_time_and_ends_after_a_long_one() -> None:
    bad = Figures(calls={"stripe": Calls(0, 9)})
    kept = _minutes(bad, 6)

    short = _minutes(Figures(), 9, kept, since=6)
    long = _minutes(Figures(), 2, short, since=15)

    assert kept["stripe-fails"].counts
    assert short["stripe-fails"].counts
    assert "stripe-fails" not in long


def test_maintenance_is_no_incident_of_the_pages() -> None:
    figures = Figures(pages_silent=timedelta(hours=1), calls={"pages": Calls(0, 50)}, maintenance=True)

    assert _minutes(figures, 10) == {}


def test_what_was_dismissed_is_heard_when_it_is_worse_or_after_a_while() -> None:
    kept = Kept("stripe-fails", Severity.P2, 0.6, NOW, counts=True, dismissed_at=NOW, dismissed_as=Severity.P2)
    worse = Kept("stripe-fails", Severity.P1, 0.9, NOW, counts=True, dismissed_at=NOW, dismissed_as=Severity.P2)

    assert not kept.heard(NOW + 10 * MINUTE)
    assert worse.heard(NOW + 10 * MINUTE)
    assert kept.heard(NOW + incident_rules.DISMISSED_FOR)


def test_a_rule_of_another_version_is_named_and_breaks_nothing() -> None:
    assert incident_rules.found("cosmic-rays", 0.5) == "cosmic-rays"
