"""The score: how urgent an invoice is, why it is out of the queue, and the one thing to do next, as literal tables.

Each condition is SQL over the columns of ``facts``, so that one invoice and a million are judged by the same lines.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.casework import told
from domain.casework.facts import facts
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.people import second_person


@dataclass(frozen=True, slots=True)
class Score:
    """Points that an invoice gets when the condition holds, and the reason as people read it."""

    points: int
    when: str
    reason: str


FIRST = 700
"""From here on a reason outweighs all lesser ones together: what was promised, disputed or cannot be delivered."""

SCORE = (
    Score(800, "promise_broken_on IS NOT NULL", phrase("what was promised by {promise_broken_on} did not come")),
    Score(
        790,
        "dispute_open AND sla_due_at <= %(now)s",
        phrase("the answer to a dispute is late, it was due on {sla_due_at}"),
    ),
    Score(780, "plan_missed", phrase("an instalment was missed")),
    Score(
        770,
        "dispute_open AND sla_due_at > %(now)s AND sla_risk_at <= %(now)s",
        phrase("the answer to a dispute is due on {sla_due_at}"),
    ),
    Score(760, "promised_on <= %(today)s", phrase("money was promised for {promised_on}")),
    Score(
        750,
        "dispute_open AND sla_risk_at > %(now)s AND dispute_owner_id IS NULL AND credit_minor IS NULL",
        phrase("nobody has taken up a dispute"),
    ),
    Score(740, "plan_state = 'requested'", phrase("the customer asked for a plan and waits for an answer")),
    Score(720, "NOT mailable AND NOT search_dropped", phrase("no contact that may be mailed")),
    Score(710, "mailable AND bounced", phrase("mail to a contact bounced")),
    Score(
        700,
        "dispute_open AND sla_risk_at > %(now)s AND (dispute_owner_id IS NOT NULL OR credit_minor IS NOT NULL)",
        phrase("a dispute is open"),
    ),
    Score(80, "reversed", phrase("a payment went back")),
    Score(75, "review", phrase("a person is to look at the customer")),
    Score(70, "unread_mail", phrase("the customer wrote, unread")),
    Score(60, "declined", phrase("a payment was declined")),
    Score(55, "to_call", phrase("a call is due")),
    Score(50, "coalesce(enrolment_state = 'finished', false)", phrase("all reminders were sent")),
    Score(40, "days_past_due > 90", phrase("more than 90 days past due")),
    Score(30, "days_past_due BETWEEN 61 AND 90", phrase("61 to 90 days past due")),
    Score(20, "days_past_due BETWEEN 31 AND 60", phrase("31 to 60 days past due")),
    Score(10, "days_past_due BETWEEN 1 AND 30", phrase("1 to 30 days past due")),
    Score(35, "draft_waiting", phrase("a draft waits for approval")),
    Score(20, "open_major >= 100000", phrase("100,000 or more open")),
    Score(15, "open_major BETWEEN 10000 AND 99999", phrase("10,000 or more open")),
    Score(5, "open_major BETWEEN 1000 AND 9999", phrase("1,000 or more open")),
    Score(15, "risk = 'high'", phrase("the customer is a high risk")),
    Score(5, "risk = 'medium'", phrase("the customer is a medium risk")),
    Score(
        12,
        "days_past_due > 0 AND surprise > 30",
        phrase("{surprise} days later than this customer usually pays ({usual})"),
    ),
    Score(
        6,
        "days_past_due > 0 AND surprise BETWEEN 8 AND 30",
        phrase("{surprise} days later than this customer usually pays ({usual})"),
    ),
    Score(10, "days_past_due > 0 AND silent_days >= 30", phrase("no contact for {silent_days} days")),
    Score(10, "days_past_due >= 30 AND silent_days IS NULL", phrase("never contacted")),
    Score(5, "days_past_due > 0 AND silent_days BETWEEN 14 AND 29", phrase("no contact for {silent_days} days")),
    Score(5, "days_past_due BETWEEN 14 AND 29 AND silent_days IS NULL", phrase("never contacted")),
    Score(5, "part_paid", phrase("partly paid")),
)
"""What makes an invoice urgent, the weightiest first. Amounts are in the base currency where a rate is stated."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason for which nothing is to be done about an invoice now."""

    when: str
    why: str


_ANSWERED = (
    "(NOT dispute_open OR ((dispute_owner_id IS NOT NULL OR credit_minor IS NOT NULL) AND sla_risk_at > %(now)s))"
)
_PAUSED = (
    f"chaseable_minor = 0 AND {_ANSWERED} AND NOT plan_missed AND (promised_on IS NULL OR promised_on > %(today)s)"
)

STOPS = (
    Stop("state = 'settled'", phrase("the invoice is settled")),
    Stop("state = 'written_off'", phrase("the invoice is written off")),
    Stop("state <> 'open'", phrase("the invoice is void")),
    Stop("excluded", phrase("the account is excluded from collection")),
    Stop("legal AND hold_until IS NULL", phrase("legal hold: {hold_why}")),
    Stop("legal", phrase("legal hold until {hold_until}: {hold_why}")),
    Stop("processing", phrase("a bank debit is under way")),
    Stop("on_hold AND hold_until IS NULL", phrase("on hold: {hold_why}")),
    Stop("on_hold", phrase("on hold until {hold_until}: {hold_why}")),
    Stop("snoozed_until IS NOT NULL", phrase("snoozed by {snoozed_by} until {snoozed_until}: {snooze_reason}")),
    Stop(f"{_PAUSED} AND credit_minor IS NOT NULL", phrase("{paused_why}, and {credit_waits}")),
    Stop(_PAUSED, "{paused_why}"),
)
"""Stopping conditions, read top to bottom. A dispute that nobody has, or that runs late, is work all the same."""


@dataclass(frozen=True, slots=True)
class Action:
    """What to do next when the condition holds."""

    name: str
    when: str
    says: str


APPROVE_CREDIT = "approve credit"

ACTIONS = (
    Action(APPROVE_CREDIT, "dispute_open AND credit_minor IS NOT NULL",
           phrase("Approve or decline the credit of {credit} that {credit_by} proposed: the dispute waits for it")),
    Action("answer dispute", "dispute_open AND credit_minor IS NULL AND sla_due_at <= %(now)s",
           phrase("Answer the dispute: it was due on {sla_due_at}")),
    Action("take dispute", "dispute_open AND credit_minor IS NULL AND dispute_owner_id IS NULL",
           phrase("Take up the dispute: it has no owner")),
    Action("answer dispute", "dispute_open AND credit_minor IS NULL AND sla_risk_at <= %(now)s",
           phrase("Answer the dispute by {sla_due_at}")),
    Action("call", "promise_broken_on IS NOT NULL",
           phrase("Call: what was promised by {promise_broken_on} did not come")),
    Action("follow up", "promised_on <= %(today)s",
           phrase("Follow up: {promise_due} were promised for {promised_on} and are not here yet")),
    Action("call", "plan_missed", phrase("Call: an instalment of the plan was missed")),
    Action("answer plan", "plan_state = 'requested'", phrase("Answer the plan that the customer asked for")),
    Action("find contact", "NOT has_contact AND NOT search_dropped", phrase("Add a contact: nobody is on file")),
    Action("find contact", "NOT mailable AND NOT search_dropped",
           phrase("Find another contact: every address on file is suppressed")),
    Action("call", "reversed", phrase("Call: a payment went back")),
    Action("answer mail", "unread_mail", phrase("Read and answer the customer's mail")),
    Action("review", "review", phrase("Look at the customer before anything else is mailed: {todo_reason}")),
    Action("help", "declined", phrase("Help with the payment: it was declined")),
    Action("find contact", "bounced", phrase("Find another contact: mail to one of them bounced")),
    Action("approve", "draft_waiting", phrase("Approve the draft that waits, or reject it")),
    Action("call", "to_call", phrase("Call: {todo_reason}")),
    Action("call", "coalesce(enrolment_state = 'finished', false)", phrase("Call: all reminders were sent")),
    Action("call", "NOT mailable", phrase("Call: no contact may be mailed")),
    Action("wait", "mail_pending AND pending_until > %(now)s AND pending_why <> ''",
           phrase("Wait: a reminder leaves from {pending_until} on ({pending_why})")),
    Action("wait", "mail_pending AND pending_until > %(now)s",
           phrase("Wait: a reminder leaves from {pending_until} on")),
    Action("wait", "mail_pending", phrase("Wait: a reminder is about to leave")),
    Action("wait", "coalesce(held, '') <> ''", phrase("Wait: the next reminder is held, {held}")),
    Action("wait", "next_action_at IS NULL OR next_action_at <= %(now)s",
           phrase("Wait: a reminder leaves with the next planning")),
    Action("wait", "true", phrase("Wait: the next reminder leaves on {next_on}")),
)  # fmt: skip
"""The next best action, read top to bottom. Whoever may not approve the credit does what else there is, or waits."""

_CHANGES = """
    coalesce(least(
        CASE WHEN promised_on IS NOT NULL OR plan_state = 'running'
             THEN (%(today)s::date + 1)::timestamp AT TIME ZONE %(zone)s END,
        (SELECT min(day) FROM unnest(ARRAY[
            due_on + 1, due_on + 14, due_on + 30, due_on + 31, due_on + 61, due_on + 91,
            due_on + usual_delay + 8, due_on + usual_delay + 31,
            %(today)s::date - silent_days + 14, %(today)s::date - silent_days + 30]) day
         WHERE day > %(today)s)::timestamp AT TIME ZONE %(zone)s,
        CASE WHEN sla_risk_at > %(now)s THEN sla_risk_at END, CASE WHEN sla_due_at > %(now)s THEN sla_due_at END,
        snoozed_until, hold_until), 'infinity')
"""
"""When the calendar alone may change the score: a border in days, a promise's day, an answer's hour, a stop's end."""


def fingerprint(core: Core) -> int:
    """Return a number that is another when the rules, the rates or the merchant's day are."""
    rules = repr(
        (SCORE, STOPS, _CHANGES, core.merchant.currency, core.merchant.zone.key, sorted(core.limits.rates.items()))
    )
    return zlib.crc32(rules.encode()) - 2**31


def _points() -> str:
    return " + ".join(f"CASE WHEN {rule.when} THEN {rule.points} ELSE 0 END" for rule in SCORE)


def _first(conditions: list[str]) -> str:
    branches = " ".join(f"WHEN {when} THEN {number}" for number, when in enumerate(conditions))
    return f"CASE {branches} END"


def judged(where: str = "") -> str:
    """Return the SELECT of what the worklist keeps of each invoice; needs ``%(judged_by)s``, the fingerprint."""
    stop = _first([each.when for each in STOPS])
    return (
        f"SELECT id AS invoice_id, account_id, ({_points()})::int AS score, ({stop}) IS NOT NULL AS stopped,"
        f" open_major, due_on, %(judged_by)s::int AS judged_by, {_CHANGES} AS changes_at FROM ({facts(where)}) facts"
    )


def scored(where: str = "") -> str:
    """Return the SELECT of the facts with score, reasons, stop and action, as numbers of their tables' lines."""
    rules = ", ".join(f"CASE WHEN {rule.when} THEN {number} END" for number, rule in enumerate(SCORE))
    return (
        f"SELECT facts.*, ({_points()})::int AS score, array_remove(ARRAY[{rules}], NULL) AS rules,"
        f" {_first([each.when for each in STOPS])} AS stop, {_first([each.when for each in ACTIONS])} AS action,"
        f" {_first([each.when if each.name != APPROVE_CREDIT else 'false' for each in ACTIONS])} AS other_action"
        f" FROM ({facts(where)}) facts"
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """An invoice's place in the queue, explained."""

    score: int
    reasons: tuple[str, ...]
    """Each with its points, the weightiest first."""
    action: str
    """Name of the next best action: ``call``, ``find contact``, ``wait`` …"""
    next_action: str
    """The same as people read it."""
    stopped: str
    """Why it is out of the queue; empty when it is in."""


def judgement(core: Core, row: Mapping[str, Any], *, actor: Actor | None = None) -> Judgement:
    """Return what a row of ``scored`` says, in words; for the *actor*, where they know who looks."""
    words = told.of(core, row)
    held = [SCORE[number] for number in row["rules"]]
    stopped = say(STOPS[row["stop"]].why, **words) if row["stop"] is not None else ""
    action = ACTIONS[row["action"]]
    if action.name == APPROVE_CREDIT and actor is not None and not _may_approve(core, row, actor):
        action = ACTIONS[row["other_action"]]
        if action.name == "wait":
            action = Action("wait", "", phrase("Wait: {credit_waits}"))
    return Judgement(
        score=row["score"],
        reasons=tuple(
            f"{say(rule.reason, **words)} (+{rule.points})" for rule in sorted(held, key=lambda each: -each.points)
        ),
        action="nothing" if stopped else action.name,
        next_action=say("Nothing now: {why}", why=stopped) if stopped else say(action.says, **words),
        stopped=stopped,
    )


def _may_approve(core: Core, row: Mapping[str, Any], actor: Actor) -> bool:
    rights = credits.APPROVERS[credits.above_cap(core, Money(row["credit_minor"], row["currency"]))]
    own = second_person.made_by(actor, maker_id=row["credit_by_id"], maker=row["credit_by"])
    return not actor.may.isdisjoint(rights) and not (own and core.limits.second_person)
