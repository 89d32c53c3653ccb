"""The report: the tables of docs/reliability.md, written from the matrix and the last results.

``python -m tests.faults.report`` writes them anew; with ``--check`` it only says whether they are as they should be.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.faults import matrix, results
from tests.faults.matrix import Cell, Fault, Moment, Party
from tests.faults.play import Played
from tests.sources import ROOT

PAGE = ROOT / "docs" / "reliability.md"

BEGIN, END = "<!-- begin of what is written by the report -->", "<!-- end of what is written by the report -->"

HELD, BROKE, UNPLAYED, NONE = "held", "**broke**", "not played", "–"


def page(text: str, known: Mapping[Cell, Played]) -> str:
    """Return the page with the report's part written anew."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    assert found, f"{PAGE.name} has both marks"
    written = "\n".join(_lines(known))
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{after}"


def _lines(known: Mapping[Cell, Played]) -> Iterator[str]:
    yield from _summary(known)
    yield ""
    yield f"| who | fault | what is done | {' | '.join(Moment)} |"
    yield "| --- | --- | --- |" + " --- |" * len(Moment)
    for party in Party:
        for fault, how in matrix.HOW[party].items():
            cells = [_cell(Cell(party, fault, moment), known) for moment in Moment]
            if set(cells) != {NONE}:
                yield f"| {party} | {fault} | {how} | {' | '.join(cells)} |"
    yield ""
    yield from _broken(known)
    yield "### What is not played, and why"
    yield ""
    yield "| who | what | why |"
    yield "| --- | --- | --- |"
    yield from _reasons()


def _summary(known: Mapping[Cell, Played]) -> Iterator[str]:
    cells = list(matrix.cells())
    played = [known[each] for each in cells if each in known]
    if not played:
        yield f"Of {len(cells)} cells none was played yet."
        return
    held = sum(each.held for each in played)
    days = sorted({each.at.partition(" ")[0] for each in played})
    seeds = ", ".join(str(each) for each in sorted({each.seed for each in played}))
    yield (
        f"Of {len(cells)} cells {len(played)} were played, and in {held} of them everything held "
        f"({' and '.join(dict.fromkeys((days[0], days[-1])))}; seeds {seeds}; "
        f"{sum(each.seconds for each in played) / 60:.0f} minutes in all)."
    )


def _cell(cell: Cell, known: Mapping[Cell, Played]) -> str:
    if matrix.reason(cell.party, cell.fault, cell.moment):
        return NONE
    played = known.get(cell)
    return UNPLAYED if played is None else HELD if played.held else BROKE


def _broken(known: Mapping[Cell, Played]) -> Iterator[str]:
    broken = [each for each in known.values() if not each.held]
    if broken:
        yield "### What broke"
        yield ""
        for each in broken:
            yield f"- {each.cell} ({each.how or 'not begun'}): {each.wrong[0].replace('|', '/')[:200]}"
        yield ""


def _reasons() -> Iterator[str]:
    ours = {Fault.WRONG: next(iter(matrix.NEVER[Party.PORTAL].values()))}
    yield f"| each of our processes | {Fault.WRONG} | {ours[Fault.WRONG]} |"
    for party in Party:
        for fault, why in matrix.NEVER[party].items():
            if ours.get(fault) != why:
                yield f"| {party} | {fault} | {why} |"
    for party in Party:
        for moment, why in matrix.APART[party].items():
            yield f"| {party} | {moment} | {why} |"
    for (party, fault, moment), why in matrix.EXCEPT.items():
        yield f"| {party} | {fault} × {moment} | {why} |"


def main(page_file: Path = PAGE) -> int:
    """Write the page, or with ``--check`` compare."""
    text = page_file.read_text()
    new = page(text, results.read())
    if "--check" in sys.argv[1:]:
        return int(new != text)
    page_file.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
