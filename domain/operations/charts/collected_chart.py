"""The chart of cash collected: what came in week by week, less what went back."""

from datetime import date

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import joined, say
from domain.ledger.collected import Collected
from domain.operations.charts import drawing
from domain.operations.charts.drawing import BEFORE, INK, LATE, NOW, Target


def draw(found: Collected, target: Target) -> str:
    """Write the chart and return what it shows, in words."""
    described = alt_text(found)
    shown = found.currencies[: drawing.MOST_CURRENCIES]
    figure = Figure(figsize=(10, 1.2 + 3 * max(1, len(shown))), dpi=120, layout="constrained")
    figure.suptitle(say("Cash collected by week, to {day}", day=found.until), color=INK)
    many = figure.subplots(max(1, len(shown)), 1, squeeze=False)
    for axes, currency in zip(many[:, 0], shown, strict=False):
        _panel(axes, found, currency)
    if not shown:
        many[0][0].axis("off")
        many[0][0].text(0.5, 0.5, say("Nothing came in."), ha="center", color=INK)
    drawing.saved(figure, target, title=say("Cash collected"), described=described)
    return described


def alt_text(found: Collected) -> str:
    """Return the finding first, then the figures, for whoever cannot see the chart."""
    shown = found.currencies[: drawing.MOST_CURRENCIES]
    if not shown:
        return say("Nothing was collected from {first} to {last}.", first=found.mondays[0], last=found.until)
    told = [finding(found, each) for each in shown]
    bars = "; ".join(
        f"{currency} "
        + ", ".join(f"{speech.short_day(monday)} {speech.amount(amount)}" for monday, amount in weeks(found, currency))
        for currency in shown
    )
    return joined(" ", [*told, say("Bars, by the Monday of each week: {bars}.", bars=bars)])


def finding(found: Collected, currency: str) -> str:
    """Return what is worth knowing about one currency: the last whole week beside the one before, and the sum."""
    amounts = found.of(currency)
    whole = sum(amounts, Money(0, currency))
    if len(amounts) < 3:
        return say("{whole} collected since {day}.", whole=whole, day=found.mondays[0])
    last, before = amounts[-2], amounts[-3]
    return say(
        "Last week: {last} collected, {change} on the week before; {whole} since {day}, {now} of it this week so far.",
        last=last,
        change=drawing.change(last, before),
        whole=whole,
        day=found.mondays[0],
        now=amounts[-1],
    )


def weeks(found: Collected, currency: str) -> list[tuple[date, Money]]:
    """Return each week with what came in."""
    return list(zip(found.mondays, found.of(currency), strict=True))


def _panel(axes: Axes, found: Collected, currency: str) -> None:
    told = weeks(found, currency)
    heights = [float(amount.decimal) for _, amount in told]
    colours = [LATE if height < 0 else NOW for height in heights[:-1]] + [BEFORE]
    axes.bar(range(len(told)), heights, color=colours, width=0.62)
    most, least = max([*heights, 1.0]), min([*heights, 0.0])
    for place, (_, amount) in enumerate(told):
        if amount:
            axes.text(
                place, max(heights[place], 0) + most * 0.02, drawing.short(amount), ha="center", color=INK, fontsize=9
            )
    step = max(1, len(told) // 13)
    marks = list(range(0, len(told), step))
    axes.set_xticks(marks, [speech.short_day(told[each][0]) for each in marks], color=INK)
    axes.set_ylim(least * 1.18, most * 1.18)
    whole = sum((amount for _, amount in told), Money(0, currency))
    drawing.plain(
        axes,
        say(
            "{currency}: {whole} in {n} weeks (grey: this week, not over yet)",
            currency=currency,
            whole=whole,
            n=len(told),
        ),
    )
