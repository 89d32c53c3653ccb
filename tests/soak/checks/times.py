"""Checks of when and how often: hours, rests and caps, by the payer's calendar and the merchant's figures."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from tests.soak.record import Record, Sent

FREE_DAYS = {"SA": (4, 5), "AE": (5, 6)}
"""Weekends that are not Saturday and Sunday, by country; Monday is 0."""


def hours(record: Record) -> Iterator[str]:
    """No mail asks on a night, a weekend or a holiday of the payer's."""
    for sent in record.sends:
        payer = record.payers.get(sent.mail.recipient.casefold())
        if not sent.asks or payer is None:
            continue
        local = sent.mail.at.astimezone(ZoneInfo(payer.zone))
        if not record.rules.opens <= local.time() < record.rules.closes:
            yield f"mailing {sent.mailing_id} arrived at {local:%a %Y-%m-%d %H:%M} in {payer.zone}"
        elif local.weekday() in FREE_DAYS.get(payer.country, (5, 6)):
            yield f"mailing {sent.mailing_id} arrived on the weekend, {local:%a %Y-%m-%d} in {payer.country}"
        elif _holiday(local.date(), payer.country):
            yield f"mailing {sent.mailing_id} arrived on a holiday, {local:%Y-%m-%d} in {payer.country}"


_HOLIDAYS: dict[tuple[str, int], Any] = {}


def _holiday(day: date, country: str) -> bool:
    key = (country, day.year)
    if key not in _HOLIDAYS:
        try:
            _HOLIDAYS[key] = holidays.country_holidays(country, years=day.year)
        except NotImplementedError:
            _HOLIDAYS[key] = {}
    return day in _HOLIDAYS[key]


def rested(record: Record) -> Iterator[str]:
    """No address is asked twice within the rest that a contact has."""
    last: dict[str, Sent] = {}
    for sent in sorted((each for each in record.sends if each.asks), key=lambda each: each.decided.number):
        key = sent.mail.recipient.casefold()
        before = last.get(key)
        if before is not None and sent.decided.at - before.decided.at < record.rules.rest:
            yield f"mailing {sent.mailing_id} came {sent.decided.at - before.decided.at} after {before.mailing_id}"
        last[key] = sent


def caps(record: Record) -> Iterator[str]:
    """No day has more mails that ask than its caps allow: of the sending domain, of a segment, of the warm-up."""
    zone = ZoneInfo(record.rules.zone)
    of_day: dict[date, int] = defaultdict(int)
    of_segment: dict[tuple[str, date], list[Sent]] = defaultdict(list)
    for sent in record.sends:
        if sent.asks:
            day = sent.decided.at.astimezone(zone).date()
            of_day[day] += 1
            of_segment[(sent.decided.was["segment"] or "", day)].append(sent)
    for day, count in sorted(of_day.items()):
        if record.rules.domain_cap and count > record.rules.domain_cap:
            yield f"{count} mails asked on {day}, {record.rules.domain_cap} were allowed from the domain"
        begins = record.rules.warm_up_begins
        young = begins is not None and day < begins + timedelta(days=7)
        if young and 0 < record.rules.warm_up_first < count:
            yield f"{count} mails asked on {day}, in the first week of the warm-up"
    for (segment, day), sends in sorted(of_segment.items()):
        cap = _cap(record, segment, max(each.decided.number for each in sends), min(e.decided.number for e in sends))
        if cap is not None and len(sends) > cap:
            yield f"{len(sends)} mails asked on {day} in {segment}, {cap} were allowed"


def _cap(record: Record, segment: str, last: int, first: int) -> int | None:
    """Return the largest cap that the segment had between two commits; None when it had none at some time."""
    found: list[int | None] = []
    for versions in record.history.moments.get("segment", {}).values():
        row = versions[-1].was
        live = [m for m in versions if m.was["state"] == "published"]
        retired = [m.number for m in versions if m.was["state"] != "published"]
        if row["name"] == segment and live and live[0].number <= last and not (retired and retired[0] < first):
            found.append(row["daily_cap"])
    return None if not found or None in found else max(cap for cap in found if cap is not None)
