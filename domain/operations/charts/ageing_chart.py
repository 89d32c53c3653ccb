"""The chart of ageing: what is open by days past due, beside what was a week ago."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.kernel import speech
from domain.kernel.speech import joined, say
from domain.ledger import words
from domain.ledger.ageing import CurrencyAgeing
from domain.ledger.ageing_before import AgeingCompared
from domain.operations.charts import drawing
from domain.operations.charts.drawing import BEFORE, INK, LATE, NOW, Target

OLDEST = "91+"


def draw(found: AgeingCompared, target: Target, *, narrow: bool = False) -> str:
    """Write the chart and return what it shows, in words.

    Args:
        found: The figures.
        target: Where it goes.
        narrow: Half as wide, with larger letters, for a telephone's screen; what it stands under says what it is.
    """
    described = alt_text(found)
    shown = panels(found)
    size = (4.4, 2.2 * max(1, len(shown))) if narrow else (10, 1.2 + 3 * max(1, len(shown)))
    figure = Figure(figsize=size, dpi=230 if narrow else 120, layout="constrained")
    if not narrow:
        figure.suptitle(say("Open invoices by days past due, {day}", day=found.now.as_of), color=INK)
    else:
        figure.set_layout_engine("constrained", hspace=0.12)
    many = figure.subplots(max(1, len(shown)), 1, squeeze=False)
    for axes, each in zip(many[:, 0], shown, strict=False):
        _panel(axes, found, each, narrow=narrow)
    if not shown:
        many[0][0].axis("off")
        many[0][0].text(0.5, 0.5, say("Nothing is open."), ha="center", color=INK)
    drawing.saved(figure, target, title=say("Ageing"), described=described)
    return described


def panels(found: AgeingCompared) -> Sequence[CurrencyAgeing]:
    """Return the currencies that are drawn: those with most open invoices."""
    held = [each for each in found.now.currencies if each.total.invoices]
    return sorted(held, key=lambda each: -each.total.invoices)[: drawing.MOST_CURRENCIES]


def alt_text(found: AgeingCompared) -> str:
    """Return the finding first, then the figures, for whoever cannot see the chart."""
    shown = panels(found)
    if not shown:
        return say("Nothing is open.")
    told = [finding(found, each) for each in shown]
    bars = "; ".join(
        f"{each.currency} "
        + ", ".join(f"{words.bucket(bucket.name)} {speech.amount(bucket.amount)}" for bucket in each.buckets)
        for each in shown
    )
    return joined(" ", [*told, say("Bars: {bars}.", bars=bars)])


def finding(found: AgeingCompared, each: CurrencyAgeing) -> str:
    """Return what is worth knowing about one currency: what is oldest, what is late in all, and how both move."""
    oldest = next(bucket for bucket in each.buckets if bucket.name == OLDEST)
    late = sum((bucket.amount for bucket in each.buckets[1:]), each.buckets[0].amount - each.buckets[0].amount)
    over = drawing.change(oldest.amount, found.earlier(each.currency, OLDEST))
    return say(
        "Over 90 days: {oldest}, {over} since {day}; past due {late} of {total} ({whole} in all).",
        oldest=oldest.amount,
        over=over,
        day=found.then,
        late=late,
        total=each.total.amount,
        whole=drawing.change(each.total.amount, found.earlier_total(each.currency)),
    )


def _panel(axes: Axes, found: AgeingCompared, each: CurrencyAgeing, *, narrow: bool) -> None:
    names = [bucket.name for bucket in each.buckets]
    now = [float(bucket.amount.decimal) for bucket in each.buckets]
    before = [float(found.earlier(each.currency, bucket.name).decimal) for bucket in each.buckets]
    places = range(len(names))
    axes.bar([place - 0.2 for place in places], before, color=BEFORE, width=0.36, label=speech.day(found.then))
    colours = [LATE if name == OLDEST else NOW for name in names]
    axes.bar([place + 0.2 for place in places], now, color=colours, width=0.36, label=speech.day(found.now.as_of))
    most = max([*now, *before, 1.0])
    for place, bucket in enumerate(each.buckets):
        axes.text(
            place + 0.2, now[place] + most * 0.02, drawing.short(bucket.amount), ha="center", color=INK, fontsize=9
        )
    axes.set_xticks(places, [_axis(name) for name in names], color=INK, fontsize=8 if narrow else None)
    axes.set_ylim(0, most * 1.18)
    drawing.plain(
        axes,
        say(
            "{currency}: {total} in {n} invoices (grey: {day})",
            currency=each.currency,
            total=each.total.amount,
            n=each.total.invoices,
            day=found.then,
        ),
        size=9 if narrow else 11,
    )


def _axis(name: str) -> str:
    known = {"current": say("not due"), OLDEST: say("over 90 days")}
    return known.get(name) or say("{bucket} days", bucket=name)
