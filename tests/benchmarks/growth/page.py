"""The page in the docs: a table and a picture of what is kept, put where ``docs/scale.md`` has a place for them.

python -m tests.benchmarks.growth.page     after somebody changed how they look
"""

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape

from tests.benchmarks.growth import figures
from tests.benchmarks.growth.costs import COSTS, Order
from tests.benchmarks.growth.figures import Column
from tests.sources import ROOT

PAGE = ROOT / "docs" / "scale.md"
PICTURE = ROOT / "docs" / "images" / "growth.svg"

GUESSED = (10_000_000, 100_000_000)
"""Invoices; what they would cost is multiplied from what was measured, as far as it was not."""

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 560, 70, 330, 20, 45
"""Of the picture and its margins, in pixels."""

STEEP, LEVEL = "#b3261e", "#1f6f54"


def table(columns: Sequence[Column]) -> str:
    """Return the table as Markdown."""
    ledgers = [each.ledger for each in columns]
    rows = [
        ["what", *(f"{each.invoices:,} invoices" for each in ledgers), "should be", "grows by"],
        ["---", *("---:" for _ in ledgers), "---", "---:"],
        ["open invoices; due today", *(f"{each.open:,}; {each.due:,}" for each in ledgers), "", ""],
        ["database, bytes for each invoice with its history",
         *(f"{each.bytes / each.invoices:,.0f}" for each in ledgers), "", ""],
        ["memory of our process at most", *(f"{each.megabytes:.0f} MB" for each in columns), "", ""],
        ["measured on", *(each.measured_on for each in columns), "", ""],
    ]  # fmt: skip
    for cost in COSTS:
        grown = figures.power(cost, columns)
        power = "" if grown is None else f"{grown:.2f}"
        times = [figures.shown(each.seconds[cost.name]) if cost.name in each.seconds else "–" for each in columns]
        power = f"**{power}**" if figures.too_fast(cost, columns) else power
        rows.append([cost.name, *times, cost.order.value, power])
    return _markdown(rows)


def guesses(columns: Sequence[Column]) -> str:
    """Return as Markdown what grows, at sizes beyond what was measured."""
    sizes = [each for each in GUESSED if each > columns[-1].ledger.invoices]
    rows = [["what", *(f"{each:,} invoices" for each in sizes)], ["---", *("---:" for _ in sizes)]]
    for cost in COSTS:
        found = [figures.guessed(cost, columns, each) for each in sizes]
        times = [figures.shown(each) for each in found if each is not None]
        if times:
            rows.append([cost.name, *times])
    size = columns[-1].ledger.bytes / columns[-1].ledger.invoices
    rows.append(["database with ninety days of reminders", *(f"{size * each / 1e9:,.0f} GB" for each in sizes)])
    return _markdown(rows)


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def picture(columns: Sequence[Column]) -> str:
    """Return the same as a drawing with a logarithm on both sides: level is flat, one up for one aside is linear."""
    drawn = [each for each in COSTS if sum(each.name in column.seconds for column in columns) > 1]
    sizes = [each.ledger.invoices for each in columns]
    taken = [column.seconds[each.name] for each in drawn for column in columns if each.name in column.seconds]
    low, high = math.floor(math.log10(min(taken))), math.ceil(math.log10(max(taken)))
    first, last = math.log10(min(sizes)), math.log10(max(sizes))

    def x(size: int) -> float:
        return LEFT + (math.log10(size) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(seconds) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [*_grid(sizes, range(low, high + 1), x, y)]
    ends = _apart(sorted((y(_last(each.name, columns)), each.name) for each in drawn))
    for cost in drawn:
        points = [(x(c.ledger.invoices), y(c.seconds[cost.name])) for c in columns if cost.name in c.seconds]
        colour = STEEP if cost.order is Order.LINEAR else LEVEL
        line = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="2.5" fill="{colour}"/>' for across, down in points]
        beside = WIDTH - RIGHT + 8
        parts.append(f'<text x="{beside}" y="{ends[cost.name] + 4:.1f}" fill="{colour}">{escape(cost.name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="12" role="img"><title>What a day\'s work costs, by the number of invoices</title>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _last(name: str, columns: Sequence[Column]) -> float:
    return next(each.seconds[name] for each in reversed(columns) if name in each.seconds)


def _grid(
    sizes: Sequence[int], powers: Sequence[int], x: Callable[[int], float], y: Callable[[float], float]
) -> Iterator[str]:
    for size in sizes:
        yield f'<line x1="{x(size):.1f}" x2="{x(size):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#d7d7d7"/>'
        yield f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{size:,}</text>'
    for each in powers:
        down = y(10.0**each)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down:.1f}" y2="{down:.1f}" stroke="#d7d7d7"/>'
        name = f"{10**each:,} s" if each >= 0 else f"{10 ** (each + 3):g} ms"
        yield f'<text x="{LEFT - 8}" y="{down + 4:.1f}" text-anchor="end">{name}</text>'
    yield f'<text x="{LEFT}" y="{HEIGHT - 8}">invoices in the ledger; red should be linear, green flat</text>'


def _apart(ends: Sequence[tuple[float, str]]) -> dict[str, float]:
    """Return where each name is written: beside its line's end, and none on another."""
    places: dict[str, float] = {}
    free = float(TOP)
    for down, name in ends:
        free = places[name] = max(down, free)
        free += 15
    over = max(0.0, free - 15 - (HEIGHT - 10))
    return {name: place - over for name, place in places.items()}


def fresh(page: str, columns: Sequence[Column]) -> str:
    """Return the page with the tables of these figures."""
    for name, text in (("growth", table(columns)), ("guesses", guesses(columns))):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        before, _, rest = page.partition(begin)
        page = f"{before}{begin}{text}{end}{rest.partition(end)[2]}"
    return page


def write() -> None:
    """Write table and picture anew."""
    columns = figures.kept()
    PAGE.write_text(fresh(PAGE.read_text("utf-8"), columns), "utf-8")
    PICTURE.write_text(picture(columns), "utf-8")


if __name__ == "__main__":
    write()
