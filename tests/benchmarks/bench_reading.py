"""Mails read a second on one core, against the standard library that only takes the same mails apart.

Ours goes from the bytes to the finished reading: headers, parts, decoded text, rules, tables, reasons, message ids and
tokens. Bare is ``email.message_from_bytes`` and nothing else: nothing decoded, nothing looked up. Both read the real
samples where they lie beside the checkout, else the mails of our own. They take turns at small batches, and the best
time of each batch counts, so that what else the machine does at a moment falls on neither.
"""

import email
import gc
import time
from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Any

from domain.deliverability.reading import read
from tests.shared_data import sample_path

LIMIT = 0.35
"""Least share of the bare parser's mails."""

LEAST = 1000
"""Mails a second of one core, whatever the bare parser does."""

ROUNDS = 9
BATCH = 20
"""Mails between two looks at the clock: some ten milliseconds of work."""

OWN = Path(__file__).resolve().parents[1] / "mails"


def _mails() -> list[bytes]:
    """Return real samples where there are any, line ends as SMTP brings them, else our own mails."""
    folder = sample_path("mail", "eml")
    files = sorted((folder if folder.exists() else OWN).glob("*.eml"))
    return [file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for file in files]


def _seconds(work: Callable[[bytes], object], mails: list[bytes]) -> float:
    begun = time.process_time()
    for raw in mails:
        work(raw)
    return time.process_time() - begun


def _bare(raw: bytes) -> object:
    return email.message_from_bytes(raw, policy=policy.compat32)


def run() -> list[dict[str, Any]]:
    """Measure reading against the bare parser, and against the floor that the product promises."""
    mails, mine, other = _mails(), 0.0, 0.0
    gc.freeze()  # as the reading process does
    for start in range(0, len(mails), BATCH):
        batch = mails[start : start + BATCH]
        times = [(_seconds(read, batch), _seconds(_bare, batch)) for _ in range(ROUNDS)]
        mine += min(ours for ours, _ in times)
        other += min(bare for _, bare in times)
    gc.unfreeze()
    ours, bare = len(mails) / mine, len(mails) / other
    name = f"{len(mails)} mails read on one core"
    return [
        {"name": f"{name}, against a bare parse", "unit": "mails/s", "ours": ours, "bare": bare, "limit": LIMIT},
        {"name": f"{name}, against what is promised", "unit": "mails/s", "ours": ours, "bare": LEAST, "limit": 1.0},
    ]
