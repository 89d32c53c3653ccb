"""The process that verifies signatures: takes keys and one mail from standard input, answers with results as JSON."""

import json
import resource
import signal
import sys

import dkim

from domain.deliverability.signatures import MOST_SIGNATURES

MEMORY_BYTES = 768 * 1024 * 1024
"""Address space of the process; the largest mail that is checked needs a tenth of it."""

SECONDS_AT_MOST = 60
"""Counted by the process itself: whoever started it ends it long before, unless it died in the meantime."""


def serve() -> None:
    """Answer once."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(SECONDS_AT_MOST)  # nobody catches it, so it ends the process
    keys = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(results(sys.stdin.buffer.read(), keys)))


def results(raw: bytes, keys: dict[str, str]) -> list[dict[str, str]]:
    """Return domain, selector, result and reason of each signature, from the top."""

    def published(name: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        text = keys.get(name.decode("ascii", "replace").rstrip(".").lower())
        return text.encode("utf-8") if text else None

    try:
        count = sum(name.lower() == b"dkim-signature" for name, _ in dkim.DKIM(raw).headers)
    except dkim.MessageFormatError:
        return [{"result": "permerror", "why": "its headers are malformed"}]
    return [_result(raw, n, published) for n in range(min(count, MOST_SIGNATURES))]


def _result(raw: bytes, index: int, published: object) -> dict[str, str]:
    mail = dkim.DKIM(raw)
    try:
        holds = mail.verify(index, dnsfunc=published)
        result, why = ("pass", "") if holds else ("fail", "the signature does not hold")
        if b"from" not in getattr(mail, "include_headers", ()):
            result, why = "permerror", "the sender is not signed"
        elif holds and b"l" in mail.signature_fields:
            why = "covers a part of the body only"
    except dkim.ValidationError as error:
        changed = "body hash" in str(error)
        result, why = ("fail", "the text was changed") if changed else ("permerror", "not a valid signature")
    except Exception as error:  # the rim: dkimpy raises much else at hostile signatures and keys
        result, why = "permerror", type(error).__name__
    known = {"d": _text(getattr(mail, "domain", None)), "s": _text(getattr(mail, "selector", None))}
    return {**known, "result": result, "why": why}


def _text(value: object) -> str:
    """Return a tag's value; dkimpy leaves texts of its own where a signature could not be read so far."""
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""
