"""Limits: the figures that a merchant may set, with the defaults of a careful sender."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from domain.kernel.money import Money, digits


@dataclass(frozen=True, slots=True)
class ReadinessLimits:
    """From where on a check of readiness warns or fails; what is a rule of mail providers stands with warm-up."""

    contacts: int = 95
    """Percent of all open invoices whose customer has a contact that may be mailed."""

    control_age: timedelta = timedelta(days=7)
    """Control totals older than this say nothing about today's ageing."""

    smoke: timedelta = timedelta(seconds=60)
    """Within it a test dispute has to stand in the queue and in its channel."""

    smoke_age: timedelta = timedelta(days=2)
    """A test dispute that arrived longer ago says little; one is filed each day."""

    webhook_silence: timedelta = timedelta(hours=26)
    """A checkout ends after a day at the latest, so by then an event has to arrive about it."""

    inbound_silence: timedelta = timedelta(days=7)
    inbound_least: int = 200
    """Of so many mails that left within the time above, at least one draws an answer, if only an automatic one."""

    unread: timedelta = timedelta(minutes=15)
    """A stored mail is read within seconds; one that waits so long is stuck."""

    cron_grace: timedelta = timedelta(minutes=15)
    """A cron is late when two of its turns and this time have passed without a run."""

    domain_recheck: timedelta = timedelta(hours=1)
    """How often the name servers are asked while all is well; while something is wrong, at each judging."""

    override_longest: timedelta = timedelta(days=7)
    """So long one check may be overridden at the most; then somebody has to look again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the product goes by itself, and from where on it waits or asks a person."""

    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Units of the base currency for one unit of another. A currency without a rate is never converted by guess."""

    opens: time = time(8)
    closes: time = time(18)
    """Reminders leave between these hours in the payer's own zone, on working days of the payer's country."""

    office_opens: time = time(9)
    office_closes: time = time(17)
    """Between these hours in the merchant's zone, on working days of its country, the time for disputes runs."""

    dispute_wait: timedelta = timedelta(days=7)
    """So long, at most, the time for a dispute stands still while a question to the payer is not answered."""

    contact_rest: timedelta = timedelta(days=3)
    """A contact gets at most one reminder in this time; zero switches the rule off."""

    undo: timedelta = timedelta(seconds=60)
    """An approved mail waits so long, and may be called back."""

    warm_up_first: int = 50
    """Reminders a day from a domain in its first week; zero means that the domain is warm already."""

    domain_cap: int = 0
    """Most reminders a day from the sending domain, warm or not; zero means no cap."""

    ledger_max_age: timedelta = timedelta(days=14)
    """Reminders wait when no invoices or payments were imported or received for so long; zero switches it off."""

    high_value: int = 10_000
    """A draft over more than this, in major units of the base currency, needs a second look."""

    sender_wait_days: int = 3
    """Reminders wait so many working days for a mail that is a customer's by its sender alone; zero: not at all."""

    promise_grace_days: int = 2
    """How many days after the promised one the money may still arrive."""

    promise_max_days: int = 60
    """A promise farther ahead is a plan."""

    plan_amount: int = 50_000
    plan_months: int = 12
    """A plan over more, in major units of the base currency, or longer is approved by a Controller."""

    credit_cap: int = 1_000
    """A credit over more, in major units of the base currency, is approved by Legal or a Controller."""

    variance_operator: int = 5
    variance_manager: int = 50
    variance_controller: int = 500
    """How much of a short payment, in major units of the base currency, whoever applies cash, approves mail, or moves
    money may let go at once; more is a write-off, which two people decide."""

    post_confidence: int = 90
    """A bank line whose match is at least so sure, in percent, is posted without a person."""

    part_payments: bool = True
    """Payers may pay a part of what is asked on the payment page."""

    stripe_shared: bool = False
    """The provider's account also takes money that is none of ours; then only what names an invoice is asked about."""

    webhook_body: timedelta = timedelta(days=90)
    """How long the body of a webhook that was worked is kept; that it came is kept for ever."""

    mail_body: timedelta = timedelta(days=1095)
    """How long the raw mail is kept of which nothing waits any more; its reading is kept for ever."""

    support_text: timedelta = timedelta(days=730)
    """How long the words of a call for help are kept after it was closed."""

    reject_log: timedelta = timedelta(days=365)
    """How long the rows are kept that an import did not take."""

    claim: timedelta = timedelta(minutes=30)
    """How long a case belongs to whoever took it up, without their doing anything."""

    publish_coverage: int = 70
    """Percent of a segment's open invoices that need a contact who may be mailed, before it is published."""

    autopilot_coverage: int = 90
    """The same, before its mail leaves without a person's approval."""

    autopilot_reversals: int = 5
    """Percent of a week's payments that may go back before a segment's mail waits for a person again."""

    parity_percent: Decimal = Decimal(1)
    """By so many percent our ageing may differ from the merchant's own books, in the total and in each bucket."""

    readiness: ReadinessLimits = field(default_factory=ReadinessLimits)
    """From where on a check of readiness holds Autopilot."""

    chat_budget: int = 40
    """So many messages an hour a chat channel is told one by one; above it only alarms are. Zero: no such rule."""

    import_bytes: int = 25 << 20
    """Bytes of the largest file that is imported in chat; larger ones are imported in the shell."""

    import_wait: timedelta = timedelta(hours=24)
    """How long a file that was handed in waits for somebody to decide about its import."""

    test_payments: bool = False
    """The payment provider is in test mode: no money moves, and the chat says so."""

    test_mail: bool = False
    """Mails are caught by a test server and reach no customer, and the chat says so."""

    docs_url: str = ""
    """Address of the docs of this very version, for links to runbooks; empty: files are named instead."""

    second_person: bool = True
    """Publishing a policy, large credits and drafts need somebody else than whoever made them."""

    def in_base(self, money: Money, base: str) -> Money | None:
        """Return the amount in the currency *base*, rounded half to even, or None where no rate is stated."""
        if money.currency == base:
            return money
        rate = self.rates.get(money.currency)
        if rate is None:
            return None
        minor = (money.decimal * rate).scaleb(digits(base)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        return Money(int(minor), base)

    def exceeds(self, money: Money, major: int, base: str) -> bool:
        """Tell whether the amount is above *major* units of the base currency; without a rate it counts as above."""
        converted = self.in_base(money, base)
        return converted is None or converted.decimal > major
