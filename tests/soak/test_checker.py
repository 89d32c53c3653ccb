"""The checker, on a small year in which all is well, and on the same year with one thing wrong at a time.

A checker that cannot fail proves nothing: each violation is planted once, and has to be found, by the check for it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.soak import checker
from tests.soak.checker import CHECKS
from tests.soak.record import Payer, Record, Rules, Taken
from tests.soak.witness import History, Moment

MONDAY = datetime(2026, 6, 8, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Small:
    """A small year: one customer, two invoices, two reminders that left as they should, and one that was held back."""

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


def test_a_year_in_which_all_is_well_has_no_violation() -> None:
    assert checker.violations(Small().record) == {}


def pause(table: str, **row: Any) -> Callable[[Small], None]:
    """Return a planter that puts a row into a table right before the second reminder."""
    return lambda small: small.commit((table, {"id": "p", "invoice_id": "i1", **row}), before="m2")


def hold(**row: Any) -> Callable[[Small], None]:
    return lambda small: small.commit(
        ("hold", {"id": "h", "account_id": "a", "invoice_id": None, "contact_id": None, "kind": "pause",
                  "state": "active", "until": None, **row}),
        before="m2",
    )  # fmt: skip


def promised_and_disputed(small: Small) -> None:
    pause("promise", state="running", amount_minor=4_000, promised_on="2026-06-14", grace_days=2)(small)
    row = {"id": "d", "invoice_id": "i1", "state": "open", "is_test": False, "amount_minor": 6_000}
    small.commit(("dispute", row), before="m2")


def gate(**row: Any) -> Callable[[Small], None]:
    return lambda small: small.commit(
        ("gate", {"id": "g", "name": "maintenance", "segment": None, "state": "closed", "until": None, **row}),
        before="m2",
    )


def moved(hours: float) -> Callable[[Small], None]:
    """Return a planter that lets the second reminder arrive so much later."""

    def plant(small: Small) -> None:
        small.taken[1] = replace(small.taken[1], at=small.taken[1].at + timedelta(hours=hours))

    return plant


def elsewhere(zone: str, country: str, **delta: float) -> Callable[[Small], None]:
    def plant(small: Small) -> None:
        small.payers = {"anna@acme.example": Payer(zone, country)}
        small.taken = [replace(each, at=each.at + timedelta(**delta)) for each in small.taken]

    return plant


def again(small: Small) -> None:
    small.taken.append(small.taken[1])


def repeated_step(small: Small) -> None:
    small.send("m4", {"i1": 2}, at=MONDAY + 14 * DAY)


def too_soon(small: Small) -> None:
    small.send("m4", {"i2": 2}, at=MONDAY + 9 * DAY)


def harsh(small: Small) -> None:
    small.moments = [
        replace(each, was={**each.was, "severity": 2}) if each.id == "m1i1" else each for each in small.moments
    ]


def two_levels(small: Small) -> None:
    small.send("m4", {"i2": 3}, at=MONDAY + 14 * DAY)
    small.moments = [
        replace(each, was={**each.was, "severity": 3}) if each.id == "m4i2" else each for each in small.moments
    ]


def over_segment_cap(small: Small) -> None:
    small.commit(segment("s", 1), before="m1")
    small.moments = [each for each in small.moments if each.of != "segment" or each.was["daily_cap"]]
    small.payers["ben@acme.example"] = Payer("Europe/Berlin", "DE")
    small.send("m4", {"i2": 3}, at=MONDAY + 7 * DAY, to="ben@acme.example")


def over_domain_cap(small: Small) -> None:
    over_segment_cap(small)
    small.moments = [
        replace(each, was={**each.was, "daily_cap": None}) if each.of == "segment" else each for each in small.moments
    ]
    small.rules = Rules(domain_cap=1)


def over_warm_up(small: Small) -> None:
    over_domain_cap(small)
    small.rules = Rules(warm_up_first=1, warm_up_begins=date(2026, 6, 10))


def suppress(reason: str) -> Callable[[Small], None]:
    row = {"id": "x", "address_key": "anna@acme.example", "state": "active", "reason": reason}
    return lambda small: small.commit(("suppression", row), before="m2")


def answer_to_dead(small: Small) -> None:
    suppress("hard bounce")(small)
    small.send("m4", {}, at=MONDAY + 14 * DAY, letter="receipt", asks=False)


def unlabelled(small: Small) -> None:
    small.send("m4", {"i2": 2}, at=MONDAY + 14 * DAY, asks=False)


def changed(id_: str, **columns: Any) -> Callable[[Small], None]:
    """Return a planter that changes the last version of a row."""

    def plant(small: Small) -> None:
        last = max((m for m in small.moments if m.id == id_), key=lambda moment: moment.number)
        small.moments[small.moments.index(last)] = replace(last, was={**last.was, **columns})

    return plant


def forgotten_step(small: Small) -> None:
    changed("e2", held="")(small)


def freed(days: float) -> Callable[[Small], None]:
    """Return a planter that lets a reason end so many days before the year does, after which nobody does anything."""

    def plant(small: Small) -> None:
        small.commit(enrolment("e2", "i2", last_position=1, held=""), at=small.ended - timedelta(days=days))

    return plant


def promise_broken(days: float) -> Callable[[Small], None]:
    """Return a planter of a step that nobody takes, with a promise that broke so many days before the year ends."""

    def plant(small: Small) -> None:
        row = {"id": "p", "invoice_id": "i2", "amount_minor": 10_000, "promised_on": "2026-07-06", "grace_days": 30}
        small.commit(("promise", {**row, "state": "running"}), at=MONDAY + 8 * DAY)
        small.commit(("promise", {**row, "state": "broken"}), at=small.ended - timedelta(days=days))
        forgotten_step(small)

    return plant


def moved_and_forgotten(small: Small) -> None:
    """Plant a step that nobody takes in a cadence with other positions; the mail was of the same number in the old."""
    small.commit(enrolment("e2", "i2", last_position=2, held="", cadence="l"))


def moved_as_it_should(small: Small) -> None:
    """Plant a move after the second step's mail, which is the third in the new cadence."""
    small.send("m4", {"i2": 2}, at=MONDAY + 14 * DAY)
    small.commit(enrolment("e2", "i2", last_position=3, held="", cadence="l"))


def struck_and_moved(small: Small) -> None:
    """Plant a step that was struck out before a move, which forgets what is behind."""
    veto = {"id": "v", "enrolment_id": "e2", "step": 2}
    small.commit(("veto", veto))
    small.commit(("veto", {**veto, "state": "removed"}), enrolment("e2", "i2", last_position=3, held="", cadence="l"))


def opened_again(severity: int) -> Callable[[Small], None]:
    """Return a planter of a letter of such a severity after the invoice was paid and charged back."""

    def plant(small: Small) -> None:
        small.commit(enrolment("e9", "i1", last_position=2))
        small.send("m4", {"i1": 3}, at=MONDAY + 14 * DAY)
        columns = {"enrolment_id": "e9", "severity": severity}
        small.moments = [replace(e, was={**e.was, **columns}) if e.id == "m4i1" else e for e in small.moments]

    return plant


def removed_at_once(small: Small) -> None:
    """Plant a mail that a planner made and took back before its commit."""
    row = mailing("m4", "queued", at=MONDAY + 20 * DAY)
    small.commit(row, (row[0], {**row[1], "state": "removed"}), at=MONDAY + 20 * DAY)


def skipped_step(small: Small) -> None:
    changed("e2", held="", last_position=2)(small)


def unexplained_wait(small: Small) -> None:
    small.commit(mailing("m4", "queued", at=MONDAY + 20 * DAY), at=MONDAY + 20 * DAY)


def draft_without_need(small: Small) -> None:
    small.commit(mailing("m4", "drafted", at=MONDAY + 20 * DAY), at=MONDAY + 20 * DAY)


def dropped_without_reason(small: Small) -> None:
    small.commit(item("m3i2", "m3", "i2", 2, at=MONDAY, state="dropped", reason=""))


def never_arrived(small: Small) -> None:
    del small.taken[1]


def stranger(small: Small) -> None:
    small.taken.append(Taken(MONDAY + 10 * DAY, "anna@acme.example", "<other@x>", frozenset()))


def other_recipient(small: Small) -> None:
    small.taken[1] = replace(small.taken[1], recipient="eve@acme.example")


def left_and_withheld(small: Small) -> None:
    small.taken.append(Taken(MONDAY + 10 * DAY, "anna@acme.example", "<m3@x>", frozenset()))


def other_number(small: Small) -> None:
    small.taken[1] = replace(small.taken[1], numbers=frozenset({"SO-0000001"}))


def tell(**what: Any) -> Callable[[Small], None]:
    return lambda small: small.more.update(what)


PLANTED: dict[str, tuple[str, Callable[[Small], None]]] = {
    "a mail that is no mailing": ("strangers", stranger),
    "a sent mail that never arrived": ("strangers", never_arrived),
    "a mail to somebody else": ("strangers", other_recipient),
    "a withheld mail that left": ("strangers", left_and_withheld),
    "a reminder that does not count as asking": ("labelled", unlabelled),
    "a mail after the payment": (
        "paid", lambda small: small.commit(invoice("i1", "SO-0000001", state="settled", open_minor=0), before="m2")),
    "a mail about a written-off invoice": (
        "paid",
        lambda small: small.commit(invoice("i1", "SO-0000001", state="written_off", open_minor=0), before="m2")),
    "a mail that does not show an item": ("complete", other_number),
    "a mail in the evening": ("hours", moved(9)),
    "a mail before the morning": ("hours", moved(-4)),
    "a mail on a Saturday": ("hours", moved(5 * 24)),
    "a mail on a holiday": ("hours", elsewhere("Europe/Berlin", "DE", days=-14)),
    "a mail on a Friday in Riyadh": ("hours", elsewhere("Asia/Riyadh", "SA", days=4)),
    "a mail at night in Kiritimati": ("hours", elsewhere("Pacific/Kiritimati", "KI", hours=0)),
    "a second mail within the rest": ("rested", too_soon),
    "a mail over the segment's cap": ("caps", over_segment_cap),
    "a mail over the domain's cap": ("caps", over_domain_cap),
    "a mail over the warm-up's cap": ("caps", over_warm_up),
    "a mail that arrives twice": ("once", again),
    "a step that is mailed twice": ("once", repeated_step),
    "a mail to a suppressed address": ("suppressed", suppress("hard bounce")),
    "a reminder to somebody who opted out": ("suppressed", suppress("opted out")),
    "an answer to a dead address": ("suppressed", answer_to_dead),
    "a mail to a removed contact": (
        "suppressed", lambda small: small.commit(contact("c", "removed"), before="m2")),
    "a reminder of what is disputed": (
        "paused", pause("dispute", state="open", is_test=False, amount_minor=10_000)),
    "a reminder of what is promised": (
        "paused", pause("promise", state="running", amount_minor=10_000, promised_on="2026-06-20", grace_days=2)),
    "a reminder of what is promised and disputed": ("paused", promised_and_disputed),
    "a reminder of what a plan covers": (
        "paused", pause("plan", state="running", covers_minor=10_000)),
    "a reminder of more than may be asked for": (
        "amounts", pause("dispute", state="open", is_test=False, amount_minor=4_000)),
    "a reminder in spite of a hold": ("held", hold()),
    "a reminder in spite of a hold on its invoice": ("held", hold(invoice_id="i1")),
    "a reminder of an excluded customer": (
        "excluded", lambda small: small.commit(account("a", "excluded"), before="m2")),
    "a mail during maintenance": ("gated", gate(holds="all mail")),
    "a mail through Autopilot's gate": ("gated", gate(holds="autopilot", segment="s")),
    "a beginning with the final notice": ("softly", harsh),
    "two levels at once": ("softly", two_levels),
    "two levels at once when it was opened again": ("softly", opened_again(severity=3)),
    "a withheld mail without a reason": ("explained", changed("m3", reason=" ")),
    "a wait without a reason": ("explained", unexplained_wait),
    "a draft that needs nothing": ("explained", draft_without_need),
    "a dropped item without a reason": ("explained", dropped_without_reason),
    "an invoice that waits unseen": ("explained", tell(stuck=("enrolment e1 waits",))),
    "a step that nobody took": ("lost", forgotten_step),
    "a step that nobody took after its hold": ("lost", freed(days=3)),
    "a step that nobody took after its promise": ("lost", promise_broken(days=3)),
    "a step that nobody took in another cadence": ("lost", moved_and_forgotten),
    "a step that no mail shows": ("lost", skipped_step),
    "a job that failed for good": ("jobs", tell(jobs={"failed (send_mailing)": 1})),
    "a lock that is left": ("locks", tell(locks=1)),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_violation_is_found(what: str) -> None:
    check, plant = PLANTED[what]
    small = Small()

    plant(small)

    assert check in checker.violations(small.record), f"{what} goes unnoticed"


def test_every_check_has_a_violation_planted_for_it() -> None:
    assert {check for check, _ in PLANTED.values()} == {each.__name__ for each in CHECKS}


def disputed_and_said(small: Small) -> None:
    pause("dispute", state="open", is_test=False, amount_minor=4_000)(small)
    small.taken[1] = replace(small.taken[1], text="SO-0000001: 60.00 EUR, SO-0000002: 100.00 EUR")


def unheard(small: Small) -> None:
    """Plant a first letter of which nobody knows whether it arrived."""
    harsh(small)
    row = item("m0i1", "m0", "i1", 4, at=MONDAY, severity=1)
    unknown = mailing("m0", "unknown", at=MONDAY, reason="interrupted on the wire")
    small.commit(row, unknown, before="m1")


def rejected(small: Small) -> None:
    """Plant a final notice after a letter that a person chose not to send."""
    harsh(small)
    row = item("m0i1", "m0", "i1", 4, at=MONDAY, severity=1)
    small.commit(row, mailing("m0", "rejected", at=MONDAY, reason="rejected: we called"), before="m1")


def answered_once(small: Small) -> None:
    """Plant an answer that left unheard, and was not true any more when it was to be repeated."""
    for state in ("queued", "sending", "queued", "withheld"):
        small.commit(mailing("m4", state, at=MONDAY, letter="promise-noted", asks=False, reason="withdrawn"))
    small.taken.append(Taken(MONDAY, "anna@acme.example", "<m4@x>", frozenset()))


HARMLESS: dict[str, Callable[[Small], None]] = {
    "a payment right after the mail": lambda small: small.commit(
        invoice("i1", "SO-0000001", state="settled", open_minor=0), at=MONDAY + 7 * DAY
    ),
    "a dispute over a part": disputed_and_said,
    "a final notice after a letter that may have arrived": unheard,
    "a final notice after a draft that was rejected": rejected,
    "an answer that left unheard and was withheld then": answered_once,
    "a step whose hold has just ended": freed(days=1),
    "a step whose promise has just been broken": promise_broken(days=1),
    "a move to a cadence that counts otherwise": moved_as_it_should,
    "a move after a step was struck out": struck_and_moved,
    "the next level when it was opened again": opened_again(severity=2),
    "a mail that was taken back before its commit": removed_at_once,
    "a test dispute": pause("dispute", state="open", is_test=True, amount_minor=10_000),
    "a promise whose grace is over": pause(
        "promise", state="running", amount_minor=10_000, promised_on="2026-06-10", grace_days=2
    ),
    "a hold on another contact": hold(contact_id="other"),
    "a hold that has ended": hold(until="2026-06-15T08:00:00+00:00"),
    "a gate before another segment": gate(holds="autopilot", segment="other"),
    "a gate that has opened by itself": gate(holds="all mail", until="2026-06-15T08:00:00+00:00"),
    "a suppression that was lifted": lambda small: small.commit(
        ("suppression", {"id": "x", "address_key": "anna@acme.example", "state": "lifted", "reason": "manual"}),
        before="m2",
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_allowed_is_no_violation(what: str) -> None:
    small = Small()

    HARMLESS[what](small)

    assert checker.violations(small.record) == {}


def test_what_is_lost_is_told_with_everything_that_happened_to_its_invoice() -> None:
    small = Small()
    forgotten_step(small)

    (sentence,) = checker.violations(small.record)["lost"]

    assert sentence.startswith("step 2 of SO-0000002 was never taken")
    for told in ("due_on=2026-06-15", "open_minor=10000", "held=", "letter=reminder-due", "ended 2026-07-08"):
        assert told in sentence
