"""Read the machine-readable parts of reports: delivery status (RFC 3464) and feedback (RFC 5965)."""

import re
from dataclasses import dataclass

from domain.deliverability.reading import found_addresses, mime, reasons

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
FEEDBACK_TYPE = "message/feedback-report"

MAX_BLOCKS = 200
"""Recipients of one report; a real one names a handful."""

_FINAL = re.compile(r"^(?:final|original)-recipient:", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_ONCE = frozenset({"final-recipient", "original-recipient", "action"})
_TELLING = ("final-recipient", "original-recipient", "action", "diagnostic-code")
_FAILED = ("fail", "error", "undeliver", "bounce", "reject")
_TYPED = re.compile(r"^\s*(?:smtp|x-[\w-]+|lmtp|dns|unknown)\s*;\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """What a delivery report says of one recipient."""

    original: str
    final: str
    actual: str
    odd: str
    """The final recipient's text where it is no address, such as a pipe."""
    action: str
    """``failed``, ``delayed`` or ``delivered``; empty when the report does not say."""
    status: str
    diagnostic: str
    remote: str

    @property
    def address(self) -> str:
        """The address that was mailed: the original recipient before the final one."""
        return self.original or self.final or self.actual

    @property
    def also(self) -> tuple[str, ...]:
        """The other spellings."""
        others = (self.final, self.actual)
        return tuple(dict.fromkeys(each for each in others if each and each != self.address))


def status_blocks(text: str) -> list[StatusBlock]:
    """Read the recipient blocks of a delivery-status part, or of prose that holds the same fields.

    Blocks end at a blank line; some systems leave it out, so a field that comes a second time begins a block too.
    """
    blocks: list[list[tuple[str, str]]] = [[]]
    for paragraph in re.split(r"\n[ \t]*\n", text.strip())[:MAX_BLOCKS]:
        blocks.append([])
        for name, value in mime.fields_of(paragraph.strip()).fields:
            if name in _ONCE and any(each == name for each, _ in blocks[-1]):
                blocks.append([])
            blocks[-1].append((name, value))
    found = [mime.Headers(tuple(block)) for block in blocks[: 2 * MAX_BLOCKS]]
    return [_block(each) for each in found if any(name in each for name in _TELLING)]


def has_status_fields(text: str) -> bool:
    """Tell whether prose holds the fields of a delivery report."""
    return _FINAL.search(text) is not None


def _block(headers: mime.Headers) -> StatusBlock:
    final, odd = found_addresses.of_field(headers.get("final-recipient"))
    original, _ = found_addresses.of_field(headers.get("original-recipient"))
    actual, _ = found_addresses.of_field(headers.get("x-actual-recipient"))
    if "@" in original and "." not in original.rpartition("@")[2] and final:
        original = ""
    status = _STATUS.search(headers.get("status"))
    diagnostic = mime.words(headers.get("diagnostic-code"))
    return StatusBlock(
        original=original, final=final, actual=actual, odd=odd, action=_action(headers.get("action")),
        status=status[0] if status else "",
        diagnostic=_TYPED.sub("", diagnostic).strip()[: reasons.MAX_DIAGNOSTIC],
        remote=headers.get("remote-mta").partition(";")[2].strip().lower(),
    )  # fmt: skip


def _action(value: str) -> str:
    word = value.strip().lower()
    if word.startswith(_FAILED):
        return "failed"
    if word.startswith("delay"):
        return "delayed"
    return "delivered" if word.startswith(("deliver", "relay", "expand")) else ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a complaint report says."""

    type: str
    recipients: tuple[str, ...]


def feedback(headers: mime.Headers) -> Feedback:
    """Read the fields of a feedback report; redacted recipients are left out."""
    names = ("original-rcpt-to", "removal-recipient", "final-recipient", "x-original-recipient")
    found = [
        address for name in names for value in headers.all(name) if (address := found_addresses.of_field(value)[0])
    ]
    kind = re.sub(r"[^a-z-]", "", headers.get("feedback-type").strip().lower().replace("_", "-"))
    return Feedback(kind or "other", tuple(dict.fromkeys(each for each in found if not is_redacted(each))))


def is_redacted(address: str) -> bool:
    """Tell whether an address in a complaint was made unreadable by the provider."""
    local, _, domain = address.partition("@")
    return "redact" in address or local in ("", "hidden", "undisclosed", "anonymous", "xxx", "x") or "redact" in domain
