"""Signatures: does a mail carry DKIM signatures that hold (RFC 6376), verified by dkimpy in a process of its own.

The keys are looked up here, through a port; the process gets the mail and the keys, no network and no secrets. It is
killed when it takes too long: its expressions need minutes for a megabyte of blanks.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from domain.deliverability.reading import mime
from domain.deliverability.sender_records import Records, Unanswered, tags_of

MAX_BYTES = 4 * 1024 * 1024
"""Of a mail whose signatures are checked; complaints have some kilobytes."""

MOST_SIGNATURES = 5
"""Of one mail that are checked, from the top."""

SECONDS = 10.0
"""For all signatures of one mail."""

_ROOT = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from domain.deliverability import signature_child; "
    "signature_child.serve()"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature."""

    domain: str
    selector: str
    result: str
    """``pass``, ``fail``, ``neutral`` (not checked), ``permerror`` or ``temperror``, as RFC 8601 calls them."""
    why: str = ""


async def verified(raw: bytes, records: Records, *, seconds: float = SECONDS) -> tuple[Signed, ...]:
    """Verify the signatures of a mail; nothing for a mail without any."""
    found = _claimed(raw)
    if not found:
        return ()
    if len(raw) > MAX_BYTES:
        return tuple(Signed(domain, selector, "neutral", "the mail is too large") for domain, selector in found)
    keys, silent = dict[str, str](), set[str]()
    for domain, selector in dict.fromkeys(found):
        name = f"{selector}._domainkey.{domain}"
        try:
            told = [each for each in await records.texts(name) if "p=" in each.replace(" ", "")]
            keys |= {name: told[0]} if told else {}
        except Unanswered:
            silent.add(name)
    answer = await _asked(raw, keys, seconds)
    if answer is None:
        return tuple(Signed(domain, selector, "neutral", "could not be checked in time") for domain, selector in found)
    return tuple(_judged(each, keys, silent) for each in answer)


def _claimed(raw: bytes) -> list[tuple[str, str]]:
    """Return domain and selector of each signature, from the top."""
    headers, _ = mime.split(raw)
    told = [tags_of(each) for each in headers.all("dkim-signature")[:MOST_SIGNATURES]]
    return [(each.get("d", "").lower(), each.get("s", "").lower()) for each in told]


def _judged(told: dict[str, str], keys: dict[str, str], silent: set[str]) -> Signed:
    domain, selector, result, why = (str(told.get(each, ""))[:253] for each in ("d", "s", "result", "why"))
    name = f"{selector}._domainkey.{domain}"
    if domain and name in silent:
        return Signed(domain, selector, "temperror", "no answer from the name servers")
    if result != "pass" and domain and name not in keys:
        return Signed(domain, selector, "permerror", "its key is not published")
    return Signed(domain, selector, result, why)


async def _asked(raw: bytes, keys: dict[str, str], seconds: float) -> list[dict[str, str]] | None:
    """Return what the process says of each signature, or None when it died or had to be killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _PROGRAM, _ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, start_new_session=True)  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            out, _ = await process.communicate(json.dumps(keys).encode("ascii") + b"\n" + raw)
        return list(json.loads(out)) if process.returncode == 0 else None
    except (TimeoutError, ValueError):
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
