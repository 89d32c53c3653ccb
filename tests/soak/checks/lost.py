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
        own = [each for each in items[invoice["id"]] if each["enrolment_id"] == enrolment["id"]]
        reached = max((each["step"] or 0 for each in own), default=0)
        for position, offset, _letter in record.steps[enrolment["cadence_id"]]:
            late = day_of(invoice["due_on"]) + timedelta(offset) < first.day - WEEKEND
            done = position <= max(reached, enrolment["last_position"])
            if late and not done and (enrolment["id"], position) not in record.vetoes:
                yield f"step {position} of {invoice['number']} was never taken{story.of(record, enrolment)}"
        excused = enrolled[invoice["id"]] > 1 or _struck(record, enrolment)
        if enrolment["last_position"] > reached and not excused:
            where = f"stands at step {enrolment['last_position']} and reached {reached}"
            yield f"{invoice['number']} {where}{story.of(record, enrolment)}"


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


def _struck(record: Record, enrolment: dict[str, Any]) -> bool:
    """Tell whether a step that no mail shows was struck out."""
    return any((enrolment["id"], step) in record.vetoes for step in range(1, enrolment["last_position"] + 1))
