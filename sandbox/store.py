"""The sandbox's own storage: documents in one SQLite file, so that a killed demo goes on where it was.

Everything is synchronous and short. Code between ``with store.changes():`` and its end must not await, so that no
other task of the loop writes into the same transaction.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A document as it goes over a wire; its meaning is the vendor's, not ours."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    part TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS document_by_part ON document (kind, part, seq);
"""


class Store:
    """Documents by kind and key, in the order in which they were first written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        self._depth = 0
        self._touched: set[str] = set()
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    def listen(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call *listener* after each commit with the kinds that were written."""
        self._listeners.append(listener)

    @contextmanager
    def changes(self) -> Iterator[None]:
        """Write everything inside or nothing; may be nested, the outermost decides."""
        if self._depth == 0:
            self._connection.execute("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("ROLLBACK")
                self._touched.clear()
            raise
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute("COMMIT")
            touched, self._touched = frozenset(self._touched), set()
            for listener in self._listeners if touched else ():
                listener(touched)

    def put(self, kind: str, key: str, body: Json, *, part: str = "") -> None:
        """Write a document; one that exists keeps its place in the order."""
        with self.changes():
            self._connection.execute(
                "INSERT INTO document (kind, key, part, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, part = excluded.part",
                (kind, key, part, json.dumps(body, ensure_ascii=False, separators=(",", ":"))),
            )
            self._touched.add(kind)

    def get(self, kind: str, key: str) -> Json | None:
        """Return a document, or None."""
        row = self._connection.execute("SELECT body FROM document WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def find(
        self, kind: str, *, part: str | None = None, limit: int = 100_000, oldest_first: bool = False
    ) -> list[Json]:
        """Return documents of a kind, newest first unless told otherwise; the limit keeps the first ones."""
        where, values = ("kind = ? AND part = ?", (kind, part)) if part is not None else ("kind = ?", (kind,))
        order = "ASC" if oldest_first else "DESC"
        rows = self._connection.execute(
            f"SELECT body FROM document WHERE {where} ORDER BY seq {order} LIMIT ?", (*values, limit)
        ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def count(self, kind: str, *, part: str | None = None) -> int:
        """Return how many documents of a kind there are."""
        where, values = ("kind = ? AND part = ?", (kind, part)) if part is not None else ("kind = ?", (kind,))
        return int(self._connection.execute(f"SELECT count(*) FROM document WHERE {where}", values).fetchone()[0])

    def delete(self, kind: str, key: str) -> None:
        """Remove a document if it exists."""
        with self.changes():
            self._connection.execute("DELETE FROM document WHERE kind = ? AND key = ?", (kind, key))
            self._touched.add(kind)

    def keep_newest(self, kind: str, *, limit: int) -> None:
        """Forget all but the newest *limit* documents of a kind."""
        with self.changes():
            self._connection.execute(
                "DELETE FROM document WHERE kind = ? AND seq <= "
                "(SELECT seq FROM document WHERE kind = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (kind, kind, limit),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
