"""Planters: each puts one thing into the small year, a violation of a rule or something that only looks like one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.soak.record import Payer, Rules, Taken
from tests.soak.small import DAY, MONDAY, Small, enrolment, item, mailing, segment


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


def joined(small: Small) -> None:
    """Plant a mail that the relay put off and whose item went with the next mail to the same contact."""
    first = ("m4", "m4i2")
    rows = [mailing(first[0], state, at=MONDAY + 13 * DAY) for state in ("queued", "sending", "withheld")]
    rows[-1][1]["reason"] = "its invoices go with the next reminder"
    small.commit(item(first[1], first[0], "i2", 2, at=MONDAY + 13 * DAY), *rows[:2], at=MONDAY + 13 * DAY)
    small.commit(item(first[1], "m5", "i2", 2, at=MONDAY + 14 * DAY), rows[2], at=MONDAY + 14 * DAY)
    small.send("m5", {}, at=MONDAY + 14 * DAY)
    small.taken[-1] = replace(small.taken[-1], numbers=frozenset({"SO-0000002"}))


def joined_and_repeated(small: Small) -> None:
    """Plant the same step a second time, after its item went with another mail."""
    joined(small)
    small.send("m6", {"i2": 2}, at=MONDAY + 21 * DAY)


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


def no_number(small: Small) -> None:
    small.taken[1] = replace(small.taken[1], numbers=frozenset())


def unknown_number(small: Small) -> None:
    small.taken[1] = replace(small.taken[1], numbers=small.taken[1].numbers | {"SO-0000009"})


def tell(**what: Any) -> Callable[[Small], None]:
    return lambda small: small.more.update(what)


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
