"""Rules for reports of failed or late delivery."""

import json
from dataclasses import replace

from domain.deliverability.reading import found_addresses, prose, reasons, report
from domain.deliverability.reading.look import Look
from domain.deliverability.reading.readings import Kind, Reading, RecipientReading

MAX_RECIPIENTS = 200


def by_report(look: Look) -> Reading | None:
    """Read a delivery report (RFC 3464) in its own part, or as fields in the prose."""
    text = look.status_text
    if text is None or not (look.mail.type == "multipart/report" or _is_machine(look)):
        return None
    blocks = report.status_blocks(text)
    if not blocks:
        return None
    if all(block.action in ("delayed", "") for block in blocks) and look.delayed:
        return _reading(look, Kind.DELAYED, "delivery-report", [_of_block(look, each, len(blocks)) for each in blocks])
    failed = [each for each in blocks if each.action in ("failed", "")]
    late = [each for each in blocks if each.action == "delayed"]
    if any(reasons.is_challenge(each.diagnostic) for each in failed):
        return Reading(Kind.OTHER, "challenge", because=("the refusing server asks for a confirmation",))
    if failed and all(reasons.temporary(each.status, each.diagnostic) for each in failed) and look.delayed:
        failed, late = [], failed
    if failed or late:
        kind, chosen = (Kind.BOUNCE, failed) if failed else (Kind.DELAYED, late)
        return _reading(look, kind, "delivery-report", [_of_block(look, each, len(chosen)) for each in chosen])
    return Reading(Kind.OTHER, "delivered", because=("the report tells of success",))


def by_header(look: Look) -> Reading | None:
    """Read a report whose recipients stand in ``X-Failed-Recipients``."""
    if not look.failed_recipients or not (look.from_daemon or look.null_sender or look.failure_text):
        return None
    said = {entry.address: entry for entry in prose.entries(look.text, not_these=frozenset())}
    found = []
    for address in look.failed_recipients[:MAX_RECIPIENTS]:
        entry = said.get(address) or prose.Entry(address, prose.said_of(address, look.text))
        found.append(_of_entry(look, entry, len(look.failed_recipients)))
    return _reading(look, _prose_kind(look), "failed-recipients", found)


def by_prose(look: Look) -> Reading | None:
    """Read a report in prose, when enough speaks for a mail system as its writer."""
    signs = _signs(look)
    told = look.failure_subject or _looks_like_a_report(look) or ((look.failure_text or look.delayed) and (
        look.from_daemon or look.returned.present or look.mail.type == "multipart/report"))  # fmt: skip
    if sum(signs.values()) < 4 or not told:
        return None
    if look.asks_to_confirm:
        return None
    domain = look.sender_address.rpartition("@")[2]
    entries = prose.entries(look.text, not_these=look.not_recipients, domain=domain)
    if not entries and len(look.returned.recipients) == 1:
        entries = [prose.Entry(look.returned.recipients[0], look.text[: 2 * reasons.MAX_DIAGNOSTIC])]
    if not entries and (inner := look.wrapped) is not None and (found_inside := by_report(inner) or by_prose(inner)):
        return found_inside
    if all(each.weak for each in entries) and not (look.returned.present or look.from_daemon or look.server_answer
                                                   or look.mail.type == "multipart/report"):  # fmt: skip
        return None  # parcels are not delivered either, and people leave companies
    found = [_of_entry(look, _whole(look, each), len(entries)) for each in entries[:MAX_RECIPIENTS]]
    return _reading(look, _prose_kind(look), "failure-prose", found, because=tuple(signs))


def by_notification(look: Look) -> Reading | None:
    """Read the JSON with which a sending service tells by mail what became of a mail."""
    start = look.whole_text.lstrip()[:1]
    if start != "{" or '"notificationType"' not in look.whole_text[:400]:
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(look.whole_text.lstrip())
        kind = str(told["notificationType"]).lower()
        found = told.get(kind, {})
        if kind == "bounce":
            return _reading(
                look,
                Kind.BOUNCE,
                "notification-json",
                [_of_notification(each) for each in _listed(found, "bouncedRecipients")],
            )
        if kind == "complaint":
            people = [
                RecipientReading(found_addresses.clean(str(each.get("emailAddress", ""))))
                for each in _listed(found, "complainedRecipients")
            ]
            feedback = str(found.get("complaintFeedbackType") or "abuse")
            return Reading(
                Kind.COMPLAINT,
                "notification-json",
                tuple(each for each in people if each.address),
                feedback_type=feedback,
            )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Reading(Kind.OTHER, "delivered", because=("the notification tells of success",))


def _listed(value: dict[str, object], name: str) -> list[dict[str, object]]:
    found = value.get(name, [])
    return [each for each in found if isinstance(each, dict)][:MAX_RECIPIENTS] if isinstance(found, list) else []


def _of_notification(told: dict[str, object]) -> RecipientReading:
    diagnostic = str(told.get("diagnosticCode", ""))
    verdict = reasons.verdict(diagnostic, status=str(told.get("status", "")))
    return RecipientReading(found_addresses.clean(str(told.get("emailAddress", ""))), verdict.status,
                            diagnostic[: reasons.MAX_DIAGNOSTIC], verdict.reason, verdict.hard,
                            because=verdict.because)  # fmt: skip


def _of_block(look: Look, block: report.StatusBlock, how_many: int) -> RecipientReading:
    """Judge one block, with what the prose says of that recipient."""
    address = block.address
    if not address:
        spare = look.failed_recipients or [each.address for each in prose.entries(block.odd, not_these=frozenset())]
        spare = spare or [_whole(look, each).address for each in
                          prose.entries(look.text, not_these=look.not_recipients)]  # fmt: skip
        spare = spare or look.returned.recipients
        address = spare[0] if len(spare) == 1 or (how_many == 1 and spare) else ""
    around = prose.said_of(address or block.odd, look.text) if how_many > 1 else look.text[:4000]
    stage = (
        prose.transcript_stage(around)
        or reasons.stage_of(block.diagnostic)
        or reasons.stage_of(around)
        or reasons.Stage.UNKNOWN
    )
    said = block.diagnostic or prose.said_of(block.final or address, look.text)
    context = around if how_many == 1 or not block.diagnostic else ""
    verdict = reasons.verdict(said, status=block.status, context=context, remote=block.remote, stage=stage)
    return RecipientReading(address, verdict.status or block.status, said[: reasons.MAX_DIAGNOSTIC].strip(),
                            verdict.reason, verdict.hard, block.also, verdict.because)  # fmt: skip


def _of_entry(look: Look, entry: prose.Entry, how_many: int) -> RecipientReading:
    stage = entry.stage or prose.transcript_stage(entry.said)
    verdict = reasons.verdict(entry.said, context=look.text[:2000] if how_many == 1 else "", stage=stage)
    return RecipientReading(entry.address, verdict.status, entry.said[: reasons.MAX_DIAGNOSTIC].strip(" :"),
                            verdict.reason, verdict.hard, because=verdict.because)  # fmt: skip


def _whole(look: Look, entry: prose.Entry) -> prose.Entry:
    """Complete an address that was cut off in the prose, where the returned mail has it whole."""
    whole = look.returned.recipients
    if entry.address in whole:
        return entry
    longer = [each for each in whole if each.startswith(entry.address)]
    return replace(entry, address=longer[0]) if len(longer) == 1 else entry


def _reading(
    look: Look, kind: Kind, rule: str, found: list[RecipientReading], because: tuple[str, ...] = ()
) -> Reading:
    """Put a reading together: each recipient once, nobody dead while the mail is still being tried."""
    merged: dict[str, RecipientReading] = {}
    unnamed: RecipientReading | None = None
    for each in found[:MAX_RECIPIENTS]:
        late = kind is Kind.DELAYED and each.hard
        judged = replace(each, hard=False) if late else each
        if not each.address:
            unnamed = unnamed or judged
        elif each.address not in merged or (judged.hard and not merged[each.address].hard):
            merged[each.address] = judged
    if not merged and unnamed is None:
        verdict = reasons.verdict(look.text[: 2 * reasons.MAX_DIAGNOSTIC])
        unnamed = RecipientReading("", verdict.status, "", verdict.reason, verdict.hard and kind is Kind.BOUNCE,
                                   because=verdict.because)  # fmt: skip
    return Reading(kind, rule, tuple(merged.values()), unnamed=None if merged else unnamed, because=because)


def _prose_kind(look: Look) -> Kind:
    return Kind.DELAYED if look.delayed else Kind.BOUNCE


def _is_machine(look: Look) -> bool:
    """Whether a mail system, and not a person who quotes one, wrote a mail that is not marked as a report."""
    return not look.answers and (look.from_daemon or look.null_sender or look.failure_subject)


def _looks_like_a_report(look: Look) -> bool:
    """Whether a mail system sends a mail back, or tells what a server answered, in words that nobody has seen."""
    if not look.from_daemon or "in-reply-to" in look.headers or look.tells_of_success:
        return False
    return look.server_answer or look.returned.present or look.refusal_text or _names_somebody(look)


def _names_somebody(look: Look) -> bool:
    """Whether a program that only delivers mail names one other than us and we know none of its words."""
    if not look.null_sender or look.failure_text or look.tells_of_success:
        return False
    return found_addresses.is_mailer(look.sender) and bool(
        prose.entries(look.text, not_these=look.not_recipients, domain=""))  # fmt: skip


def _signs(look: Look) -> dict[str, int]:
    """Return what speaks for a mail system as the writer, with weights; a person's mail stays below four."""
    signs = {
        "a mail system as sender": 2 * look.from_daemon,
        "no return path": 1 * look.null_sender,
        "subject of a report": 2 * look.failure_subject,
        "text of a report": 2 * (look.failure_text or (look.from_daemon and look.delayed)),
        "a daemon that names somebody": 2 * _names_somebody(look),
        "the answer of a mail server": 1 * (look.from_daemon and look.server_answer),
        "words of a refusal": 2 * (look.from_daemon and not look.failure_text and look.refusal_text),
        "brings a mail back": (1 + look.from_daemon) * (look.returned.present and not look.answers),
        "marked as a report": 2 * (look.mail.type == "multipart/report"),
        "marked as automatic": 1 * (look.headers.get("auto-submitted").lower().startswith("auto")),
        "a newsletter": -4 * ("list-unsubscribe" in look.headers and not (look.from_daemon or look.returned.present)),
        "answers or forwards": -4 * (look.answers and not look.from_daemon),
        "brings its own writer's mail": -4 * (look.sender_address in look.returned.senders and not look.from_daemon),
        "shows the report of another": -4 * (look.shows_anothers_report and not look.null_sender),
    }
    return {name: weight for name, weight in signs.items() if weight}
