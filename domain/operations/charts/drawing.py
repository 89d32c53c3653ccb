"""Drawing: what all charts share: colours, sums that fit beside a bar, and the way into a file."""

from pathlib import Path
from typing import Any, BinaryIO

from babel.numbers import format_decimal
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import say, say_as

INK, NOW, BEFORE, LATE = "#1f2933", "#12634b", "#cbd5df", "#9b2c2c"
"""Colours that differ in brightness too; words and lines have a contrast of 4.5 on white."""

MOST_CURRENCIES = 4
"""Panels of one picture; the table beside it has all currencies."""

Target = Path | BinaryIO


def saved(figure: Figure, target: Target, *, title: str, described: str) -> None:
    """Write the figure to a file, whose ending says whether PNG or SVG, or as PNG into an open one."""
    kind = target.suffix.lower().removeprefix(".") if isinstance(target, Path) else "png"
    told: dict[str, Any] = {"Title": title, "Description": described}
    figure.savefig(target, format=kind, metadata={**told, "Date": None} if kind == "svg" else told)


def plain(axes: Axes, title: str, *, size: int = 11) -> None:
    """Take away what carries no figure, and set the headline."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False, labelleft=False)
    axes.set_title(title, loc="left", color=INK, fontsize=size)


def short(amount: Money) -> str:
    """Return a sum as it fits beside a bar: ``41.2k``."""
    whole = float(amount.decimal)
    for size, sign in ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k")):
        if abs(whole) >= size:
            return f"{format_decimal(whole / size, format='#,##0.0', locale=speech.reader().locale)}{sign}"
    return speech.number(round(whole))


def change(now: Money, before: Money) -> str:
    """Return how a sum compares with an earlier one: ``up 12 %``."""
    if not before.minor:
        return say_as("how a sum compares with an earlier one", "new") if now.minor else say("as before")
    percent = round((now.minor - before.minor) * 100 / abs(before.minor))
    if not percent:
        return say("as before")
    if percent > 0:
        return say("up {percent} %", percent=percent)
    return say("down {percent} %", percent=-percent)
