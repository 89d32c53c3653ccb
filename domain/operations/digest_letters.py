"""Digest letters: a digest as mail, its HTML and its plain text made of the same sections, readable without images.

Nothing in it leads anywhere, since operators have no page to log in to: what can be done is named by the command to
type in Slack. Everything in it is escaped by the template, and nothing is loaded from elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from domain.kernel import speech
from domain.kernel.core import Merchant
from domain.kernel.money import Money
from domain.kernel.speech import counted, say
from domain.ledger import words as ledger_words
from domain.ledger.ageing import CurrencyAgeing
from domain.ledger.ageing_before import AgeingCompared
from domain.letters import LOGO_ID, Letter
from domain.letters.brand import Brand
from domain.operations import digest_words
from domain.operations.desks import Pile
from domain.operations.digest_contents import Digest
from domain.operations.digest_words import Part, Topic

CHART_ID = "ageing.png"
"""Content-ID and file name of the picture of ageing."""

TEXT_WIDTH = 72

LONGEST_NAME = 80
"""Characters of a customer's name."""

_FOLDER = Path(__file__).parent / "digest_templates"

COMMANDS: Mapping[Topic, str] = {
    Topic.MONEY: "payments",
    Topic.PROMISES: "radar",
    Topic.DISPUTES: "dispute list",
    Topic.HELD: "readiness",
    Topic.WEEK: "report weekly",
    Topic.MAIL: "deliverability",
    Topic.PORTAL: "portal",
    Topic.EXPOSURES: "report exposures",
    Topic.AGEING: "ageing",
    Topic.NOISE: "noise",
    Topic.INCIDENTS: "incident",
}
"""What is typed in Slack to see more of a part."""

PILES: Mapping[Pile, str] = {
    Pile.DRAFTS: "draft",
    Pile.PLANS: "plan list",
    Pile.CREDITS: "credit list",
    Pile.WRITE_OFFS: "writeoff list",
    Pile.POLICY: "policy",
    Pile.FORWARDINGS: "forward",
    Pile.ACCESS: "access",
    Pile.ERASURES: "privacy",
    Pile.MAILS: "mails",
    Pile.QUESTIONS: "questions",
}
"""What is typed in Slack to look at what waits."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line with a figure at its end."""

    title: str
    status: str
    amount: str


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in columns; the first column has their names."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the mail."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: bool = False
    command: str = ""
    """What is typed in Slack; empty where the rows name theirs."""


def letter(told: Digest, *, merchant: Merchant, brand: Brand, language: str, described: str) -> Letter:
    """Write a digest for the reader who is spoken to.

    Args:
        told: The digest.
        merchant: Whose it is.
        brand: The merchant's colour and logo.
        language: The reader's.
        described: What the picture of ageing shows, in words; empty where there is none.
    """
    title = digest_words.title(told)
    shown = tuple(sections(told, chart=bool(described)))
    values = {
        "language": language,
        "title": title,
        "preheader": _preheader(shown),
        "merchant_name": merchant.name,
        "sections": shown,
        "in_slack": say("In Slack"),
        "why": why(),
        "described": described,
        "chart": f"cid:{CHART_ID}",
        "colour": brand.colour,
        "logo": f"cid:{LOGO_ID}" if brand.logo else "",
        "logo_width": brand.logo_width,
    }
    return Letter(
        subject=f"{merchant.name}: {title}",
        text=_text(title, shown, described),
        html=_inliner().inline(_template().render(values)),
        logo=brand.logo,
    )


def sections(told: Digest, *, chart: bool) -> Iterator[Section]:
    """Yield what the mail shows, in the order of Slack's digest."""
    for part in digest_words.parts(told, named=_named):
        match part.topic:
            case Topic.DECISIONS:
                yield Section(part.title, rows=tuple(_piles(told)))
            case Topic.EXPOSURES:
                yield Section(part.title, rows=tuple(_exposures(told)), command=COMMANDS[part.topic])
            case Topic.AGEING:
                yield _ageing(told, part, chart=chart)
            case _:
                yield Section(part.title, part.lines, command=COMMANDS[part.topic])


def why() -> tuple[str, ...]:
    """Return why this came, and how it is turned off."""
    return (
        say("You get this because you chose so in Slack, or have a role that is told of the day."),
        say(
            "To change it, type in Slack: {off} (no more mail), {time} (another hour), {none} (none at all).",
            off="/plixo settings digest chat",
            time="/plixo settings digest 07:30",
            none="/plixo settings digest off",
        ),
        say("Nobody reads answers to this mail."),
    )


def _piles(told: Digest) -> Iterator[Row]:
    for pile, waits in told.piles.items():
        yield Row(_capital(say(digest_words.PILES[pile])), f"/plixo {PILES[pile]}", speech.number(waits.count))


def _exposures(told: Digest) -> Iterator[Row]:
    for each in digest_words.largest(told):
        status = (
            counted(
                "{overdue} overdue, the oldest by {n} day",
                "{overdue} overdue, the oldest by {n} days",
                each.oldest_days,
                overdue=each.overdue,
            )
            if each.overdue
            else say("nothing overdue")
        )
        yield Row(_named(each.account_name), _capital(status), speech.amount(each.open))


def _ageing(told: Digest, part: Part, *, chart: bool) -> Section:
    """Return the picture and its figures: each currency's buckets, now and a week ago."""
    held = [each for each in told.ageing.now.currencies if each.total.invoices]
    tables = tuple(_buckets(told.ageing, each) for each in held)
    return Section(part.title, tables=tables, chart=chart, command=COMMANDS[Topic.AGEING])


def _buckets(found: AgeingCompared, each: CurrencyAgeing) -> Table:
    head = (say("{currency}, days past due", currency=each.currency), speech.day(found.now.as_of))
    rows = [
        (ledger_words.bucket(bucket.name), _bare(bucket.amount), _bare(found.earlier(each.currency, bucket.name)))
        for bucket in each.buckets
    ]
    total = (say("in all"), _bare(each.total.amount), _bare(found.earlier_total(each.currency)))
    return Table((*head, speech.day(found.then)), (*rows, total))


def _bare(amount: Money) -> str:
    """Return a sum without its currency, which stands above the column."""
    return speech.amount(amount).replace(amount.currency, "").strip()


def _preheader(shown: Sequence[Section]) -> str:
    first = next((line for each in shown for line in each.lines), "")
    return first[:150]


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _named(name: str) -> str:
    """Return a stranger's name without marks that could make a line read as something else."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def _text(title: str, shown: Sequence[Section], described: str) -> str:
    lines = [title, "=" * min(len(title), TEXT_WIDTH)]
    for each in shown:
        lines += ["", each.title, "-" * min(len(each.title), TEXT_WIDTH)]
        if each.chart:
            lines += _wrapped(described)
        lines += [wrapped for line in each.lines for wrapped in _wrapped(line)]
        for row in each.rows:
            lines += [*_wrapped(f"{row.title}: {row.amount}"), *_wrapped(row.status, indent="  ")]
        for table in each.tables:
            lines += ["", *_columns(table)]
        if each.command:
            lines += ["", f"{say('In Slack')}: /plixo {each.command}"]
    lines += ["", "-- ", *(wrapped for line in why() for wrapped in _wrapped(line))]
    return "\n".join(lines) + "\n"


def _columns(table: Table) -> Iterator[str]:
    every = (table.head, *table.rows)
    widths = [max(len(row[at]) for row in every) for at in range(len(table.head))]
    for row in every:
        first, *rest = (cell.rjust(width) if at else cell.ljust(width)
                        for at, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        yield "  ".join((first, *rest)).rstrip()


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(indent) + len(line) + 1 + len(word) > TEXT_WIDTH:
            lines.append(indent + line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, indent + line]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def _template() -> Template:
    return _environment().get_template("digest.html")


@cache
def _inliner() -> css_inline.CSSInliner:
    style = (_FOLDER / "digest.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(extra_css=style, load_remote_stylesheets=False)
