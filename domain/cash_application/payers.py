"""Payers: which customers a page of bank lines may come from, by bank account, name, and customer number; and learning.

What people confirm, and what a number proved, is remembered: the digest of the payer's bank account, and the name. An
account or name that has paid for several customers says less of each than one that has paid for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from domain.cash_application import names, payer_words
from domain.cash_application.candidates import Line, Payer
from domain.cash_application.evidence import Evidence, Ground
from domain.cash_application.mentions import Reading
from domain.cash_application.names import Fit
from domain.kernel.core import Core
from domain.kernel.speech import counted, say
from domain.kernel.transactions import Row, Rows, Transaction

MOST_PAYERS = 3
"""Customers that one line may come from."""

SHORTEST_NUMBER = 4
"""Characters of a customer's number that is looked for in texts."""

_ALIASES = """
    SELECT p.key, kept.id AS account_id, sum(p.times)::integer AS times, kept.name
    FROM payer_alias p JOIN account a ON a.id = p.account_id
    JOIN account kept ON kept.id = coalesce(a.merged_into_id, a.id)
    WHERE p.key = ANY(%(keys)s) GROUP BY p.key, kept.id, kept.name ORDER BY times DESC, max(p.last_at) DESC, kept.id
"""

_NUMBERS = """
    SELECT kept.id AS account_id, lower(a.number) AS key, kept.name
    FROM account a JOIN account kept ON kept.id = coalesce(a.merged_into_id, a.id) WHERE lower(a.number) = ANY(%(keys)s)
"""

_LEARN = """
    INSERT INTO payer_alias (id, account_id, key, times, last_at) VALUES (%(id)s, %(account)s, %(key)s, 1, %(now)s)
    ON CONFLICT (key, account_id) DO UPDATE SET times = payer_alias.times + 1, last_at = EXCLUDED.last_at
"""

NAME = "name:"
"""Before a normalised name, where it is kept as a key."""


async def of(rows: Rows, lines: Sequence[Line], *, readings: Mapping[UUID, Reading]) -> dict[UUID, tuple[Payer, ...]]:
    """Return who may have paid each of the lines, the likeliest first."""
    keys = {key for line in lines for key in keys_of(line)}
    aliases: dict[str, list[Row]] = {}
    for row in await rows.rows(_ALIASES, {"keys": list(keys)}):
        aliases.setdefault(row["key"], []).append(row)
    numbers = {word.key for reading in readings.values() for word in reading.words if len(word.key) >= SHORTEST_NUMBER}
    by_number = {row["key"]: row for row in await rows.rows(_NUMBERS, {"keys": list(numbers)})}
    fits = await payer_words.fitting(rows, {line.payer_name for line in lines})
    return {line.id: _of_line(line, readings[line.id], aliases, by_number, fits[line.payer_name]) for line in lines}


async def learn(core: Core, tx: Transaction, *, line: Line, account_id: UUID) -> None:
    """Remember that this customer pays from that account and under that name."""
    for key in sorted(keys_of(line)):
        await tx.execute(_LEARN, {"id": uuid4(), "account": account_id, "key": key, "now": core.clock.now()})


def keys_of(line: Line) -> Iterable[str]:
    """Return the keys by which a line's payer is remembered."""
    if line.payer_key:
        yield line.payer_key
    if name := names.normal(line.payer_name):
        yield NAME + name


def _of_line(
    line: Line,
    reading: Reading,
    aliases: Mapping[str, Sequence[Row]],
    by_number: Mapping[str, Row],
    fits: Sequence[Fit],
) -> tuple[Payer, ...]:
    found: dict[UUID, tuple[str, list[Ground], bool]] = {}

    def add(account_id: UUID, name: str, ground: Ground, *, alone: bool) -> None:
        _, grounds, before = found.setdefault(account_id, (name, [], alone))
        found[account_id] = name, [*grounds, ground], before or alone

    hint = f" …{line.payer_hint}" if line.payer_hint else ""
    sharing = aliases.get(line.payer_key, ()) if line.payer_key else ()
    for row in sharing:
        add(row["account_id"], row["name"], _by_account(row, hint, len(sharing) - 1), alone=len(sharing) == 1)
    known = aliases.get(NAME + names.normal(line.payer_name), ()) if line.payer_name else ()
    for row in known:
        kind = Evidence.PAYER_NAME_KNOWN if len(known) == 1 else Evidence.PAYER_LIKE
        add(row["account_id"], row["name"], Ground(kind, say("paid before under this name")), alone=len(known) == 1)
    for word in reading.words:
        named = by_number.get(word.key)
        if named is not None:
            said = Ground(Evidence.CUSTOMER_NUMBER, say("names the customer's number {number}", number=word.key))
            add(named["account_id"], named["name"], said, alone=True)
    for fit in fits:
        same = len(fits) == 1 and fit.likeness == names.SAME
        add(fit.account_id, fit.account_name, _by_name(fit, fits), alone=same)
    made = [Payer(account_id, name, tuple(grounds), alone) for account_id, (name, grounds, alone) in found.items()]
    likely = [each.account_id for each in made if each.likely]
    alone_in_all = [replace(each, alone=each.alone and likely in ([each.account_id], [])) for each in made]
    return tuple(alone_in_all[:MOST_PAYERS])


def _by_account(row: Row, hint: str, others: int) -> Ground:
    if others:
        said = counted(
            "paid before from this bank account{hint}, as another customer did",
            "paid before from this bank account{hint}, as {n} other customers did",
            others,
            hint=hint,
        )
        return Ground(Evidence.PAYER_LIKE, said)
    said = counted(
        "paid once before from this bank account{hint}",
        "paid {n} times before from this bank account{hint}",
        row["times"],
        hint=hint,
    )
    return Ground(Evidence.PAYER_ONCE if row["times"] == 1 else Evidence.PAYER_KNOWN, said)


def _by_name(fit: Fit, fits: Sequence[Fit]) -> Ground:
    if fit.likeness == names.SAME and len(fits) == 1:
        return Ground(Evidence.PAYER_NAME, say("the payer's name is that of {name}", name=fit.account_name))
    if fit.likeness == names.SAME:
        said = counted(
            "the payer's name is that of {name}, and of another customer",
            "the payer's name is that of {name}, and of {n} other customers",
            len(fits) - 1,
            name=fit.account_name,
        )
        return Ground(Evidence.PAYER_LIKE, said)
    said = say("the payer's name resembles {name} ({likeness} %)", name=fit.account_name, likeness=fit.likeness)
    return Ground(Evidence.PAYER_LIKE, said)
