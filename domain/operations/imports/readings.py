"""Readings: each kind of file shown or taken by its own area, and told in one form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from domain.cash_application import bank_import, bank_words, papers, remittances
from domain.cash_application.advices import Advice
from domain.cash_application.bank_import import BankOutcome
from domain.cash_application.bank_layouts import BankLayout
from domain.cash_application.camt_rows import CamtLayout
from domain.cash_application.refusals import RemittanceUnusable
from domain.cash_application.remittances import Paper
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import joined, say, say_as
from domain.kernel.transactions import Transaction
from domain.ledger import ageing, control, csv_import, words
from domain.ledger.control import ControlLayout, ControlOutcome
from domain.ledger.csv_import import Layout, Outcome, Progress, columns, totals
from domain.ledger.csv_import.headers import Columns, Known
from domain.operations.imports.findings import (
    MOST_COLUMNS,
    MOST_REASONS,
    Column,
    Count,
    Findings,
    Reading,
    Reason,
    Total,
    short,
)
from domain.operations.imports.said import ImportKind, Said

RIGHT: Mapping[ImportKind, Permission] = {
    **dict.fromkeys(ImportKind, Permission.IMPORT),
    ImportKind.REMITTANCE: Permission.APPLY_CASH,
}
"""Who may import which kind; each area checks it once more."""


@dataclass(frozen=True)
class Handed:
    """A file with what is known of it."""

    kind: ImportKind
    name: str
    stream: BinaryIO
    said: Said
    rejected: BinaryIO
    """Where the reject log goes."""
    absent: BinaryIO
    """Where the list of what a full export lacks goes."""
    progress: Progress | None = None
    layouts: list[Any] = field(default_factory=list)

    @property
    def how(self) -> dict[str, Any]:
        """What every area is told in the same words."""
        return {"rejected": self.rejected, "progress": self.progress, "seen": self.layouts.append}


async def shown(core: Core, tx: Transaction, handed: Handed, *, actor: Actor) -> Findings:
    """Return what the import would come to; *core* works within *tx*, in which nothing that lasts is changed.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    said, name, stream = handed.said, handed.name, handed.stream
    match handed.kind:
        case ImportKind.INVOICES | ImportKind.CONTACTS:
            request = said.ledger_file(handed.kind, name, stream)
            preview = await csv_import.preview(core, request, actor=actor, absent=handed.absent, **handed.how)
            sums = await totals.by_currency(tx) if handed.kind is ImportKind.INVOICES else ()
            return _ledger(handed, preview.layout, preview.outcome, sums)
        case ImportKind.CONTROL:
            file = said.control_file(name, stream)
            return _control(handed, await control.preview(core, file, actor=actor, **handed.how))
        case ImportKind.BANK:
            outcome = await bank_import.preview(core, said.bank_file(name, stream), actor=actor, **handed.how)
            return _bank(handed, outcome)
        case ImportKind.REMITTANCE:
            actor.require(Permission.APPLY_CASH)
            advice, why_not, _ = await remittances.read(core, _paper(handed), said.advice())
            return _advice(handed, advice, why_not)


async def taken(core: Core, tx: Transaction, handed: Handed, *, actor: Actor) -> Findings:
    """Take the file's good rows and return what that came to; *core* works within *tx*, which may still be undone.

    Raises:
        NotAllowed: The actor may not import such files.
        ImportRefused: The file as a whole cannot be taken, or leaves a question open.
    """
    del tx
    said, name, stream = handed.said, handed.name, handed.stream
    keep_as = said.keep_as or None
    match handed.kind:
        case ImportKind.INVOICES | ImportKind.CONTACTS:
            request = said.ledger_file(handed.kind, name, stream)
            event = await csv_import.apply(
                core, request, actor=actor, absent=handed.absent, keep_as=keep_as, **handed.how
            )
            names = Outcome.__dataclass_fields__
            return _ledger(handed, handed.layouts[-1], Outcome(**{each: getattr(event, each) for each in names}), ())
        case ImportKind.CONTROL:
            file = said.control_file(name, stream)
            return _control(handed, (await control.apply(core, file, actor=actor, keep_as=keep_as, **handed.how))[0])
        case ImportKind.BANK:
            bank = said.bank_file(name, stream)
            return _bank(handed, (await bank_import.apply(core, bank, actor=actor, keep_as=keep_as, **handed.how))[0])
        case ImportKind.REMITTANCE:
            paper = _paper(handed)
            advice, why_not, _ = await remittances.read(core, paper, said.advice())
            await remittances.import_file(core, file_name=name, body=paper.body, actor=actor, said=said.advice())
            return _advice(handed, advice, why_not)


def _paper(handed: Handed) -> Paper:
    handed.stream.seek(0)
    body = handed.stream.read(papers.MAX_BYTES + 1)
    if not body or len(body) > papers.MAX_BYTES:
        raise RemittanceUnusable(say("An advice has at most {most} MB, and is not empty.", most=papers.MAX_BYTES >> 20))
    is_pdf = body[:1024].lstrip().startswith(b"%PDF")
    return Paper(handed.name, "application/pdf" if is_pdf else "text/csv", body)


def _ledger(handed: Handed, layout: Layout, found: Outcome, sums: Iterable[tuple[int, Money]]) -> Findings:
    people = [
        say("Customers: {new} new, {changed} changed.", new=found.customers_new, changed=found.customers_changed),
        say("Contacts: {new} new, {changed} changed.", new=found.contacts_new, changed=found.contacts_changed),
    ]
    if found.credits_new or found.credits_changed:
        people.append(
            say(
                "Credit notes among them: {new} new, {changed} changed.",
                new=found.credits_new,
                changed=found.credits_changed,
            )
        )
    if found.lowered:
        people.append(say("Invoices that fell without a cause in the file: {n}.", n=found.lowered))
    names = ("read", "new", "changed", "unchanged", "conflicting", "rejected", "left_out")
    return Findings(
        kind=handed.kind.value,
        reading=Reading(
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            date_order=layout.date_order or "",
            decimal_mark=layout.decimal_mark or "",
            currency=layout.currency or "",
            header_line=layout.above + 1,
            known_as=layout.known.name if layout.known else "",
            known_by=layout.known.kept_by if layout.known else "",
            columns=_columns(layout.columns, columns.KNOWN, layout.samples),
        ),
        counts=tuple(Count(name=name.replace("_", " "), rows=getattr(found, name)) for name in names),
        reasons=_reasons(found.told_reasons()),
        totals=tuple(Total(name="open", amount=amount, rows=rows) for rows, amount in sums),
        told=short([*people, *found.examples, *found.notes]),
        absent=found.absent,
        changes_nothing=found.changes_nothing,
        rejected=found.rejected,
        has_rejects=handed.rejected.tell() > 0,
        has_absent=handed.absent.tell() > 0,
    )


def _control(handed: Handed, found: ControlOutcome) -> Findings:
    layout: ControlLayout = handed.layouts[-1]
    told = [
        joined(": ", [say("{amount}", amount=each.total), joined(", ", _buckets(each.buckets))])
        for each in found.totals
        if each.buckets
    ]
    return Findings(
        kind=handed.kind.value,
        reading=Reading(
            encoding=layout.encoding,
            delimiter=layout.delimiter,
            date_order=layout.date_order or "",
            decimal_mark=layout.decimal_mark or "",
            currency=layout.currency or "",
            header_line=layout.above + 1,
            form=say("{shape}, as of {day}", shape=say(found.shape.value), day=found.as_of),
            columns=_columns(layout.columns, control.KNOWN),
        ),
        counts=(
            Count(name="read", rows=found.read),
            Count(name="rejected", rows=found.rejected),
            Count(name="left out", rows=found.left_out),
        ),
        reasons=_reasons(found.told_reasons()),
        totals=tuple(Total(name="total", amount=each.total) for each in found.totals),
        told=short(told),
        changes_nothing=found.known or not found.totals,
        rejected=found.rejected,
        has_rejects=handed.rejected.tell() > 0,
    )


def _buckets(sums: Iterable[Money]) -> list[str]:
    return [
        say("{bucket} {amount}", bucket=words.bucket(name), amount=sum_)
        for name, sum_ in zip(ageing.BUCKETS, sums, strict=True)
    ]


def _bank(handed: Handed, found: BankOutcome) -> Findings:
    told = [say("Account: {accounts}.", accounts=", ".join(found.accounts[:5]))] if found.accounts else []
    if found.doubted:
        told.append(say("{n} of the new lines wait for a person, whatever they match.", n=found.doubted))
    names = {"read": found.read, "new": found.new, "unchanged": found.known, "rejected": found.rejected}
    return Findings(
        kind=handed.kind.value,
        reading=_bank_reading(handed.layouts[-1]),
        counts=tuple(Count(name=name, rows=rows) for name, rows in (*names.items(), ("left out", found.left_out))),
        reasons=_reasons(found.told_reasons()),
        totals=(
            *(Total(name="new, came in", amount=each) for each in found.came_in),
            *(Total(name="new, went out", amount=-each) for each in found.went_out),
        ),
        told=short(told),
        changes_nothing=not found.new,
        rejected=found.rejected,
        has_rejects=handed.rejected.tell() > 0,
    )


def _bank_reading(layout: BankLayout | CamtLayout) -> Reading:
    if isinstance(layout, CamtLayout):
        return Reading(form="camt.053")
    return Reading(
        encoding=layout.encoding,
        delimiter=layout.place.delimiter,
        date_order=layout.date_order or "",
        decimal_mark=layout.decimal_mark or "",
        currency=layout.currency or "",
        header_line=layout.place.above + 1,
        columns=_columns(layout.columns, bank_words.KNOWN),
    )


def _advice(handed: Handed, advice: Advice | None, why_not: str) -> Findings:
    lines = advice.lines if advice is not None else ()
    told = (
        [say("It cannot be read: {why}. It is kept as it is, and a person says what it pays.", why=why_not)]
        if why_not
        else []
    )
    if advice is not None:
        told += [say("From {payer}.", payer=advice.payer_name)] if advice.payer_name else []
        told += advice.notes
        told += [f"{each.number}" for each in lines]
    total = Money(advice.total_minor, advice.currency) if advice and advice.total_minor and advice.currency else None
    return Findings(
        kind=handed.kind.value,
        reading=Reading(form="PDF" if _paper(handed).is_pdf else say_as("form of a file", "table")),
        counts=(Count(name="read", rows=len(lines)),),
        totals=(Total(name="paid", amount=total),) if total else (),
        told=short(told),
    )


def _columns(
    found: Columns[Any], known: Mapping[Any, Known], samples: tuple[tuple[str, ...], ...] = ()
) -> tuple[Column, ...]:
    """Return the columns that are used, in the order of their fields, and then those that are not."""

    def values(place: int) -> tuple[str, ...]:
        return samples[place] if place < len(samples) else ()

    used = [
        Column(
            header=found.headers[place], meant=say(known[of].title), samples=values(place),
            why=str(found.reasons.get(of, "")),
        )
        for of, place in found.places.items()
    ]  # fmt: skip
    taken_places = {*found.places.values(), *(place for several in found.more.values() for place in several)}
    unused = [
        Column(header=header, meant="", samples=values(place))
        for place, header in enumerate(found.headers)
        if header and place not in taken_places
    ]
    return tuple([*used, *unused][:MOST_COLUMNS])


def _reasons(told: Iterable[tuple[str, int, str]]) -> tuple[Reason, ...]:
    return tuple(Reason(code=code, rows=rows, what_to_do=say(what)) for code, rows, what in list(told)[:MOST_REASONS])
