"""The checker: what must never have happened, proved from what the relay received and what the witness saw.

It shares no code with the engine: rules are written down a second time here, as plain arithmetic over plain rows, so
that a mistake would have to be made twice. Each check yields one sentence for each thing that went wrong.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from tests.soak.record import ASKING, Record, Sent

OF_PLANS = frozenset({"instalment-due", "plan-missed"})

FREE_DAYS = {"SA": (4, 5), "AE": (5, 6)}
"""Weekends that are not Saturday and Sunday, by country; Monday is 0."""

ENDED = frozenset({"withheld", "rejected", "refused", "unknown"})
"""A mail in one of these states did not leave, or may not have; each needs a reason."""


def strangers(record: Record) -> Iterator[str]:
    """Nothing leaves that is not on record, and nothing is on record as sent that did not leave."""
    known = {versions[-1].was["message_id"]: versions[-1].was for versions in record._mailings.values()}
    for mail in record.taken:
        row = known.get(mail.message_id)
        if row is None:
            yield f"{mail.message_id} left and is no mailing"
        elif row["state"] not in {"sent", "unknown", "sending"} and not _answer_repeated(record, row):
            yield f"mailing {row['id']} left and is on record as {row['state']}"
        elif row["address"].casefold() != mail.recipient.casefold():
            yield f"mailing {row['id']} went to somebody else"
    arrived = {mail.message_id for mail in record.taken}
    for message_id, row in known.items():
        if row["state"] == "sent" and message_id not in arrived:
            yield f"mailing {row['id']} is on record as sent and never arrived"


def _answer_repeated(record: Record, row: dict[str, Any]) -> bool:
    """Tell whether it is an answer whose first attempt nobody heard end, and which was not true any more then."""
    states = [moment.was["state"] for moment in record.history.versions("mailing", row["id"])]
    return not row["asks"] and "sending" in states and "queued" in states[states.index("sending") :]


def labelled(record: Record) -> Iterator[str]:
    """A letter that asks for money says so, since guardrails and caps go by that."""
    for sent in record.sends:
        if sent.decided.was["letter"] in ASKING and not sent.decided.was["asks"]:
            yield f"mailing {sent.mailing_id} ({sent.decided.was['letter']}) does not count as asking"


def paid(record: Record) -> Iterator[str]:
    """No mail asks for an invoice on which, by then, nothing was open."""
    for sent in record.sends:
        if not sent.asks:
            continue
        for number in sorted(sent.mail.numbers):
            invoice = record.history.before("invoice", record.numbers.get(number, ""), sent.decided.number)
            if invoice is None:
                yield f"mailing {sent.mailing_id} asks for {number}, which was not there"
            elif invoice["state"] != "open" or invoice["open_minor"] == 0:
                yield f"mailing {sent.mailing_id} asked for {number} when it was {invoice['state']}"


def complete(record: Record) -> Iterator[str]:
    """A mail shows the invoices of its items and no others."""
    for sent in record.sends:
        if not sent.asks or not sent.mail.numbers:
            continue
        ids = {each["invoice_id"] for each in record.included(sent)}
        shown = {record.numbers[number] for number in sent.mail.numbers if number in record.numbers}
        if ids != shown:
            yield f"mailing {sent.mailing_id} shows {len(shown)} invoices and has {len(ids)} items"


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


def once(record: Record) -> Iterator[str]:
    """No message that asks arrives twice, and no step reaches a contact twice."""
    seen: set[str] = set()
    done: dict[str, str] = {}
    for sent in record.sends:
        if not sent.asks:
            continue
        if sent.mail.message_id in seen:
            yield f"mailing {sent.mailing_id} arrived twice"
            continue
        seen.add(sent.mail.message_id)
        for item in record.included(sent):
            key = f"{item['unique_key']} of {_cadence(record, item, sent)}"
            if key in done:
                yield f"{key} was in {done[key]} and in {sent.mailing_id}"
            done[key] = sent.mailing_id


def _cadence(record: Record, item: dict[str, Any], sent: Sent) -> str:
    """Return the cadence whose step it is: an invoice that was moved counts its steps anew."""
    row = record.history.seen_by("enrolment", item["enrolment_id"] or "", sent.decided)
    return str(row["cadence_id"]) if row else "no cadence"


def suppressed(record: Record) -> Iterator[str]:
    """No mail goes to an address that was suppressed, and none that asks to a contact that was removed."""
    by_address = record.history.about("suppression", "address_key")
    for sent in record.sends:
        for id_ in by_address.get(sent.mail.recipient.casefold(), ()):
            row = record.history.known("suppression", id_, sent.decided)
            if row is not None and row["state"] == "active" and (sent.asks or row["reason"] != "opted out"):
                yield f"mailing {sent.mailing_id} went to an address that was suppressed ({row['reason']})"
        contact = record.history.known("contact", sent.decided.was["contact_id"], sent.decided)
        if contact is not None and contact["state"] != "active":
            yield f"mailing {sent.mailing_id} went to a contact that was removed"


def paused(record: Record) -> Iterator[str]:
    """No item asks while all that is open is promised, disputed or under a plan that runs on schedule."""
    zone = ZoneInfo(record.rules.zone)
    for sent in record.sends:
        if not sent.asks:
            continue
        today = sent.decided.at.astimezone(zone).date()
        for item in record.included(sent):
            if why := _pause(record, item, sent.decided.number, today):
                yield f"mailing {sent.mailing_id} asked for an invoice although {why}"


def chaseable(record: Record, invoice_id: str, number: int, today: date) -> tuple[int, str]:
    """Return what may be asked for, in minor units, and what pauses the rest."""
    invoice = record.history.before("invoice", invoice_id, number)
    if invoice is None or invoice["state"] != "open":
        return 0, "nothing was open"
    left, why = int(invoice["open_minor"]), []
    promises = [
        each
        for each in _rows(record, "promise", invoice_id, number)
        if each["state"] == "running" and today <= _day(each["promised_on"]) + timedelta(each["grace_days"])
    ]
    if promises:
        left -= max(0, sum(each["amount_minor"] for each in promises) - _came_since(record, promises, number))
        why.append("a promise runs")
    for dispute in _rows(record, "dispute", invoice_id, number):
        if dispute["state"] == "open" and not dispute["is_test"]:
            left -= dispute["amount_minor"]
            why.append("it was disputed")
    return max(0, left), " and ".join(why)


def _came_since(record: Record, promises: list[dict[str, Any]], number: int) -> int:
    """Return the most that can have come in since the first of the promises was made: what is kept of them."""
    first = min(record.history.versions("promise", each["id"])[0].number for each in promises)
    then = record.history.before("invoice", promises[0]["invoice_id"], first)
    least = then["open_minor"] if then else 0
    for each in record.history.versions("invoice", promises[0]["invoice_id"]):
        if first <= each.number < number:
            least = min(least, each.was["open_minor"])
    return max(0, (then["open_minor"] if then else 0) - least)


def _pause(record: Record, item: dict[str, Any], number: int, today: date) -> str:
    if item["letter"] not in OF_PLANS:
        left, why = chaseable(record, item["invoice_id"], number, today)
        if left == 0:
            return why
        if _on_schedule(record, item["invoice_id"], number, today):
            return "a plan ran on schedule"
    return ""


def _on_schedule(record: Record, invoice_id: str, number: int, today: date) -> bool:
    invoice = record.history.before("invoice", invoice_id, number)
    for plan in _rows(record, "plan", invoice_id, number):
        if plan["state"] == "running" and invoice is not None:
            came = plan["covers_minor"] - invoice["open_minor"]
            due = sum(minor for day, minor in record.instalments.get(plan["id"], ()) if day < today)
            if came >= due:
                return True
    return False


def _rows(record: Record, table: str, invoice_id: str, number: int) -> Iterator[dict[str, Any]]:
    for id_ in record.by_invoice[table].get(invoice_id, ()):
        row = record.history.before(table, id_, number)
        if row is not None:
            yield row


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def amounts(record: Record) -> Iterator[str]:
    """A mail asks for what may be asked for at that moment: the balance less what is promised and disputed."""
    zone = ZoneInfo(record.rules.zone)
    for sent in record.sends:
        if not sent.asks or not sent.mail.text:
            continue
        shown = _digits(sent.mail.text)
        today = sent.decided.at.astimezone(zone).date()
        for item in record.included(sent):
            plans = [each["state"] for each in _rows(record, "plan", item["invoice_id"], sent.decided.number)]
            if item["letter"] in OF_PLANS or "running" in plans or _partly_kept(record, item, sent):
                continue
            asked, _ = chaseable(record, item["invoice_id"], sent.decided.number, today)
            if f"{asked:03}" not in shown:
                yield f"mailing {sent.mailing_id} does not ask for {asked / 100:.2f} on {item['invoice_id']}"


def _partly_kept(record: Record, item: dict[str, Any], sent: Sent) -> bool:
    """Tell whether money came in since a promise was made: how much of it is the promise's own is not told here."""
    number = sent.decided.number
    running = [row for row in _rows(record, "promise", item["invoice_id"], number) if row["state"] == "running"]
    return bool(running) and _came_since(record, running, number) > 0


def _digits(text: str) -> str:
    """Return a text in which amounts are their digits alone, however its language writes them."""
    return re.sub(r"(?<=\d)[.,'’\u00a0\u202f ](?=\d)", "", text)


def held(record: Record) -> Iterator[str]:
    """No item asks while a person's hold lies on its invoice, its account or the contact."""
    by_account = record.history.about("hold", "account_id")
    for sent in record.sends:
        if not sent.asks:
            continue
        invoices = {each["invoice_id"] for each in record.included(sent)}
        for id_ in by_account.get(sent.decided.was["account_id"], ()):
            row = record.history.known("hold", id_, sent.decided)
            if row is None or row["state"] != "active" or _over(row, sent.decided.at):
                continue
            on_contact = row["contact_id"] in (None, sent.decided.was["contact_id"])
            if on_contact and (row["invoice_id"] is None or row["invoice_id"] in invoices):
                yield f"mailing {sent.mailing_id} left in spite of a hold: {row['kind']}"


def excluded(record: Record) -> Iterator[str]:
    """No mail asks a customer who is excluded."""
    for sent in record.sends:
        account = record.history.known("account", sent.decided.was["account_id"], sent.decided)
        if sent.asks and account is not None and account["state"] != "active":
            yield f"mailing {sent.mailing_id} asked an excluded customer"


def gated(record: Record) -> Iterator[str]:
    """Nothing leaves through a closed gate: no mail at all, or none that nobody asked for or approved."""
    for sent in record.sends:
        for id_ in record.history.moments.get("gate", {}):
            row = record.history.known("gate", id_, sent.decided)
            if row is None or row["state"] != "closed" or _over(row, sent.decided.at):
                continue
            if row["segment"] not in (None, sent.decided.was["segment"]):
                continue
            nudged = any(each["unique_key"].startswith("nudge:") for each in record.included(sent))
            by_itself = sent.asks and sent.decided.was["approved_at"] is None and not nudged
            if row["holds"] == "all mail" or by_itself:
                yield f"mailing {sent.mailing_id} left through a closed gate: {row['name']}"


def _over(hold: dict[str, Any], at: datetime) -> bool:
    return hold["until"] is not None and datetime.fromisoformat(hold["until"]) <= at


def softly(record: Record) -> Iterator[str]:
    """No invoice is asked for more than one level more harshly than the last time, and none begins above "overdue".

    A mail whose end nobody heard may have arrived. A person who rejects a draft or strikes a step passes it over.
    """
    reached = _struck(record)
    told: list[tuple[int, Sent | None, list[dict[str, Any]]]] = [
        (sent.decided.number, sent, record.included(sent)) for sent in record.sends if sent.asks
    ]
    told += [(number, None, items) for number, items in _unheard(record)]
    for _, sent, items in sorted(told, key=lambda each: each[0]):
        for item in items:
            if item["enrolment_id"] is None:
                continue
            before = reached.get(item["enrolment_id"], 0)
            if sent is not None and item["severity"] > before + 1:
                yield f"mailing {sent.mailing_id} is harsher than what came before by {item['severity'] - before}"
            reached[item["enrolment_id"]] = max(before, item["severity"])


_SEVERITIES = {"reminder-due": 0, "reminder-overdue": 1, "final-notice": 2}


def _struck(record: Record) -> dict[str, int]:
    """Return how severe the severest step is that was struck out of each enrolment."""
    found: dict[str, int] = {}
    for enrolment in record.history.latest("enrolment"):
        for position, _, letter in record.steps.get(enrolment["cadence_id"], ()):
            if (enrolment["id"], position) in record.vetoes:
                found[enrolment["id"]] = max(found.get(enrolment["id"], 0), _SEVERITIES.get(letter or "", 0))
    return found


def _unheard(record: Record) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the items of mails that were lost track of, or rejected by a person, with the moment at which they were."""
    for versions in record.history.moments.get("mailing", {}).values():
        for moment in versions:
            if moment.was["state"] in {"unknown", "rejected"}:
                ids = record.items.get(moment.id, ())
                rows = [record.history.seen_by("mailing_item", id_, moment) for id_ in ids]
                yield moment.number, [row for row in rows if row is not None and row["state"] == "included"]
                break


def explained(record: Record) -> Iterator[str]:
    """Everything that did not leave says why, and so does everything that waits."""
    for row in record.history.latest("mailing"):
        if row["state"] in ENDED and not row["reason"].strip():
            yield f"mailing {row['id']} is {row['state']} without a reason"
        told = row["waits_reason"] or row["not_before"] or record.ended is None
        if row["state"] == "queued" and not told and _waited(record, row) > record.rules.patience:
            yield f"mailing {row['id']} is queued since {row['queued_at']} and does not say why"
        if row["state"] == "drafted" and not row["needs"]:
            yield f"mailing {row['id']} is a draft and does not say what it needs"
    for row in record.history.latest("mailing_item"):
        if row["state"] == "dropped" and not row["reason"].strip():
            yield f"item {row['id']} was dropped without a reason"
    yield from record.stuck


def _waited(record: Record, row: dict[str, Any]) -> timedelta:
    assert record.ended is not None, "the checker is told when the year ended"
    return record.ended - datetime.fromisoformat(row["queued_at"])


def lost(record: Record) -> Iterator[str]:
    """Each due step of an invoice that may be asked for was done, was overtaken by a later one, or says why not."""
    assert record.ended is not None, "the checker is told when the year ended"
    zone = ZoneInfo(record.rules.zone)
    today = (record.ended - record.rules.patience).astimezone(zone).date()
    planned: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in record.history.latest("mailing_item"):
        if item["enrolment_id"] is not None and item["state"] == "included":
            planned[item["enrolment_id"]].append(item)
    waiting = {each["id"]: each for each in record.history.latest("mailing")}
    for enrolment in record.history.latest("enrolment"):
        if enrolment["state"] != "running" or enrolment["held"]:
            continue
        left, _ = chaseable(record, enrolment["invoice_id"], _AFTER_ALL, record.ended.astimezone(zone).date())
        if not left or _on_schedule(record, enrolment["invoice_id"], _AFTER_ALL, today):
            continue
        invoice = record.history.before("invoice", enrolment["invoice_id"], _AFTER_ALL)
        account = record.history.before("account", invoice["account_id"], _AFTER_ALL) if invoice else None
        if invoice is None or account is None or account["state"] != "active":
            continue
        items = planned[enrolment["id"]]
        if any(waiting[each["mailing_id"]]["state"] in {"drafted", "queued", "sending"} for each in items):
            continue  # it is pending, and says itself what it waits for
        reached = max((each["step"] or 0 for each in items), default=0)
        rest = max((datetime.fromisoformat(each["created_at"]) for each in items), default=None)
        if rest is not None and record.ended - rest < record.rules.rest + record.rules.patience + _WEEKEND:
            continue
        for position, offset, _letter in record.steps[enrolment["cadence_id"]]:
            late = _day(invoice["due_on"]) + timedelta(offset) < today - _WEEKEND
            done = position <= max(reached, enrolment["last_position"])
            if late and not done and (enrolment["id"], position) not in record.vetoes:
                yield f"step {position} of {invoice['number']} (enrolment {enrolment['id']}) was never taken"
        if enrolment["last_position"] > reached and not _excused(record, enrolment):
            yield f"enrolment {enrolment['id']} stands at step {enrolment['last_position']} and reached {reached}"


_AFTER_ALL = 1 << 62
"""A number behind every commit."""

_WEEKEND = timedelta(days=4)
"""The longest a mail may have to wait for a working day."""


def _excused(record: Record, enrolment: dict[str, Any]) -> bool:
    """Tell whether a step that no mail shows was struck out, or taken by an earlier enrolment of the invoice."""
    if any((enrolment["id"], step) in record.vetoes for step in range(1, enrolment["last_position"] + 1)):
        return True
    others = [e for e in record.history.latest("enrolment") if e["invoice_id"] == enrolment["invoice_id"]]
    return len(others) > 1


def jobs(record: Record) -> Iterator[str]:
    """No job is lost: none has failed for good, none is taken and never ended, none is forgotten."""
    for state, count in sorted(record.jobs.items()):
        if count:
            yield f"{count} jobs are left in the state {state}"


def locks(record: Record) -> Iterator[str]:
    """No lock and no transaction is left behind."""
    if record.locks:
        yield f"{record.locks} locks or transactions are left"


Check = Callable[[Record], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    strangers, labelled, paid, complete, hours, rested, caps, once, suppressed, paused, amounts, held, excluded, gated,
    softly, explained, lost, jobs, locks,
)  # fmt: skip


def violations(record: Record) -> dict[str, list[str]]:
    """Run every check and return what each found; nothing when all is well."""
    found = {check.__name__: list(check(record)) for check in CHECKS}
    return {name: sentences for name, sentences in found.items() if sentences}
