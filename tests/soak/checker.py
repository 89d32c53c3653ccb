"""The checker: what must never have happened, proved from what the relay received and what the witness saw.

It shares no code with the engine: rules are written down a second time in ``checks``, as plain arithmetic over plain
rows, so that a mistake would have to be made twice. Each check yields one sentence for each thing that went wrong.
"""

from collections.abc import Callable, Iterator

from tests.soak.checks import ends, lost, money, steps, stops, times, wire
from tests.soak.record import Record

Check = Callable[[Record], Iterator[str]]

CHECKS: tuple[Check, ...] = (
    ends.witnessed,
    wire.strangers,
    wire.labelled,
    wire.complete,
    wire.once,
    money.paid,
    money.paused,
    money.amounts,
    times.hours,
    times.rested,
    times.caps,
    stops.suppressed,
    stops.held,
    stops.excluded,
    stops.gated,
    steps.softly,
    lost.lost,
    ends.explained,
    ends.jobs,
    ends.locks,
)


def violations(record: Record) -> dict[str, list[str]]:
    """Run every check and return what each found; nothing when all is well."""
    found = {check.__name__: list(check(record)) for check in CHECKS}
    return {name: sentences for name, sentences in found.items() if sentences}
