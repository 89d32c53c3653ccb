"""The chart of a simulation: mails, work for people, and how long before the payment reminders came."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.outreach.simulation_results import LEADS, Day, Simulation

MOST_BARS = 130
"""More than this cannot be told apart; days are then put together by weeks, weeks by months."""

INK, MAILS, DRAFTS, TAKEN, MISSING = "#1f2933", "#2b6cb0", "#b7791f", "#9b2c2c", "#553c9a"
"""Colours that differ in brightness too, and have a contrast of 4.5 on white."""


def draw(result: Simulation, path: Path) -> str:
    """Write the chart to *path* (its ending says whether PNG or SVG) and return what it shows, in words."""
    described = alt_text(result)
    figure = Figure(figsize=(11, 9), dpi=120, layout="constrained")
    mails, work, leads = (figure.add_subplot(3, 1, place) for place in (1, 2, 3))
    unit, bars = _bars(result.days)
    figure.suptitle(f"{result.policy}: {result.since} to {result.until}", color=INK)
    _mails(mails, bars, unit)
    _work(work, bars, unit, result.workload.operators)
    _leads(leads, result)
    kind = path.suffix.lower().removeprefix(".")
    told: dict[str, Any] = {"Title": "Simulation of a policy", "Description": described}
    figure.savefig(path, format=kind, metadata={**told, "Date": None} if kind == "svg" else told)
    return described


def alt_text(result: Simulation) -> str:
    """Return the chart in words, for whoever cannot see it."""
    busiest = max(result.days, key=lambda each: each.mails)
    work = result.workload
    return (
        f"Three bar charts from {result.since} to {result.until}. Mails: {result.mails:,} about {result.items:,} "
        f"invoices in all, most on {busiest.day} ({busiest.mails:,}). Work for each of {work.operators} operators: "
        f"{work.a_day:.1f} a working day. Reminders before payment: "
        + ", ".join(f"{name} {result.leads.get(name, 0):,}" for name, _, _ in LEADS)
        + f", not paid by the end {result.unpaid:,}."
    )


def _bars(days: Sequence[Day]) -> tuple[str, list[tuple[date, list[Day]]]]:
    """Put days together until the bars can be told apart; return the unit and its groups."""
    rulers: tuple[tuple[str, Callable[[date], date]], ...] = (
        ("day", lambda day: day),
        ("week", lambda day: day - timedelta(days=day.weekday())),
        ("month", lambda day: day.replace(day=1)),
        ("year", lambda day: day.replace(month=1, day=1)),
    )
    grouped: dict[date, list[Day]] = {}
    for unit, ruler in rulers:
        grouped = {}
        for each in days:
            grouped.setdefault(ruler(each.day), []).append(each)
        if len(grouped) <= MOST_BARS or unit == "year":
            return unit, list(grouped.items())
    raise AssertionError("years are the last unit")


def _mails(axes: Axes, bars: Sequence[tuple[date, list[Day]]], unit: str) -> None:
    axes.bar(_places(bars), [sum(each.mails for each in days) for _, days in bars],
             width=_width(bars), color=MAILS, align="edge")  # fmt: skip
    axes.xaxis_date()
    _labels(axes, f"Mails a {unit}", "mails")


def _work(axes: Axes, bars: Sequence[tuple[date, list[Day]]], unit: str, operators: int) -> None:
    parts: tuple[tuple[str, str, str, Callable[[Day], int]], ...] = (
        ("drafts to approve", DRAFTS, "", lambda day: day.drafts),
        ("invoices to take over", TAKEN, "//", lambda day: day.escalations),
        ("contacts to find", MISSING, "..", lambda day: day.contacts_missing),
    )
    below = [0.0] * len(bars)
    for name, colour, hatch, count in parts:
        heights = [sum(count(each) for each in days) / operators for _, days in bars]
        axes.bar(_places(bars), heights, width=_width(bars), bottom=below, color=colour, label=name,
                 hatch=hatch, edgecolor="white", linewidth=0, align="edge")  # fmt: skip
        below = [low + high for low, high in zip(below, heights, strict=True)]
    axes.xaxis_date()
    axes.legend(frameon=False, ncols=3, loc="upper left", fontsize=9)
    _labels(
        axes,
        f"Work for each of {operators} operators a {unit}" if operators > 1 else f"Work a {unit}",
        "cases",
        room=1.25,
    )


def _leads(axes: Axes, result: Simulation) -> None:
    names = [name for name, _, _ in LEADS] + ["not paid"]
    counts = [result.leads.get(name, 0) for name, _, _ in LEADS] + [result.unpaid]
    bars = axes.bar(names, counts, color=[TAKEN, *[MAILS] * (len(LEADS) - 1), DRAFTS])
    axes.bar_label(bars, labels=[f"{count:,}" for count in counts], color=INK, fontsize=9)
    _labels(axes, "When reminders came, against the payment", "invoices reminded", room=1.1)


def _places(bars: Sequence[tuple[date, list[Day]]]) -> list[float]:
    first = date(1970, 1, 1)  # from which matplotlib counts days
    return [float((day - first).days) for day, _ in bars]


def _width(bars: Sequence[tuple[date, list[Day]]]) -> float:
    return max(1.0, min((len(days) for _, days in bars[1:-1]), default=1) * 0.9)


def _labels(axes: Axes, title: str, of: str, *, room: float = 1.05) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=11)
    axes.set_ylabel(of, color=INK)
    axes.set_ylim(0, max(1.0, axes.dataLim.y1) * room)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK)
