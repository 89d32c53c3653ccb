"""A small year in which all is well: one customer, two invoices, two reminders that left and one that was held back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.soak.record import Payer, Record, Rules, Taken
from tests.soak.witness import History, Moment

MONDAY = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Small:
    """The small year, to which planters add what should not have happened, or what may."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.taken: list[Taken] = []
        self.rules = Rules()
        self.more: dict[str, Any] = {"jobs": {}, "locks": 0, "stuck": ()}
        self.ended = MONDAY + 30 * DAY
        self.payers = {"anna@acme.example": Payer("Europe/Berlin", "DE")}
        self.commit(account("a"), contact("c"), invoice("i1", "SO-0000001"), invoice("i2", "SO-0000002"))
        self.commit(enrolment("e1", "i1"), enrolment("e2", "i2"), segment("s"))
        self.send("m1", {"i1": 1}, at=MONDAY)
        self.send("m2", {"i1": 2, "i2": 1}, at=MONDAY + 7 * DAY)
        self.commit(
            mailing("m3", "queued", at=MONDAY + 8 * DAY),
            mailing("m3", "withheld", at=MONDAY + 8 * DAY, reason="the address is suppressed"),
            at=MONDAY + 8 * DAY,
        )
        self.commit(enrolment("e1", "i1", state="finished", last_position=2), enrolment("e2", "i2", last_position=1))

    def commit(self, *rows: tuple[str, dict[str, Any]], at: datetime = MONDAY, before: str | None = None) -> None:
        """Add one transaction, at the end or right before the one in which a mailing went on the wire."""
        number = 10 * (len(self.moments) + 1)
        if before is not None:
            number = next(m.number for m in self.moments if m.id == before and m.was["state"] == "sending") - 5
        tx = len(self.moments) + 1000
        for place, (table, row) in enumerate(rows):
            self.moments.append(
                Moment(number + place, tx, at, table, row["id"], row, begun=number - 1.0, done=float(number))
            )

    def send(self, id_: str, steps: dict[str, int], *, at: datetime, to: str = "anna@acme.example", **row: Any) -> None:
        """Plan, send and deliver one reminder with a step of each invoice."""
        items = [item(f"{id_}{each}", id_, each, step, at=at) for each, step in steps.items()]
        self.commit(mailing(id_, "queued", at=at, address=to, **row), *items, at=at)
        self.commit(mailing(id_, "sending", at=at, address=to, **row), at=at)
        self.commit(mailing(id_, "sent", at=at, address=to, **row), at=at)
        numbers = frozenset(f"SO-000000{each[1:]}" for each in steps)
        self.taken.append(Taken(at, to, f"<{id_}@x>", numbers, "Bitte zahlen Sie 100,00\u00a0€."))

    @property
    def record(self) -> Record:
        """What the checker is told."""
        return Record(
            taken=self.taken,
            history=History.of(self.moments),
            payers=self.payers,
            rules=self.rules,
            steps={
                "k": [(1, 0, "reminder-due"), (2, 7, "reminder-overdue"), (3, 300, None)],
                "l": [(1, -3, "reminder-due"), (2, 0, "reminder-due"), (3, 7, "reminder-overdue"), (4, 300, None)],
            },
            ended=self.ended,
            **self.more,
        )


def account(id_: str, state: str = "active") -> tuple[str, dict[str, Any]]:
    return "account", {"id": id_, "state": state}


def contact(id_: str, state: str = "active") -> tuple[str, dict[str, Any]]:
    return "contact", {"id": id_, "state": state}


def invoice(id_: str, number: str, *, state: str = "open", open_minor: int = 10_000) -> tuple[str, dict[str, Any]]:
    return "invoice", {
        "id": id_, "number": number, "account_id": "a", "state": state, "open_minor": open_minor,
        "due_on": "2026-06-08" if id_ == "i1" else "2026-06-15",
    }  # fmt: skip


def enrolment(
    id_: str, of: str, *, state: str = "running", last_position: int = 0, held: str | None = None, cadence: str = "k"
) -> tuple[str, dict[str, Any]]:
    usual = "the customer is asked by telephone" if id_ == "e2" else ""
    return "enrolment", {
        "id": id_, "invoice_id": of, "cadence_id": cadence, "state": state, "last_position": last_position,
        "held": usual if held is None else held,
    }  # fmt: skip


def segment(name: str, cap: int | None = None) -> tuple[str, dict[str, Any]]:
    return "segment", {"id": f"of {name}", "name": name, "state": "published", "daily_cap": cap}


def mailing(id_: str, state: str, *, at: datetime, **other: Any) -> tuple[str, dict[str, Any]]:
    return "mailing", {
        "id": id_, "state": state, "letter": "reminder-due", "asks": True, "segment": "s", "account_id": "a",
        "contact_id": "c", "address": "anna@acme.example", "message_id": f"<{id_}@x>", "reason": "", "needs": [],
        "approved_at": None,
        "waits_reason": "", "not_before": None, "queued_at": at.isoformat(), **other,
    }  # fmt: skip


def item(id_: str, of: str, about: str, step: int, *, at: datetime, **other: Any) -> tuple[str, dict[str, Any]]:
    return "mailing_item", {
        "id": id_, "mailing_id": of, "invoice_id": about, "enrolment_id": f"e{about[1:]}", "contact_id": "c",
        "step": step, "severity": step - 1, "letter": "reminder-due", "unique_key": f"step:e{about[1:]}:{step}:c",
        "state": "included", "reason": "step", "created_at": at.isoformat(), **other,
    }  # fmt: skip
