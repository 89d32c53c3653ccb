"""The guided first minute: steps that tick themselves off by what the stand-ins have seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.mail_world import MailWorld
from sandbox.settings import Person
from sandbox.store import Json, Store


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the button that takes you there."""

    title: str
    text: str
    done: bool
    label: str = ""
    act: str = ""
    """What the button does: ``type``, ``clock``, ``tab`` or ``open``."""
    value: str = ""


def steps(store: Store, mail: MailWorld, people: Sequence[Person], *, invoice: str) -> list[Step]:
    """Return the steps in their order."""
    commands = store.find("slack.command")
    sessions = store.find("stripe.session")
    mails = mail.mails()
    paid = any(session["payment_status"] == "paid" for session in sessions)
    unopened = next((session for session in sessions if session["status"] == "open"), None)
    reader = people[-1]
    return [
        Step(
            "See who needs you",
            "A ledger of 40 customers and 200 invoices is loaded. Ask what needs work today.",
            _said(commands, "queue"),
            "Type /plixo queue",
            "type",
            "/plixo queue",
        ),
        Step(
            "Let a reminder leave",
            "Reminders leave by themselves on their days. No mail yet? Move the clock.",
            bool(mails),
            "Move on one day",
            "clock",
            "24",
        ),
        Step(
            "Read it as the customer",
            "Open a reminder in the mail boxes and follow its button to the invoice.",
            any(each["read"] for each in mails),
            "Open the mail boxes",
            "tab",
            "mail",
        ),
        _pay(unopened, paid=paid, started=any(session["status"] == "complete" for session in sessions)),
        _settled(sessions, paid=paid, receipt=any(each["attachments"] for each in mails)),
        Step(
            "Bounce a reminder",
            "Open another reminder, press “Bounce: user unknown”, and see in Slack that the address gets no more mail.",
            any("user-unknown" in each["acts"] for each in mails),
            "Open the mail boxes",
            "tab",
            "mail",
        ),
        *_beyond_paying(store, commands),
        Step(
            "Try what you may not do",
            f"Be {reader.name} ({reader.title}) and ask for a new link. Plixo says who may.",
            any(each["user"] == reader.slack_id and " link" in each["text"] for each in commands),
            f"Type it as {reader.name.split()[0]}",
            "as",
            f"{reader.slack_id} /plixo link {invoice}",
        ),
    ]


def _beyond_paying(store: Store, commands: list[Json]) -> list[Step]:
    return [
        Step(
            "Answer without paying",
            "On another reminder’s invoice, object and attach a file, and find it in Slack, in the thread of the case. "
            "A plan, a promise, a question or a colleague’s address reach Slack the same way.",
            any(each.get("files") and each.get("thread_ts") for each in store.find("slack.message")),
            "Open the mail boxes",
            "tab",
            "mail",
        ),
        Step(
            "See how far payers came",
            "Links sent, opened, entered, started and finished, and where people gave up.",
            _said(commands, "portal"),
            "Type /plixo portal",
            "type",
            "/plixo portal",
        ),
    ]


def _said(commands: list[Json], word: str) -> bool:
    return any(each["ok"] and word in each["text"].split() for each in commands)


def _pay(unopened: Json | None, *, paid: bool, started: bool) -> Step:
    text = "On the invoice press Pay, then choose what the card or the bank does."
    if started and not paid:
        return Step(
            "Pay",
            "The bank takes days. Move the clock, or settle the payment under Stripe.",
            False,
            "Open Stripe",
            "tab",
            "stripe",
        )
    if unopened is not None and not paid:
        return Step("Pay", text, False, "Open the checkout", "open", unopened["url"])
    return Step("Pay", text, paid, "" if paid else "Open the mail boxes", "tab", "mail")


def _settled(sessions: list[Json], *, paid: bool, receipt: bool) -> Step:
    text = "The case in Slack says so, and a receipt is in the customer's mail box."
    numbers = [session["metadata"].get("invoice_number") for session in sessions if session["payment_status"] == "paid"]
    if numbers and numbers[0]:
        return Step("See it settled", text, receipt, "Ask for the invoice", "type", f"/plixo invoice {numbers[0]}")
    return Step("See it settled", text, paid and receipt, "Look for the receipt", "tab", "mail")
