"""The reject log: which rows wait, where, why, and what to do, as CSV that a spreadsheet opens without harm."""

import codecs
import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple, Self

from domain.ledger.csv_import.faults import REJECTED, Fault
from domain.ledger.csv_import.headers import Columns, F

HEADERS = ("line", "column", "value", "code", "what to do")

LONGEST_VALUE = 200
"""Characters of a value in the log: enough to find it."""

_SPOOLED_IN_MEMORY = 1 << 20


_INSIDE = re.compile(r"([;\t\r\n][ \u00a0]*)([=+\-@＝＋－＠])")
"""Where a spreadsheet that expects another delimiter would begin a cell."""


class Reject(NamedTuple):
    """One thing that is wrong with one row."""

    line: int
    column: str
    value: str
    code: str


class RejectLog:
    """What was rejected while the file was read, kept on disk in the order of the file."""

    def __init__(self) -> None:
        self._spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            _SPOOLED_IN_MEMORY, "w+", encoding="utf-8", newline=""
        )
        self._rows = csv.writer(self._spool)
        self.rows = 0
        """Rows with at least one fault."""
        self.codes: Counter[str] = Counter()
        """Rows by their first fault, so that the numbers add up."""

    def add(self, faults: Mapping[int, Sequence[Fault]], columns: Columns[F]) -> None:
        """Keep the faults of some rows, which stand later in the file than those before."""
        for line, each in sorted(faults.items()):
            for fault in each:
                value = fault.value[:LONGEST_VALUE].replace("\0", "\ufffd")
                self._rows.writerow((line, columns.header(fault.field), value, fault.code))
            self.codes[each[0].code] += 1
        self.rows += len(faults)

    def clear(self) -> None:
        """Forget all, when the file is read once more."""
        self._spool.seek(0)
        self._spool.truncate()
        self.rows = 0
        self.codes.clear()

    def __iter__(self) -> Iterator[Reject]:
        self._spool.seek(0)
        for line, column, value, code in csv.reader(self._spool):
            yield Reject(int(line), column, value, code)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the disk space back."""
        self._spool.close()


def harmless(text: str) -> str:
    """Return the text so that a spreadsheet shows it and does not run it as a formula."""
    text = _INSIDE.sub(r"\1'\2", text)
    bare = text.lstrip(" \u00a0")
    return f"'{text}" if bare[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠"} else text


def is_log(head: bytes) -> bool:
    """Tell by its first bytes whether a file is a reject log, which may be replaced by a newer one."""
    return head.startswith(codecs.BOM_UTF8 + ",".join(HEADERS).encode())


async def write(
    sink: BinaryIO, log: RejectLog, later: AsyncIterator[Reject], *, codes: Mapping[str, str] = REJECTED
) -> None:
    """Write both kinds of rejects, those found while reading and those found by comparing, in the order of lines."""
    text = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    out.writerow(HEADERS)
    early = iter(log)
    waiting = next(early, None)
    async for reject in later:
        while waiting is not None and waiting.line <= reject.line:
            out.writerow(_shown(waiting, codes))
            waiting = next(early, None)
        out.writerow(_shown(reject, codes))
    while waiting is not None:
        out.writerow(_shown(waiting, codes))
        waiting = next(early, None)
    text.detach()


def _shown(reject: Reject, codes: Mapping[str, str]) -> tuple[object, ...]:
    return (reject.line, harmless(reject.column), harmless(reject.value), reject.code, codes[reject.code])
