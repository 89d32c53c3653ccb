"""Rules for complaints: people who pressed "this is spam", as their providers report it."""

import re
from collections.abc import Iterable

from domain.deliverability.reading import found_addresses, mime, report
from domain.deliverability.reading.look import Look
from domain.deliverability.reading.readings import Kind, Reading, RecipientReading

_MARK = re.compile(rb"[Ff](?:EEDBACK|eedback)-[Tt](?:YPE|ype):")
_MARKS = ("x-hmxmroriginalrecipient", "x-original-recipient", "x-aol-inrly")


def by_report(look: Look) -> Reading | None:
    """Read a feedback report (RFC 5965), in its own part or as fields in a part of another type."""
    part = look.mail.first(report.FEEDBACK_TYPE)
    fields = mime.fields(part.content().strip()) if part else _loose_fields(look)
    if fields is None:
        return None
    told = report.feedback(fields)
    people = tuple(RecipientReading(each) for each in told.recipients) or _derived(_from_returned(look))
    return Reading(Kind.COMPLAINT, "feedback-report", people, feedback_type=told.type)


def by_forward(look: Look) -> Reading | None:
    """Read a complaint that is no more than the forwarded mail, marked by its sender or its headers."""
    headers = look.returned.headers
    marked = [address for name in _MARKS for value in headers.all(name) if (address := found_addresses.clean(value))]
    said = look.subject.lower().startswith(("complaint about message", "abuse report", "spam report"))
    if not marked and not (said and look.returned.present):
        return None
    if not marked and look.answers:
        return None
    people = _derived(marked or _from_returned(look))
    return Reading(Kind.COMPLAINT, "junk-report", people, feedback_type="abuse")


def _derived(people: Iterable[str]) -> tuple[RecipientReading, ...]:
    """Return recipients whom the report does not name itself, marked as such."""
    why = ("named by the header of the embedded mail only",)
    return tuple(RecipientReading(each, because=why, derived=True) for each in people)


def _loose_fields(look: Look) -> mime.Headers | None:
    if "report-type" in look.mail.parameters and "feedback" not in look.mail.parameters["report-type"].lower():
        return None
    for part in look.mail.parts:
        if part.type in mime.EMBEDDED or part.type == "text/html":
            continue
        if _MARK.search(part.body, 0, 8192):
            fields = mime.fields(part.content(16384).strip())
            if "feedback-type" in fields and ("user-agent" in fields or "version" in fields):
                return fields
    return None


def _from_returned(look: Look) -> tuple[str, ...]:
    """Return the recipient of the embedded mail where its header names exactly one and was not redacted."""
    headers = look.returned.headers
    for name in _MARKS:
        if marked := found_addresses.clean(headers.get(name)):
            return (marked,)
    named = [each for each in look.returned.recipients if not report.is_redacted(each)]
    return tuple(named) if len(named) == 1 else ()
