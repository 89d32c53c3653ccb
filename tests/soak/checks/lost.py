"""The check of what is lost: each due step of an invoice that may be asked for was taken, or something says why not."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.soak.checks import story
from tests.soak.checks.money import chaseable, day_of, on_schedule
from tests.soak.record import Record

WEEKEND = timedelta(days=4)
"""The longest a mail may have to wait for a working day."""

WAITING = frozenset({"drafted", "queued", "sending"})

_AFTER_ALL = 1 << 62
"""A number behind every commit."""

_BEFORE_ALL = -(1 << 31)
"""A day before every step."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A moment at which it is asked whether anything keeps an enrolment's step back."""

    number: int
    """Commits before this one count."""
    day: date
    """The merchant's."""


def lost(record: Record) -> Iterator[str]:
    """Each due step of an invoice that may be asked for was done, was overtaken by a later one, or says why not.

    What became free within the engine's patience is not late yet: nothing may have kept it back for all that time.
    """
    assert record.ended is not None, "the checker is told when the year ended"
    zone, since = ZoneInfo(record.rules.zone), record.ended - record.rules.patience
    first = _Look(record.history.number_after(since), since.astimezone(zone).date())
    looks = (first, _Look(_AFTER_ALL, record.ended.astimezone(zone).date()))
    items = _items(record)
    enrolled = _enrolled(record)
    for enrolment in record.history.latest("enrolment"):
        if not _free(record, enrolment["id"], looks) or _rests(record, items[enrolment["invoice_id"]]):
            continue
        invoice = record.history.versions("invoice", enrolment["invoice_id"])[-1].was
        yield from _judged(record, enrolment, invoice, _reached(record, enrolment, items[invoice["id"]]), first.day)
        if _skipped(record, enrolment, items[invoice["id"]]) and enrolled[invoice["id"]] == 1:
            yield (
                f"{invoice['number']} stands at step {enrolment['last_position']}, which no mail shows"
                f"{story.of(record, enrolment)}"
            )


def _judged(
    record: Record, enrolment: dict[str, Any], invoice: dict[str, Any], reached: int, today: date
) -> Iterator[str]:
    for position, offset, _letter in record.steps[enrolment["cadence_id"]]:
        late = day_of(invoice["due_on"]) + timedelta(offset) < today - WEEKEND
        done = position <= enrolment["last_position"] or offset <= reached
        if late and not done and (enrolment["id"], position) not in record.vetoes:
            yield f"step {position} of {invoice['number']} was never taken{story.of(record, enrolment)}"


def _reached(record: Record, enrolment: dict[str, Any], items: list[dict[str, Any]]) -> int:
    """Return the day of the latest step of an enrolment that is in a mail, relative to the due date.

    Days are compared and not positions: an enrolment may have been in another cadence when the mail was planned.
    """
    found = [_BEFORE_ALL]
    for item in items:
        if item["enrolment_id"] == enrolment["id"]:
            planned = record.history.versions("mailing_item", item["id"])[0]
            then = record.history.seen_by("enrolment", enrolment["id"], planned)
            found.append(_offset(record, (then or enrolment)["cadence_id"], planned.was["step"]))
    return max(found)


def _offset(record: Record, cadence_id: str, position: int) -> int:
    return next((offset for each, offset, _ in record.steps[cadence_id] if each == position), _BEFORE_ALL)


def _skipped(record: Record, enrolment: dict[str, Any], items: list[dict[str, Any]]) -> bool:
    """Tell whether an enrolment counts a step as done which is in no mail and which nobody struck out."""
    if enrolment["last_position"] == 0 or enrolment["id"] in record.struck:
        return False
    stands = _offset(record, enrolment["cadence_id"], enrolment["last_position"])
    return stands > _reached(record, enrolment, items)


def _items(record: Record) -> dict[str, list[dict[str, Any]]]:
    """Return what is in mails, by invoice."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in record.history.latest("mailing_item"):
        if item["state"] == "included":
            found[item["invoice_id"]].append(item)
    return found


def _enrolled(record: Record) -> dict[str, int]:
    """Return how often each invoice was enrolled: the later ones go on where the first had come to."""
    found: dict[str, int] = defaultdict(int)
    for enrolment in record.history.latest("enrolment"):
        found[enrolment["invoice_id"]] += 1
    return found


def _free(record: Record, enrolment_id: str, looks: tuple[_Look, _Look]) -> bool:
    """Tell whether nothing kept the enrolment's steps back from the one moment to the other."""
    versions = record.history.versions("enrolment", enrolment_id)
    first = max((place for place, each in enumerate(versions) if each.number < looks[0].number), default=None)
    if first is None or any(each.was["state"] != "running" or each.was["held"] for each in versions[first:]):
        return False
    return all(_may_be_asked(record, versions[-1].was["invoice_id"], look) for look in looks)


def _may_be_asked(record: Record, invoice_id: str, look: _Look) -> bool:
    invoice = record.history.before("invoice", invoice_id, look.number)
    account = record.history.before("account", invoice["account_id"], look.number) if invoice else None
    if account is None or account["state"] != "active":
        return False
    left, _ = chaseable(record, invoice_id, look.number, look.day)
    return left > 0 and not on_schedule(record, invoice_id, look.number, look.day)


def _rests(record: Record, items: list[dict[str, Any]]) -> bool:
    """Tell whether a mail about the invoice waits, and says itself for what, or left so lately that the next rests."""
    assert record.ended is not None
    quiet = record.rules.rest + record.rules.patience + WEEKEND
    for item in items:
        mailing = record.history.versions("mailing", item["mailing_id"])[-1].was
        if mailing["state"] in WAITING:
            return True
        if record.ended - datetime.fromisoformat(mailing.get("sent_at") or item["created_at"]) < quiet:
            return True
    return False
