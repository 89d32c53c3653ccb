"""Bank mappings: what a person said about a bank's layout, kept under a name for its next statement."""

from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from domain.cash_application.bank_layouts import BankFile, BankLayout
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.ledger.csv_import import header_lines, mappings
from domain.ledger.csv_import.mappings import Answers, KnownLayout
from domain.ledger.csv_import.refusals import OptionUnusable

KIND = "bank"


async def known(core: Core, keys: Mapping[int, str]) -> KnownLayout | None:
    """Return the layout that one of these lines is the header of, if it was kept."""
    return await mappings.known(core, KIND, keys.values())


def keys(file: BinaryIO) -> Mapping[int, str]:
    """Return the digests of the lines at the beginning of a statement."""
    return header_lines.keys(file)


def filled_in(said: BankFile, layout: KnownLayout | None) -> BankFile:
    """Return the request with what was kept where it says nothing; dates and amounts are weighed by the survey."""
    if layout is None:
        return said
    kept = layout.answers
    return replace(
        said,
        currency=said.currency or kept.currency,
        encoding=said.encoding or kept.encoding,
        delimiter=said.delimiter or kept.delimiter,
    )


async def learn(
    core: Core,
    tx: Transaction,
    said: BankFile,
    layout: BankLayout,
    *,
    lines: Mapping[int, str],
    before: KnownLayout | None,
    name: str | None,
    actor: Actor,
) -> None:
    """Keep what was answered, if it is to be kept, and note that a kept layout was used.

    Raises:
        OptionUnusable: The file has no header by which its layout could be known again.
    """
    if before is not None:
        await mappings.used(core, tx, before)
    if name is None:
        return
    key = lines.get(layout.place.above)
    if key is None or layout.place.made_up:
        raise OptionUnusable(say("The file has no header by which its layout could be known again; leave --save out."))
    kept = before.answers if before is not None else Answers()
    answers = Answers(
        columns=tuple({**dict(kept.columns), **dict(said.columns)}.items()),
        currency=said.currency or kept.currency,
        date_order=said.date_order or kept.date_order,
        decimal_mark=said.decimal_mark or kept.decimal_mark,
        encoding=said.encoding or kept.encoding,
        delimiter=said.delimiter or kept.delimiter,
    )
    await mappings.keep(core, tx, kind=KIND, name=name, header_key=key, answers=answers, actor=actor)
