"""Run every benchmark of this folder and print one table; exit code 1 when a ratio misses its limit.

python -m tests.benchmarks.run            all
python -m tests.benchmarks.run jobs mail  those whose file is called bench_jobs.py, bench_mail.py
"""

import asyncio
import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).resolve().parent


def names(chosen: list[str]) -> list[str]:
    """Return the benchmarks to run, by the middle of their file names."""
    present = sorted(file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py"))
    if unknown := set(chosen) - set(present):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(present)}.")
    return [each for each in present if not chosen or each in chosen]


def measured(name: str) -> list[dict[str, Any]]:
    """Run one benchmark."""
    result = import_module(f"tests.benchmarks.bench_{name}").run()
    rows: list[dict[str, Any]] = asyncio.run(result) if inspect.iscoroutine(result) else result
    return rows


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, print the table and return the exit code."""
    table = Table("benchmark", "unit", "ours", "bare", "ratio", "limit", "", title="ours against bare code")
    for column in table.columns[2:6]:
        column.justify = "right"
    missed = 0
    for name in names(chosen):
        sys.stderr.write(f"bench {name} …\n")
        for row in measured(name):
            ratio = row["ours"] / row["bare"]
            good = ratio >= row["limit"]
            missed += not good
            numbers = (f"{row['ours']:,.0f}", f"{row['bare']:,.0f}", f"{ratio:.3f}", f"{row['limit']:.3f}")
            table.add_row(row["name"], row["unit"], *numbers, "ok" if good else "MISSED")
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
