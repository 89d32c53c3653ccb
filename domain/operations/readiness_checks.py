"""Readiness checks: one literal table, with what each measures, from where on it fails, and the remedy.

A line holds phrases, which are said to whoever reads them; ``{…}`` stands for a limit of the merchant's, or for a
figure of the judgement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.kernel import speech
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.operations import readiness_judges as judges
from domain.operations.readiness_facts import Facts
from domain.operations.readiness_judges import Judgement


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    name: str
    """As people type it."""
    title: str
    measures: str
    limit: str
    """From where on it warns or fails."""
    means: str
    remedy: str
    judge: Callable[[Facts, Limits], Judgement]
    says: Mapping[str, str]
    """What each code of the judge means."""


CHECKS: tuple[Check, ...] = (
    Check(
        "contacts",
        title=phrase("Contacts"),
        measures=phrase("the share of open invoices whose customer has a contact that may be mailed"),
        limit=phrase("fails below {contacts} %"),
        means=phrase("Whoever has no address is never reminded, and what is overdue grows unseen."),
        remedy=phrase(
            "List the customers without a contact, the largest exposure first; add addresses and import them."
        ),
        judge=judges.contacts,
        says={
            "reached": phrase("{mailable} of {open} open invoices have a contact that may be mailed ({percent} %)."),
            "none": phrase("Nothing is open, so there is nothing to judge; it counts as passed."),
        },
    ),
    Check(
        "parity",
        title=phrase("Ageing parity"),
        measures=phrase("our ageing beside the control totals of your books, the total and each bucket"),
        limit=phrase("fails when one of them differs by more than {parity} %"),
        means=phrase("Reminders would ask for money that your books see otherwise."),
        remedy=phrase(
            "Look at what differs: confirm write-offs, credits and conversion, and import control totals anew."
        ),
        judge=judges.parity,
        says={
            "none": phrase("No control totals were imported, so it cannot be judged; it counts as a warning."),
            "old": phrase(
                "The newest control totals are of {as_of_on}, which is too long ago; it counts as a warning."
            ),
            "agrees": phrase("Our ageing agrees with the books of {as_of_on}."),
            "differs": phrase(
                "{differing} figures differ from the books of {as_of_on}, most of all {bucket}: {ours} here,"
                " {theirs} there ({percent} %)."
            ),
            "lists": phrase(
                "{differing} figures differ from the books of {as_of_on}, most of all {bucket}: {ours} here,"
                " {theirs} there ({percent} %). `/plixo parity` lists the invoices."
            ),
        },
    ),
    Check(
        "disputes",
        title=phrase("Dispute smoke test"),
        measures=phrase("the way of a test dispute through the payers' pages to the queue and its channel"),
        limit=phrase("fails when it takes more than {smoke} seconds; warns after {smoke_days} days without one"),
        means=phrase("What a payer objects to would reach nobody, and would be reminded of all the same."),
        remedy=phrase("Resend the test dispute; `plixo check` says which connection is broken."),
        judge=judges.disputes,
        says={
            "never": phrase("No test dispute was filed yet, so it cannot be judged; it counts as a warning."),
            "arrived": phrase("The one of {ended_on} stood in queue and channel after {seconds} seconds."),
            "unseen": phrase("The one of {ended_on} stood in the queue after {seconds} seconds; no channel is set."),
            "old": phrase("The last one arrived on {ended_on}, which is too long ago."),
            "slow": phrase("The one of {ended_on} took {seconds} seconds."),
            "unreachable": phrase("The one of {ended_on} could not be filed: the payers' pages do not answer."),
            "not taken": phrase("The one of {ended_on} could not be filed: the payers' pages did not take it."),
            "not queued": phrase("The one of {ended_on} was filed and never stood in the queue."),
            "not told": phrase("The one of {ended_on} stood in the queue and never in its channel."),
            "interrupted": phrase("The one of {ended_on} was not finished: the process that filed it ended."),
        },
    ),
    Check(
        "stripe",
        title=phrase("Stripe"),
        measures=phrase("whether a verified event arrived, of the right mode and API version, and bank debit for USD"),
        limit=phrase("fails as soon as one of them is missing"),
        means=phrase("Payers could not pay, or what they pay would not be heard of."),
        remedy=phrase(
            "Send a test event from Stripe's dashboard; the endpoint needs the key's own mode and API version, and"
            " invoices in USD need ACH Direct Debit switched on."
        ),
        judge=judges.stripe,
        says={
            "off": phrase("Payments are switched off, so it cannot be judged; it counts as a warning."),
            "odd": phrase("Something is not as it should be: {what}."),
            "was odd": phrase("Something was not as it should be, and has not come again since: {what}."),
            "unheard": phrase("No verified event has arrived yet."),
            "no debit": phrase("Invoices are open in USD, and Stripe's page does not offer bank debit."),
            "heard": phrase("Events of the right mode and version arrive."),
        },
    ),
    Check(
        "domain",
        title=phrase("Sending domain"),
        measures=phrase("SPF, DKIM and DMARC of the domain that mail is sent from"),
        limit=phrase("fails when one of them is missing or does not align"),
        means=phrase("Mail providers would take our mail for forged, and refuse it or put it aside."),
        remedy=phrase("Publish the records below word for word; they are looked up again by themselves."),
        judge=judges.domain,
        says={
            "unasked": phrase("The name servers were not asked yet; it counts as a warning."),
            "unanswered": phrase("No name server answered, so it cannot be judged; it counts as a warning."),
            "no domain": phrase("The sender's address has no real domain (PLIXO_MAIL_FROM); it counts as a warning."),
            "stand-in": phrase("Mail leaves for mail boxes of this demo, where no records are asked for."),
            "key": phrase("The key that signs mail cannot be used (PLIXO_DKIM_KEY_FILE)."),
            "fail": phrase("Not in order: {checks}."),
            "warn": phrase("In order, but weak: {checks}."),
            "pass": phrase("SPF, DKIM and DMARC are in order and align."),
        },
    ),
    Check(
        "mail",
        title=phrase("E-mail health"),
        measures=phrase("hard bounces and complaints of the last seven days"),
        limit=phrase("fails at 2 % hard bounces or 0.3 % complaints, warns at 0.1 %; a handful proves nothing"),
        means=phrase("Mail providers put a sender aside whose mail bounces or is complained of."),
        remedy=phrase("`/plixo deliverability` names the worst domains and contacts; correct or suppress them."),
        judge=judges.mail,
        says={
            "none": phrase("Nothing was sent in the last seven days; it counts as passed."),
            "week": phrase("{sent} mails in seven days, {hard} hard bounces, {complaints} complaints."),
            "worst": phrase(
                "{sent} mails in seven days, {hard} hard bounces, {complaints} complaints; most at {worst}."
            ),
        },
    ),
    Check(
        "webhooks",
        title=phrase("Webhooks"),
        measures=phrase("the age of Stripe's last event beside the checkouts that were begun since"),
        limit=phrase(
            "fails {webhook_hours} hours after a checkout of which nothing was heard, or when events lie unread"
        ),
        means=phrase("Who has paid would be reminded of it."),
        remedy=phrase("Look at the endpoint's deliveries in Stripe, and whether a worker runs (`plixo check`)."),
        judge=judges.webhooks,
        says={
            "off": phrase("Payments are switched off, so it cannot be judged; it counts as a warning."),
            "none": phrase("Nobody has begun to pay yet, so nothing is missing; it counts as passed."),
            "heard": phrase("The last event came on {last_on}."),
            "fetched": phrase("{events} events of the last day came by no webhook and had to be fetched."),
            "unworked": phrase("{events} events wait to be read."),
            "silent": phrase("A checkout was begun on {since_on}, and no event has come since."),
        },
    ),
    Check(
        "inbound",
        title=phrase("Inbound mail"),
        measures=phrase("the age of the last mail that came in, and what lies unread"),
        limit=phrase("fails after {inbound_days} days without any although much was sent, or when mails lie unread"),
        means=phrase("Bounces, replies and objections would not be heard of."),
        remedy=phrase("Look at the MX record and the mail server's port (`plixo check`), and whether a worker runs."),
        judge=judges.inbound,
        says={
            "none": phrase("No mail has come in yet, and few were sent; it counts as passed."),
            "heard": phrase("The last mail came in on {last_on}."),
            "stuck": phrase("{mails} mails were taken and not read yet."),
            "silent": phrase("{sent} mails left in {days} days, and nothing came back."),
        },
    ),
    Check(
        "crons",
        title=phrase("Crons"),
        measures=phrase("when each cron ran last"),
        limit=phrase("fails when one has missed two of its turns"),
        means=phrase("Reminders would not be planned, and what is checked by the clock would go unseen."),
        remedy=phrase("Does a scheduler run, and a worker? The log says why a cron was not run."),
        judge=judges.crons,
        says={
            "never": phrase("No cron has run yet; it counts as a warning."),
            "run": phrase("All of them run."),
            "late": phrase("Too long ago: {names}."),
            "many late": phrase("Too long ago: {names}, and {more} more."),
        },
    ),
)
"""In the order in which the board shows them."""

BY_NAME: Mapping[str, Check] = {each.name: each for each in CHECKS}


def said(check: Check, code: str, figures: Mapping[str, Any]) -> str:
    """Return what a check found, said to the reader; a code of another version is shown as it is."""
    text = check.says.get(code)
    if text is None or speech.lacks(text, figures):  # it was judged by another version, with other figures
        return code
    return say(text, **{name: _value(name, each) for name, each in figures.items()})


def limit(check: Check, limits: Limits) -> str:
    """Return from where on a check fails, said to the reader."""
    figures = limits.readiness
    return say(
        check.limit,
        contacts=figures.contacts,
        parity=Decimal(f"{limits.parity_percent.normalize():f}"),
        smoke=int(figures.smoke.total_seconds()),
        smoke_days=figures.smoke_age.days,
        webhook_hours=int(figures.webhook_silence.total_seconds() // 3600),
        inbound_days=figures.inbound_silence.days,
    )


def _value(name: str, value: Any) -> object:
    if isinstance(value, dict):
        return Money(int(value["minor"]), str(value["currency"]))
    if name == "percent":
        return Decimal(value)
    return date.fromisoformat(value) if name.endswith("_on") else value
