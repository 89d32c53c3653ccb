"""How previews, versions and health of policies read on a terminal."""

from collections.abc import Iterator

from domain.policies.health import SegmentHealth
from domain.policies.previews import Calendar, Preview, SegmentPreview
from domain.policies.queries import PolicyVersion


def version(each: PolicyVersion) -> str:
    """Return one line about a version."""
    decided = (
        f", {each.state} {each.decided_at:%Y-%m-%d %H:%M} UTC by {each.decided_by}"
        if each.decided_at and each.decided_by
        else f", {each.state}"
    )
    notes = f": {' '.join(each.notes.split())}" if each.notes else ""
    return f"{each.version:4}  made {each.made_at:%Y-%m-%d %H:%M} UTC by {each.made_by}{decided}{notes}"


def preview(shown: Preview) -> Iterator[str]:
    """Yield the lines of a preview."""
    for segment in shown.segments:
        yield from _segment(segment)
    if shown.unmatched_count:
        yield f"No segment takes {shown.unmatched_count} open invoices, so nobody reminds of them:"
        for each in shown.unmatched:
            yield f"  {each.number}  {each.account_name}  {each.balance}  {each.days_past_due} days past due"
        if shown.unmatched_count > len(shown.unmatched):
            yield f"  … and {shown.unmatched_count - len(shown.unmatched)} more"
    else:
        yield "Every open invoice has its segment."
    for overlap in shown.overlaps:
        yield (
            f"{overlap.first} and {overlap.second} both match {overlap.invoices} open invoices; "
            f"{overlap.first} takes them"
        )
    for currency, count in shown.without_rate.items():
        yield (f"{currency} has no rate (PLIXO_RATES), so {count} open invoices in it meet no condition on the balance")
    for warning in shown.warnings:
        yield f"Look at this: {warning}"


def _segment(segment: SegmentPreview) -> Iterator[str]:
    reach = f", {segment.mailable * 100 // segment.invoices} % with a contact" if segment.invoices else ""
    amounts = ", ".join(str(each) for each in segment.amounts) or "nothing open"
    yield f"{segment.name} ({segment.mode}, cadence {segment.cadence}): {segment.invoices} invoices, {amounts}{reach}"
    for step in segment.steps:
        yield f"  {step.position:2}. day {step.day:+4}  {step.what}: {step.due_today} due today, {step.reached} reached"
    yield from _calendar(segment.calendar)


def _calendar(calendar: Calendar) -> Iterator[str]:
    sample = calendar.invoice_number or "an invoice"
    yield f"  For example {sample}, due on {calendar.due_on:%a %Y-%m-%d}:"
    for day in calendar.days:
        note = f" ({day.note})" if day.note else ""
        yield f"    {day.on:%a %Y-%m-%d}  {when(day.day)}: {day.what}{note}"


def when(day: int) -> str:
    """Return a step's day in words, so that nobody has to trust a sign."""
    if day == 0:
        return "on the due date"
    days = f"{abs(day)} day{'' if abs(day) == 1 else 's'}"
    return f"{days} {'after' if day > 0 else 'before'} the due date"


def health(fares: SegmentHealth, blocking: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines about how a segment fares."""
    if fares.at is None:
        yield f"{fares.segment}: not judged yet"
        return
    adherence = "no promises judged" if fares.adherence is None else f"{fares.adherence:.0%} of promises kept"
    yield (
        f"{fares.segment}: {fares.open_count} open invoices, {fares.coverage:.0%} with a contact; past week: "
        f"{fares.sent_week} mails sent, {fares.bounced_week} came back, {fares.paid_week} payments, "
        f"{fares.reversed_week} went back; {adherence}"
    )
    for why in blocking:
        yield f"  no Autopilot: {why}"
