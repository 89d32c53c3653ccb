"""Ordered ids: the ids of rows that are added by the thousand, made in SQL from the lines of the file.

Ordered ids are added to an index several times as fast as random ones, and ``gen_random_uuid()`` costs more than the
rest of a row where PostgreSQL was built without OpenSSL, as the embedded one is.
"""

import secrets
from datetime import datetime

_OF_LINE = "(%({table}_head)s || to_hex({line} + 2147483648) || %({table}_tail)s)::uuid"
"""A UUID of version 7: milliseconds and 12 random bits of the import, the row's line, 32 random bits of the table.

The line is counted from 0x80000000, so that it always has eight digits and begins with the variant; no file has 2^30
lines.
"""

_BESIDE = "(left({other}::text, 28) || %({table}_tail)s)::uuid"
"""The last eight digits are those of the table."""


def of_line(line: str, *, table: str) -> str:
    """Return the SQL of the id that a table's row has by its line."""
    return _OF_LINE.format(line=line, table=table)


def beside(other: str, *, table: str) -> str:
    """Return the SQL of the id that a table's row has by the *other* id, which is another table's of the same line."""
    return _BESIDE.format(other=other, table=table)


def values(now: datetime, *tables: str) -> dict[str, str]:
    """Return the parameters that the ids of these tables need in one import."""
    head = f"{int(now.timestamp() * 1000):012x}7{secrets.token_hex(2)[1:]}"
    return {
        **{f"{table}_head": head for table in tables},
        **{f"{table}_tail": secrets.token_hex(4) for table in tables},
    }
