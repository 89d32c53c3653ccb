"""The chart of the portal's funnel: how many links came how far, and week by week which share was finished."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.kernel import speech
from domain.kernel.speech import joined, say, say_as
from domain.operations.charts import drawing
from domain.operations.charts.drawing import Target
from domain.operations.funnel import Counts, Funnel

INK, STAGE, LOST, SHARE = "#1f2933", "#12634b", "#cbd5df", "#2b6cb0"
"""Colours that differ in brightness too; words and lines have a contrast of 4.5 on white."""


def draw(funnel: Funnel, target: Target) -> str:
    """Write the chart and return what it shows, in words."""
    described = alt_text(funnel)
    figure = Figure(figsize=(10, 7.5), dpi=120, layout="constrained")
    stages, weeks = figure.subplots(2, 1, height_ratios=(3, 2))
    figure.suptitle(say("Payers in the portal, {first} to {last}", first=funnel.since, last=funnel.until), color=INK)
    _stages(stages, funnel.whole)
    _weeks(weeks, funnel)
    drawing.saved(figure, target, title=say("Funnel of the portal"), described=described)
    return described


def alt_text(funnel: Funnel) -> str:
    """Return the chart in words, for whoever cannot see it."""
    whole = funnel.whole
    stages = ", ".join(f"{speech.number(count)} {_called(name)}" for name, count in whole.stages)
    chart = say(
        "Bar chart of links from {first} to {last}: {stages}.",
        first=funnel.since,
        last=funnel.until,
        stages=stages,
    )
    told = [chart]
    if whole.sent:
        ended = say(
            "{share} of the links came to an end: paid, promised, planned or disputed.",
            share=f"{whole.finished / whole.sent:.0%}",
        )
        told.insert(0, ended)
    if worst := whole.worst:
        lost = say(
            "Once opened, most were lost between {one} and {other} ({n}).",
            one=_called(worst[0]),
            other=_called(worst[1]),
            n=worst[2],
        )
        told.append(lost)
    return joined(" ", told)


def _called(stage: str) -> str:
    known = {
        "sent": say_as("how far a link came", "sent"),
        "opened": say_as("how far a link came", "opened"),
        "entered": say_as("how far a link came", "entered"),
        "started": say_as("how far a link came", "started"),
        "finished": say_as("how far a link came", "finished"),
    }
    return known.get(stage, stage)


def _stages(axes: Axes, whole: Counts) -> None:
    names = [_called(name) for name, _ in whole.stages]
    counts = [count for _, count in whole.stages]
    places = range(len(names))
    axes.barh(places, [whole.sent] * len(names), color=LOST, height=0.62)
    axes.barh(places, counts, color=STAGE, height=0.62)
    axes.set_yticks(places, names, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(1, whole.sent) * 1.18)
    for place, count in zip(places, counts, strict=True):
        share = f"{count / whole.sent:.0%}" if whole.sent else "–"
        axes.text(max(1, whole.sent) * 1.01, place, f"{speech.number(count)}  ({share})", va="center", color=INK)
    axes.set_title(say("Links, by how far payers came"), loc="left", color=INK, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)


def _weeks(axes: Axes, funnel: Funnel) -> None:
    weeks = funnel.by_week()
    names = [speech.short_day(week) for week in weeks]
    shares = [counts.finished / counts.sent * 100 if counts.sent else 0.0 for counts in weeks.values()]
    axes.bar(range(len(names)), shares, color=SHARE, width=0.6)
    for place, (share, counts) in enumerate(zip(shares, weeks.values(), strict=True)):
        axes.text(
            place,
            share + 1,
            say("{percent} %\nof {n}", percent=round(share), n=counts.sent),
            ha="center",
            va="bottom",
            color=INK,
            fontsize=9,
        )
    axes.set_xticks(range(len(names)), names, color=INK)
    axes.set_ylim(0, max([*shares, 10]) * 1.35)
    axes.set_ylabel(say("finished, %"), color=INK)
    axes.set_title(
        say("Share of links that were finished, by the week they were mailed"), loc="left", color=INK, fontsize=11
    )
    axes.spines[["top", "right"]].set_visible(False)
