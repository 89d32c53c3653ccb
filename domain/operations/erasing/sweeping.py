"""Sweeping: a person's words are taken out of the tables, page by page, by statements about whole pages."""

from collections.abc import Mapping
from typing import Any

from domain.kernel.transactions import Transaction
from domain.operations.erasing.places import Place
from domain.operations.erasing.words import CONTACT, Words

PAGE = 2_000
"""Rows that one transaction looks at; each holds its locks for some hundredths of a second."""

KEPT = '{"say"'
"""How a sentence begins that a column of text keeps (``kernel/sentences.py``); it is JSON."""

_TOP = (
    "SELECT {key} AS top FROM (SELECT t.{key} FROM {table} t{after} ORDER BY t.{key} LIMIT %(page)s) page"
    " ORDER BY {key} DESC LIMIT 1"
)


async def page(
    tx: Transaction, place: Place, words: Words, values: Mapping[str, Any], *, after: str, size: int = PAGE
) -> tuple[int, str]:
    """Take the words out of the page behind *after*; return how many rows changed, and where the page ended.

    An empty end says that nothing is left behind it.
    """
    if not place.key:
        return await _changed(tx, place, words, {**values}, window="true"), ""
    known: dict[str, Any] = {**values, "after": after, "page": size}
    behind = f" WHERE t.{place.key} > %(after)s::uuid" if after else ""
    row = await tx.row(_TOP.format(key=place.key, table=place.table, after=behind), known)
    if row is None:
        return 0, ""
    window = f"t.{place.key} <= %(top)s" + (f" AND t.{place.key} > %(after)s::uuid" if after else "")
    return await _changed(tx, place, words, {**known, "top": row["top"]}, window=window), str(row["top"])


def values(words: Words, *, begun: object) -> dict[str, Any]:
    """Return what the statements are given."""
    return {
        "keys": list(words.keys), "stand_ins": list(words.stand_ins), "stand_in": next(iter(words.stand_ins), ""),
        "ids": list(words.ids), "accounts": list(words.accounts), "mark": words.mark, "begun": begun,
        "far": words.far(), "near": words.near(), "far_json": words.far(escaped=True),
        "near_json": words.near(escaped=True), "near_leaf": words.near(alone=False), "bytes": words.as_bytes(),
    }  # fmt: skip


async def _changed(tx: Transaction, place: Place, words: Words, known: dict[str, Any], *, window: str) -> int:
    count = 0
    if words.whom == CONTACT:
        for own in place.own:
            changes = ", ".join(f"{name} = {value}" for name, value in own.become.items())
            differs = " OR ".join(f"t.{name} IS DISTINCT FROM {value}" for name, value in own.become.items())
            count += await tx.execute(
                f"UPDATE {place.table} t SET {changes} WHERE {window} AND ({own.which}) AND ({differs})", known
            )
    if statement := _words_out(place, words, window):
        count += await tx.execute(statement, known)
    return count


def _words_out(place: Place, words: Words, window: str) -> str:
    """Return the statement that takes words out of texts; of rows that are about others, only what is theirs alone."""
    about = place.near if words.whom == CONTACT else "true"
    pattern, leaf = (
        (
            f"CASE WHEN {about} THEN %(near)s ELSE %(far)s END",
            f"CASE WHEN {about} THEN %(near_leaf)s ELSE %(far)s END",
        )
        if about
        else ("%(far)s", "%(far)s")
    )
    texts = {each: f"t.{each}" for each in place.texts} | {
        each: f"array_to_string(t.{each}, chr(10))" for each in place.arrays
    }
    json = {each: f"t.{each}::text" for each in place.json}
    files = {each: f"convert_from(t.{each}, 'UTF8')" for each in place.files}
    if not (texts or json or files):
        return ""
    changes = [f"{each} = words_out_of_text(t.{each}, {pattern}, %(mark)s)" for each in place.texts]
    changes += [
        f"{each} = ARRAY(SELECT words_out_of_text(one, {pattern}, %(mark)s) FROM unnest(t.{each})"
        " WITH ORDINALITY AS u (one, nth) ORDER BY nth)"
        for each in place.arrays
    ]
    changes += [f"{each} = words_out_of_json({text}::json, {leaf}, %(mark)s)::jsonb" for each, text in json.items()]
    changes += [
        f"{each} = convert_to(regexp_replace({text}, %(near)s, %(mark)s, 'gi'), 'UTF8')" for each, text in files.items()
    ]

    def found(which: str) -> str:
        return " OR ".join(
            [
                f"{each} ~* %({which})s OR strpos({each}, '{KEPT}') > 0 AND {each} ~* %({which}_json)s"
                for each in texts.values()
            ]
            + [f"{each} ~* %({which}_json)s" for each in json.values()]
            + [f"{each} ~* %(near)s" for each in files.values()]
        )

    narrowed = f" AND ({about} OR {found('far')})" if about and about != "true" else ""
    looked = found("near") if about else found("far")
    return f"UPDATE {place.table} t SET {', '.join(changes)} WHERE {window} AND {place.only} AND ({looked}){narrowed}"
