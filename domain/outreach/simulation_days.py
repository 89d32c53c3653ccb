"""The days of a simulation: what falls due, what is mailed, what is paid, in the order of the clock.

The rules are the engine's own functions: ``steps`` chooses the letter, ``guardrails`` judge each mail, ``fitting``
gives it its words. Only what the engine reads from its tables is kept in memory here.
"""

import heapq
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach import decisions, gathering, guardrails, judges, simulation_books, steps
from domain.outreach.facts import MailFacts
from domain.outreach.simulation_books import ANY_ROLE, Case
from domain.outreach.simulation_mails import Letter, Sheets, suppressed
from domain.outreach.simulation_policies import Policy
from domain.outreach.simulation_results import MAX_NAMED, ChasedLate
from domain.outreach.simulation_tally import Tally
from domain.outreach.steps import Step
from domain.outreach.verdicts import Send, Wait

ATTEMPTS = 5_000
"""No mail is put off so often; a policy under which one is can never send it."""


class Replay:
    """The state of the world between two days."""

    def __init__(self, core: Core, policy: Policy, *, until: date, lag: int) -> None:
        self._core, self._policy, self._until, self._lag = core, policy, until, lag
        self._zone, self._rest = core.merchant.zone, decisions.rest(core)
        self._sheets = Sheets(core, policy)
        self._cadences = {each.name: policy.cadences[each.cadence] for each in policy.segments}
        self._turning = policy.turning_days
        self._looks: dict[date, list[Case]] = defaultdict(list)
        self._paid: dict[date, list[tuple[Case, int]]] = defaultdict(list)
        self._known: dict[date, list[tuple[Case, int]]] = defaultdict(list)
        self._leaving: list[tuple[datetime, int, Letter]] = []
        self._queued = 0
        self._live: set[Case] = set()
        self.tally = Tally()

    # Coming and going ---------------------------------------------------------------------------------

    def admit(self, case: Case) -> None:
        """Take an invoice in on the day on which it became known."""
        self.tally.invoices += 1
        self._live.add(case)
        for day, minor in case.money:
            self._paid[max(day, case.known_on)].append((case, minor))
            self._known[max(day + timedelta(days=self._lag), case.known_on)].append((case, minor))
        self._looks[case.known_on].append(case)
        for days in self._turning:
            self._look(case, case.due_on + timedelta(days=days), after=case.known_on)

    def begin(self, today: date) -> list[Case]:
        """Book what is known by this morning; return whose segment has to be asked for."""
        for case, minor in self._paid.pop(today, ()):
            case.really_minor -= minor
            if case.really_minor <= 0 < case.really_minor + minor:
                self._settled(case, today)
        for case, minor in self._known.pop(today, ()):
            was, case.open_minor = case.open_minor, case.open_minor - minor
            if was <= 0 < case.open_minor or (self._policy.follows_balance and case.open_minor > 0):
                case.ended = case.ended and was > 0
                self._looks[today].append(case)
        due = {case: None for case in self._looks.pop(today, ()) if case.open_minor > 0 and not case.ended}
        return list(due)

    def _settled(self, case: Case, today: date) -> None:
        for day in case.mailed:
            self.tally.leads[(today - day).days] += 1
        self.tally.unreminded += not case.mailed
        case.mailed.clear()
        if case.really_minor <= 0 and case.pending == 0:
            self._live.discard(case)

    # Planning -----------------------------------------------------------------------------------------

    def plan(self, case: Case, segment: str | None, today: date) -> None:
        """Look at one invoice at nine in the morning: which step is due, and to whom."""
        self._sort(case, segment)
        now = steps.moment(today, offset_days=0, zone=self._zone)
        if segment is None or case.pending:
            return
        if case.left_at is not None and now < case.left_at + self._rest:
            self._look(case, self._morning(case.left_at + self._rest))
            return
        if not case.ask(today):
            self._look(case, case.resumes(today))
            return
        choice = steps.choose(
            case.steps,
            last_position=case.last_position,
            last_severity=case.last_severity,
            vetoed=(),
            due_on=case.due_on,
            now=now,
            today=today,
            zone=self._zone,
        )
        case.step_before, case.last_position = case.last_position, choice.position
        if choice.over:
            case.ended = True
            self.tally.days[today]["escalations"] += 1
        elif choice.step is None:
            self._next(case, earliest=now)
        else:
            self._write(case, choice.step, choice.tone, now, today)

    def _sort(self, case: Case, segment: str | None) -> None:
        """Put an invoice under a segment; in another cadence it stands where its last letter would stand there."""
        if segment == case.segment and case.enrolled:
            return
        if segment is not None:
            ahead = self._cadences[segment]
            reached = max((s.offset_days for s in case.steps if s.position <= case.last_position), default=None)
            case.last_position = 0
            if reached is not None:
                case.last_position = max((s.position for s in ahead if s.offset_days <= reached), default=0)
            case.steps, case.enrolled = ahead, True
        case.segment = segment

    def _write(self, case: Case, step: Step, tone: str, now: datetime, today: date) -> None:
        assert case.segment is not None
        of_role = [each for each in case.customer.recipients if each.role in (step.recipients, ANY_ROLE)]
        wanted = [each for each in of_role if not suppressed(each, now)]
        if any(each.letter and len(each.letter.entries) >= gathering.MAX_ITEMS for each in wanted):
            case.last_position = case.step_before
            self._look(case, today + timedelta(days=1))
            return
        if not wanted:
            case.last_position, case.ended = case.step_before, True
            if not case.customer.unreachable:
                case.customer.unreachable = True
                self.tally.days[today]["missing"] += 1
            return
        for recipient in wanted:
            case.pending += 1
            if recipient.letter is None:
                recipient.letter = Letter(recipient, case.customer, case.segment, [])
                self._queue(recipient.letter, now)
            recipient.letter.entries.append((case, step, tone))

    def _next(self, case: Case, *, earliest: datetime) -> None:
        at = steps.following(
            case.steps, position=case.last_position, due_on=case.due_on, zone=self._zone, earliest=earliest
        )
        self._look(case, self._morning(at))

    def _morning(self, at: datetime) -> date:
        """Return the day of the first morning look from that moment on."""
        day = at.astimezone(self._zone).date()
        return day if at <= steps.moment(day, offset_days=0, zone=self._zone) else day + timedelta(days=1)

    def _look(self, case: Case, day: date | None, *, after: date | None = None) -> None:
        if day is not None and day <= self._until and (after is None or day > after):
            self._looks[day].append(case)

    # Sending ------------------------------------------------------------------------------------------

    def _queue(self, letter: Letter, at: datetime) -> None:
        self._queued += 1
        heapq.heappush(self._leaving, (at, self._queued, letter))

    def send(self, today: date) -> None:
        """Let everything leave that may leave before midnight."""
        self._sheets.sent.clear()
        midnight = datetime.combine(today + timedelta(days=1), time.min, self._zone)
        while self._leaving and self._leaving[0][0] < midnight:
            at, _, letter = heapq.heappop(self._leaving)
            self._try(letter, at, today, midnight)

    def _try(self, letter: Letter, at: datetime, today: date, midnight: datetime) -> None:
        letter.entries = [each for each in letter.entries if not self._dropped(*each, today)]
        if not letter.entries:
            letter.recipient.letter = None
            return
        facts = self._sheets.of(letter, at, today, midnight)
        if not letter.approved and (needed := judges.approvals(facts)):
            letter.approved = True
            self.tally.days[today]["drafts"] += 1
            self.tally.needs.update(self._sheets.needs(needed, facts))
            facts = replace(facts, approved_at=at)
        verdict = guardrails.verdict(facts)
        letter.attempts += 1
        if isinstance(verdict, Wait) and letter.attempts < ATTEMPTS:
            self.tally.waits[verdict.guardrail] += 1
            self._queue(letter, verdict.until)
        elif isinstance(verdict, Send):
            self._leave(letter, facts, at, today)
        else:
            self._give_up(letter)

    def _dropped(self, case: Case, step: Step, tone: str, today: date) -> bool:
        """Take an invoice out of a mail on which nothing is left to ask for; a step that was only paused comes back."""
        del step, tone
        if case.ask(today):
            return False
        case.pending -= 1
        if case.open_minor > 0:
            case.last_position = case.step_before
            self._look(case, case.resumes(today))
        elif case.really_minor <= 0 and not case.pending:
            self._live.discard(case)
        return True

    def _leave(self, letter: Letter, facts: MailFacts, at: datetime, today: date) -> None:
        letter.recipient.letter, letter.recipient.asked_at = None, at
        self._sheets.sent.update((letter.segment, ""))
        count = self.tally.days[today]
        count["mails"] += 1
        count["items"] += len(facts.items)
        self.tally.mails[facts.letter] += 1
        for (case, _, _), item in zip(letter.entries, facts.items, strict=True):
            self.tally.items[item.letter] += 1
            case.last_severity = max(case.last_severity, item.severity)
            if case.really_minor <= 0:
                self._chased_late(case, today)
            else:
                case.mailed.append(today)
            case.pending -= 1
            case.left_at = at
            if not case.pending:
                self._next(case, earliest=at + self._rest)

    def _chased_late(self, case: Case, today: date) -> None:
        paid_on = max(day for day, minor in case.money if minor > 0 and day <= today)
        self.tally.late += 1
        self.tally.leads[min(0, (paid_on - today).days)] += 1
        if len(self.tally.late_examples) < MAX_NAMED:
            self.tally.late_examples.append(ChasedLate(case.number, paid_on, today))

    def _give_up(self, letter: Letter) -> None:
        letter.recipient.letter = None
        for case, _, _ in letter.entries:
            case.pending -= 1
            case.last_position = case.step_before

    # The end ------------------------------------------------------------------------------------------

    def left(self) -> tuple[int, int, int]:
        """Return how many invoices are open at the end, how many reminders they had, and how many no segment took."""
        still = [each for each in self._live if each.really_minor > 0]
        return len(still), sum(len(each.mailed) for each in still), sum(each.segment is None for each in still)


async def segments_of(tx: Transaction, policy: Policy, cases: list[Case], today: date) -> dict[UUID, str | None]:
    """Return the segments of the invoices that are looked at, asking the database only where the answer can differ."""
    if len(policy.segments) == 1 and not policy.segments[0].rule.model_fields_set:
        return {case.id: policy.segments[0].name for case in cases}
    moving = policy.follows_balance or policy.turning_days
    ask = cases if moving else [case for case in cases if not case.enrolled]
    found = {case.id: case.segment for case in cases}
    if ask:
        found |= await simulation_books.chosen(tx, policy.segments, ask, today=today)
    return found
