"""The mails of a simulation: what the guardrails are told of one that wants to leave."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.outreach import fact_sheets, fitting, needs
from domain.outreach.facts import ItemFacts, Lane, MailFacts
from domain.outreach.simulation_books import Case, Customer, Recipient
from domain.outreach.simulation_policies import Policy
from domain.outreach.steps import Step
from domain.policies.values import Mode

_NOBODY = UUID(int=0)


@dataclass(slots=True, eq=False)
class Letter:
    """A mail that waits for its hour."""

    recipient: Recipient
    customer: Customer
    segment: str
    entries: list[tuple[Case, Step, str]]
    """Invoice, step, tone."""
    approved: bool = False
    attempts: int = 0


def suppressed(recipient: Recipient, at: datetime) -> bool:
    """Tell whether the address must not be mailed."""
    return recipient.suppressed_at is not None and recipient.suppressed_at <= at


class Sheets:
    """Writes the fact sheets of mails, from what is known in memory."""

    def __init__(self, core: Core, policy: Policy) -> None:
        self._core = core
        self._modes = {each.name: each.mode for each in policy.segments}
        self._caps = {each.name: each.daily_cap for each in policy.segments}
        self.sent: Counter[str] = Counter()
        """Mails of the day by segment; the empty name stands for all of them."""

    def of(self, letter: Letter, at: datetime, today: date, midnight: datetime) -> MailFacts:
        """Return everything that the guardrails look at."""
        items = tuple(fitting.fitted(self._item(entry, at, today)) for entry in letter.entries)
        limits, customer = self._core.limits, letter.customer
        return MailFacts(
            now=at,
            today=today,
            mailing_id=_NOBODY,
            state="queued",
            letter=fitting.leading(items).letter,
            asks=True,
            segment=letter.segment,
            address_key=letter.recipient.key,
            provider="",
            invoice_state="open",
            contact_state="active",
            zone=customer.zone,
            country=customer.country,
            opens=limits.opens,
            closes=limits.closes,
            rest=limits.contact_rest,
            undo=timedelta(0),
            ledger_max_age=timedelta(0),
            **fact_sheets.high_value(self._core, [each.ask for each in items]),
            suppressed_for="suppressed" if suppressed(letter.recipient, at) else None,
            approved_at=at if letter.approved else None,
            asked_at=letter.recipient.asked_at,
            lanes=tuple(self._lanes(letter.segment)),
            next_day=midnight,
            items=items,
        )

    def needs(self, needed: Sequence[str], facts: MailFacts) -> Iterator[str]:
        """Return why a person has to approve the mail; a sum that cannot be compared is told as such."""
        base, rated = self._core.merchant.currency, self._core.limits.in_base
        strange = sorted({each.ask.currency for each in facts.items if rated(each.ask, base) is None})
        for need in needed:
            without_rate = strange and need == say(needs.HIGH_VALUE)
            yield say("no rate for {currencies}", currencies=", ".join(strange)) if without_rate else need

    def _item(self, entry: tuple[Case, Step, str], at: datetime, today: date) -> ItemFacts:
        case, step, tone = entry
        assert step.letter is not None, "only letters are mailed"
        return ItemFacts(
            now=at,
            today=today,
            item_id=_NOBODY,
            invoice_id=case.id,
            number=case.number,
            enrolment_id=None,
            step=step.position,
            step_before=case.step_before,
            nudge=False,
            letter=step.letter,
            tone=tone,
            severity=step.severity,
            invoice_state="open",
            settled_on=None,
            due_on=case.due_on,
            ask=Money(case.ask(today), case.currency),
            mode="shadow" if case.segment and self._modes[case.segment] is Mode.SHADOW else "autopilot",
            step_approval=step.approval,
        )

    def _lanes(self, segment: str) -> Iterator[Lane]:
        if cap := self._caps.get(segment):
            yield Lane(f"segment:{segment}", "segment cap", cap, self.sent[segment])
        if cap := self._core.limits.domain_cap:
            yield Lane("domain:", "domain cap", cap, self.sent[""])
