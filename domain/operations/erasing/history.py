"""History: a person's words are taken out of the timeline; what happened, when, to which invoice and sum, stays.

Which words of a line are theirs is decided here; the database lets nothing but words go, whoever asks it to
(``erase_from_timeline`` and the trigger of the table in the migration).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.transactions import Row, Transaction
from domain.operations.chat_messages import case_key, entry_key
from domain.operations.erasing.words import CONTACT, Words

PAGE = 5_000
"""Lines that one transaction looks at; only those with a word of theirs are read."""

FIXED = frozenset({"currency", "minor", "kind", "state", "actor_kind"})
"""Fields that the database never lets go."""

WORDY = frozenset({
    "actor", "address", "after", "asked_by", "before", "changes", "decided_by", "deputy_name", "ended", "examples",
    "file", "file_name", "found", "giver", "given_up", "guesses", "instead_of", "name", "names", "note", "notes",
    "others", "outcome", "owner", "owner_before", "owner_name", "person_name", "problems", "proposed_by", "reason",
    "reasons", "sender", "sent_to", "successor", "taker", "title", "to_name", "warnings", "was", "why", "words",
})  # fmt: skip
"""Fields in which names of people may stand; in all others nothing is a name, whatever it looks like."""

THEIRS = frozenset({"note", "reason", "words", "name", "names", "outcome", "sender", "file_name"})
"""Fields that hold what the payer said where the payer acted."""

_TOP = (
    "SELECT id AS top FROM (SELECT id FROM timeline_entry WHERE id > %(after)s ORDER BY id LIMIT %(page)s) page"
    " ORDER BY id DESC LIMIT 1"
)

_LINES = """
    SELECT id, actor, account_id, fact FROM timeline_entry
    WHERE id > %(after)s AND id <= %(top)s AND (
        fact->>'actor_id' = ANY(%(ids)s) OR fact->>'person_id' = ANY(%(ids)s) OR fact->>'contact_id' = ANY(%(ids)s)
        OR actor ~* %(near)s OR fact::text ~* %(near_json)s OR fact::text LIKE ANY(%(whole)s))
    ORDER BY id
"""

_ERASED = "SELECT erase_from_timeline(%s, %s, %s, %s) AS changed"


@dataclass(frozen=True, slots=True)
class _Line:
    id: int
    actor: str
    fact: dict[str, Any]


async def page(core: Core, tx: Transaction, words: Words, *, erasure_id: UUID, after: int) -> tuple[int, int | None]:
    """Take the words out of the lines behind *after*; return how many changed, and where the page ended, if it did."""
    row = await tx.row(_TOP, {"after": after, "page": PAGE})
    if row is None:
        return 0, None
    rows = await tx.rows(
        _LINES,
        {
            "after": after, "top": row["top"], "ids": [str(each) for each in words.ids], "near": words.near(),
            "near_json": words.near(escaped=True), "whole": [f'%"{_like(each)}"%' for each in words.whole],
        },
    )  # fmt: skip
    scrub = Scrubber(words)
    changed = [line for each in rows if (line := scrub.line(each)) is not None]
    if changed:
        done = await tx.row(
            _ERASED,
            (erasure_id, [each.id for each in changed], [each.actor for each in changed],
             [json.dumps(each.fact, ensure_ascii=False) for each in changed]),
        )  # fmt: skip
        assert done is not None
        assert done["changed"] == len(changed), "each line is there"
        await _draw_anew(core, tx, changed)
    return len(changed), int(row["top"])


async def _draw_anew(core: Core, tx: Transaction, lines: list[_Line]) -> None:
    """Queue that what the operators' chat shows of these lines is drawn anew."""
    by_key = {entry_key(each.id): each.id for each in lines}
    cases = {case_key(UUID(number)): each.id for each in lines if (number := each.fact.get("invoice_id"))}
    shown = await tx.rows(
        "SELECT key FROM chat_message WHERE key = ANY(%s) AND ts IS NOT NULL", ([*by_key, *cases],)
    )  # fmt: skip
    keys = {row["key"] for row in shown}
    told = [number for key, number in by_key.items() if key in keys]
    if told:
        await core.jobs.defer(tx, "redraw_lines", entry_ids=told)
    await core.jobs.defer_many(tx, "redraw_case", [{"entry_id": cases[key]} for key in sorted(keys & set(cases))])


class Scrubber:
    """Knows which words of a line are a person's."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ids = {str(each) for each in words.ids}
        self._accounts = set(words.accounts)
        self._far = re.compile(words.far(), re.IGNORECASE)
        self._near = re.compile(words.near(), re.IGNORECASE)
        self._named = re.compile(words.near(named=True), re.IGNORECASE)

    def line(self, row: Row) -> _Line | None:
        """Return the line without the person's words, or None when it has none."""
        fact = row["fact"] if isinstance(row["fact"], dict) else json.loads(row["fact"])
        own = fact.get("actor_id") in self._ids
        about = own or bool(self._ids & {fact.get("contact_id"), fact.get("person_id")})
        near = self._words.whom != CONTACT or about or row["account_id"] in self._accounts
        pattern = self._named if about else self._near if near else self._far
        said = own and self._words.whom == CONTACT

        def leaf(name: str, text: str) -> str:
            if (own and name == "actor") or (said and name in THEIRS and text):
                return self._words.mark
            if about and self._words.whom != CONTACT and name == "person_name":
                return self._words.mark
            if name == "of" and fact.get("person_id") in self._ids:  # elsewhere it is a kind of something
                return pattern.sub(self._words.mark, text)
            return (pattern if name in WORDY else self._far).sub(self._words.mark, text)

        after = _walked(fact, leaf, "")
        actor = leaf("actor", row["actor"])
        return None if (after, actor) == (fact, row["actor"]) else _Line(row["id"], actor, after)


def _walked(value: Any, leaf: Callable[[str, str], str], name: str) -> Any:
    if isinstance(value, str):
        return value if name in FIXED or _FIXED.fullmatch(value) else leaf(name, value)
    if isinstance(value, list):
        return [_walked(each, leaf, name) for each in value]
    if isinstance(value, dict) and value.keys() not in _FIGURES:
        inside = name in WORDY
        return {
            key: _walked(each, leaf, "words" if inside and key not in FIXED else key) for key, each in value.items()
        }
    return value


_FIGURES = ({"day"}, {"number"})
"""Values of a kept sentence (``kernel/sentences.py``) that would be none without a part of them."""

_FIXED = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:[T ].*)?", re.DOTALL)
"""Ids, days and moments, as the database has it."""


def _like(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
