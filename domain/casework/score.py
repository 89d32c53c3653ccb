"""The score: how urgent an invoice is, why it is out of the queue, and the one thing to do next, as literal tables.

Each condition is SQL over the columns of ``facts``, so that one invoice and a million are judged by the same lines.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from domain.casework.facts import facts
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.people import roles, second_person


@dataclass(frozen=True, slots=True)
class Score:
    """Points that an invoice gets when the condition holds, and the reason as people read it."""

    points: int
    when: str
    reason: str


FIRST = 700
"""From here on a reason outweighs all lesser ones together: what was promised, disputed or cannot be delivered."""

SCORE = (
    Score(800, "promise_broken_on IS NOT NULL", "what was promised by {promise_broken_on} did not come"),
    Score(790, "dispute_open AND sla_due_at <= %(now)s", "the answer to a dispute is late, it was due on {sla_due_at}"),
    Score(780, "plan_missed", "an instalment was missed"),
    Score(
        770,
        "dispute_open AND sla_due_at > %(now)s AND sla_risk_at <= %(now)s",
        "the answer to a dispute is due on {sla_due_at}",
    ),
    Score(760, "promised_on <= %(today)s", "money was promised for {promised_on}"),
    Score(
        750,
        "dispute_open AND sla_risk_at > %(now)s AND dispute_owner_id IS NULL AND credit_minor IS NULL",
        "nobody has taken up a dispute",
    ),
    Score(740, "plan_state = 'requested'", "the customer asked for a plan and waits for an answer"),
    Score(720, "NOT mailable AND NOT search_dropped", "no contact that may be mailed"),
    Score(710, "mailable AND bounced", "mail to a contact bounced"),
    Score(
        700,
        "dispute_open AND sla_risk_at > %(now)s AND (dispute_owner_id IS NOT NULL OR credit_minor IS NOT NULL)",
        "a dispute is open",
    ),
    Score(80, "reversed", "a payment went back"),
    Score(75, "review", "a person is to look at the customer"),
    Score(70, "unread_mail", "the customer wrote, unread"),
    Score(60, "declined", "a payment was declined"),
    Score(55, "to_call", "a call is due"),
    Score(50, "coalesce(enrolment_state = 'finished', false)", "all reminders were sent"),
    Score(40, "days_past_due > 90", "more than 90 days past due"),
    Score(30, "days_past_due BETWEEN 61 AND 90", "61 to 90 days past due"),
    Score(20, "days_past_due BETWEEN 31 AND 60", "31 to 60 days past due"),
    Score(10, "days_past_due BETWEEN 1 AND 30", "1 to 30 days past due"),
    Score(35, "draft_waiting", "a draft waits for approval"),
    Score(20, "open_major >= 100000", "100,000 or more open"),
    Score(15, "open_major BETWEEN 10000 AND 99999", "10,000 or more open"),
    Score(5, "open_major BETWEEN 1000 AND 9999", "1,000 or more open"),
    Score(15, "risk = 'high'", "the customer is a high risk"),
    Score(5, "risk = 'medium'", "the customer is a medium risk"),
    Score(
        12,
        "days_past_due > 0 AND surprise > 30",
        "{surprise} days later than this customer usually pays ({usual})",
    ),
    Score(
        6,
        "days_past_due > 0 AND surprise BETWEEN 8 AND 30",
        "{surprise} days later than this customer usually pays ({usual})",
    ),
    Score(10, "days_past_due > 0 AND coalesce(silent_days, days_past_due) >= 30", "{silence}"),
    Score(5, "days_past_due > 0 AND coalesce(silent_days, days_past_due) BETWEEN 14 AND 29", "{silence}"),
    Score(5, "part_paid", "partly paid"),
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
    Stop("state <> 'open'", "the invoice is {state}"),
    Stop("excluded", "the account is excluded from collection"),
    Stop("legal", "legal hold{until_hold}: {hold_why}"),
    Stop("processing", "a bank debit is under way"),
    Stop("on_hold", "on hold{until_hold}: {hold_why}"),
    Stop("snoozed_until IS NOT NULL", "snoozed by {snoozed_by} until {snoozed_until}: {snooze_reason}"),
    Stop(f"{_PAUSED} AND credit_minor IS NOT NULL", "{paused_why}, and {credit_waits}"),
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
           "Approve or decline the credit of {credit} that {credit_by} proposed: the dispute waits for it"),
    Action("answer dispute", "dispute_open AND credit_minor IS NULL AND sla_due_at <= %(now)s",
           "Answer the dispute: it was due on {sla_due_at}"),
    Action("take dispute", "dispute_open AND credit_minor IS NULL AND dispute_owner_id IS NULL",
           "Take up the dispute: nobody has it"),
    Action("answer dispute", "dispute_open AND credit_minor IS NULL AND sla_risk_at <= %(now)s",
           "Answer the dispute by {sla_due_at}"),
    Action("call", "promise_broken_on IS NOT NULL", "Call: what was promised by {promise_broken_on} did not come"),
    Action("follow up", "promised_on <= %(today)s",
           "Follow up: {promise_due} were promised for {promised_on} and are not here yet"),
    Action("call", "plan_missed", "Call: an instalment of the plan was missed"),
    Action("answer plan", "plan_state = 'requested'", "Answer the plan that the customer asked for"),
    Action("find contact", "NOT has_contact AND NOT search_dropped", "Add a contact: nobody is on file"),
    Action("find contact", "NOT mailable AND NOT search_dropped",
           "Find another contact: every address on file is suppressed"),
    Action("call", "reversed", "Call: a payment went back"),
    Action("answer mail", "unread_mail", "Read and answer the customer's mail"),
    Action("review", "review", "Look at the customer before anything else is mailed: {todo_reason}"),
    Action("help", "declined", "Help with the payment: it was declined"),
    Action("find contact", "bounced", "Find another contact: mail to one of them bounced"),
    Action("approve", "draft_waiting", "Approve the draft that waits, or reject it"),
    Action("call", "to_call", "Call: {todo_reason}"),
    Action("call", "coalesce(enrolment_state = 'finished', false)", "Call: all reminders were sent"),
    Action("call", "NOT mailable", "Call: no contact may be mailed"),
    Action("wait", "mail_pending AND pending_until > %(now)s", "Wait: a reminder leaves {from_pending}"),
    Action("wait", "mail_pending", "Wait: a reminder is about to leave"),
    Action("wait", "coalesce(held, '') <> ''", "Wait: the next reminder is held, {held}"),
    Action("wait", "next_action_at IS NULL OR next_action_at <= %(now)s",
           "Wait: a reminder leaves with the next planning"),
    Action("wait", "true", "Wait: the next reminder leaves on {next_on}"),
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
    words = _words(core, row)
    held = [SCORE[number] for number in row["rules"]]
    stopped = STOPS[row["stop"]].why.format_map(words) if row["stop"] is not None else ""
    action = ACTIONS[row["action"]]
    if action.name == APPROVE_CREDIT and actor is not None and not _may_approve(core, row, actor):
        action = ACTIONS[row["other_action"]]
        if action.name == "wait":
            action = Action("wait", "", f"Wait: {words['credit_waits']}")
    return Judgement(
        score=row["score"],
        reasons=tuple(
            f"{rule.reason.format_map(words)} (+{rule.points})" for rule in sorted(held, key=lambda each: -each.points)
        ),
        action="nothing" if stopped else action.name,
        next_action=f"Nothing now: {stopped}" if stopped else action.says.format_map(words),
        stopped=stopped,
    )


def _may_approve(core: Core, row: Mapping[str, Any], actor: Actor) -> bool:
    rights = credits.APPROVERS[credits.above_cap(core, Money(row["credit_minor"], row["currency"]))]
    own = second_person.made_by(actor, maker_id=row["credit_by_id"], maker=row["credit_by"])
    return not actor.may.isdisjoint(rights) and not (own and core.limits.second_person)


def _credit_waits(core: Core, row: Mapping[str, Any]) -> str:
    """Return for whom the dispute's credit waits."""
    if row["credit_minor"] is None:
        return ""
    amount = Money(row["credit_minor"], row["currency"])
    rights = credits.APPROVERS[credits.above_cap(core, amount)]
    *others, last = dict.fromkeys(role.value for right in rights for role in roles.roles_with(right))
    able = f"{', '.join(others)} or {last}" if others else last
    return f"the credit of {amount} that {row['credit_by']} proposed waits for {able}"


def _words(core: Core, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row's figures as people read them."""

    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""

    def on(moment: datetime | None) -> date | str:
        return moment.astimezone(core.merchant.zone).date() if moment else ""

    why = f" ({row['pending_why']})" if row["pending_why"] else ""
    silent = row["silent_days"]
    return {
        **row,
        "state": str(row["state"]).replace("_", " "),
        "sla_due_at": at(row["sla_due_at"]),
        "snoozed_until": at(row["snoozed_until"]),
        "until_hold": f" until {at(row['hold_until'])}" if row["hold_until"] else "",
        "credit": Money(row["credit_minor"] or 0, row["currency"]),
        "credit_waits": _credit_waits(core, row),
        "promise_due": Money(row["promise_due_minor"], row["currency"]),
        "usual": _usual(row["usual_delay"]),
        "silence": "never contacted" if silent is None else f"no contact for {silent} days",
        "from_pending": f"from {at(row['pending_until'])} on{why}",
        "next_on": on(row["next_action_at"]),
    }


def _usual(days: int | None) -> str:
    if not days:
        return "on the due date"
    return f"{abs(days)} {'day' if abs(days) == 1 else 'days'} {'after' if days > 0 else 'before'} the due date"
