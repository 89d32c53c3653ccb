"""Checks: what only the whole document can tell. Faults are refused; warnings are shown before it is published."""

from collections.abc import Iterable, Iterator, Sequence

from domain import letters
from domain.kernel.limits import Limits
from domain.policies import regions
from domain.policies.document import CadencePart, Document, Rule, StepPart
from domain.policies.findings import Finding, Path, in_order
from domain.policies.values import nearest

FINAL = 2
"""Severity of a letter from which on a person approves each one, whatever the segment's mode."""

_RANGES = {"current": (None, 0), "1-30": (1, 30), "31-60": (31, 60), "61-90": (61, 90), "91+": (91, None)}


def faults(document: Document) -> tuple[Finding, ...]:
    """Return what makes the document impossible to publish."""
    return in_order((*_names(document), *_segments(document), *_cadences(document)))


def warnings(document: Document, limits: Limits) -> tuple[Finding, ...]:
    """Return what is allowed, and still rarely meant."""
    return in_order((*_unused(document), *_calendar_traps(document), *_crowded(document, limits)))


def severity(step: StepPart) -> int:
    """Return how hard a step presses; handing over to a person counts as the hardest."""
    return FINAL if step.letter is None else letters.KINDS[step.letter].severity


def approved_by_a_person(step: StepPart) -> bool:
    """Tell whether a person approves each mail of the step, even on Autopilot: when said so, and final notices."""
    return step.letter is not None and (step.approval or severity(step) >= FINAL)


def _names(document: Document) -> Iterator[Finding]:
    named = {
        "segments": [each.name for each in document.segments],
        "cadences": [each.name for each in document.cadences],
    }
    for what, names in named.items():
        seen: dict[str, str] = {}
        for number, name in enumerate(names):
            if name.casefold() in seen:
                yield Finding((what, number, "name"), f"{name!r} is a name used before: {seen[name.casefold()]!r}")
            seen.setdefault(name.casefold(), name)


def _segments(document: Document) -> Iterator[Finding]:
    cadences = [each.name for each in document.cadences]
    asked: dict[Rule, str] = {}
    for number, segment in enumerate(document.segments):
        path: Path = ("segments", number)
        if segment.cadence not in cadences:
            hint = nearest(segment.cadence, cadences) or f" There are: {', '.join(cadences)}."
            yield Finding((*path, "cadence"), f"there is no cadence {segment.cadence!r}.{hint}")
        before = asked.get(Rule()) or asked.get(segment.rule)
        if before is not None:
            yield Finding(path, f"{segment.name!r} is never reached: {before!r} before it takes all that it would take")
        asked.setdefault(segment.rule, segment.name)
        yield from _impossible(segment.rule, (*path, "rule"))


def _impossible(rule: Rule, path: Path) -> Iterator[Finding]:
    """Yield conditions that no invoice can meet together."""
    if rule.country and rule.region:
        outside = sorted(set(rule.country) - set(regions.countries(rule.region)))
        if outside:
            yield Finding((*path, "country"), f"{', '.join(outside)} lies in none of the regions, so never matches")
    if rule.ageing and rule.days_past_due and not any(_meets(rule, *_RANGES[each]) for each in rule.ageing):
        yield Finding((*path, "days_past_due"), "no day is in this range and in one of the ageing buckets")


def _meets(rule: Rule, low: int | None, high: int | None) -> bool:
    assert rule.days_past_due is not None
    asked = rule.days_past_due
    starts_in_time = asked.low is None or high is None or asked.low <= high
    return starts_in_time and (asked.high is None or low is None or asked.high >= low)


def _cadences(document: Document) -> Iterator[Finding]:
    for number, cadence in enumerate(document.cadences):
        known = True
        for position, step in enumerate(cadence.steps):
            unknown = _unknown_letter(step)
            if unknown:
                known = False
                yield Finding(("cadences", number, "steps", position, "letter"), unknown)
        yield from _order(cadence, ("cadences", number, "steps"))
        if known:
            yield from _pressure(cadence.steps, ("cadences", number, "steps"))


def _unknown_letter(step: StepPart) -> str:
    if step.letter is None:
        return ""
    offered = [name for name, kind in letters.KINDS.items() if kind.of_cadence]
    if step.letter in offered:
        return ""
    if step.letter in letters.KINDS:
        return f"{step.letter!r} answers something that happened; a step sends one of: {', '.join(offered)}"
    return f"there is no letter {step.letter!r}.{nearest(step.letter, offered) or f' There are: {_listed(offered)}.'}"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _order(cadence: CadencePart, path: Path) -> Iterator[Finding]:
    for position, (before, step) in enumerate(zip(cadence.steps, cadence.steps[1:], strict=False), start=1):
        if step.day <= before.day:
            yield Finding(
                (*path, position, "day"),
                f"day {step.day} does not come after day {before.day}; steps stand in the order of their days",
            )
        if before.escalate:
            yield Finding((*path, position - 1), "a person takes over for good, so no step can follow")


def _pressure(steps: Sequence[StepPart], path: Path) -> Iterator[Finding]:
    """Yield where the cadence turns milder, skips a level or lets a final notice leave unseen."""
    reached = 0
    for position, step in enumerate(steps):
        if step.letter is None:
            continue
        presses = severity(step)
        if presses < reached:
            yield Finding((*path, position, "letter"), f"{step.letter} is milder than a letter that was sent before it")
        elif presses > reached + 1:
            yield Finding((*path, position, "letter"), f"{step.letter} skips a level: an overdue reminder comes first")
        if presses >= FINAL and "approval" in step.model_fields_set and not step.approval:
            yield Finding(
                (*path, position, "approval"), f"a person approves each {step.letter}; this cannot be switched off"
            )
        reached = max(reached, presses)


def _unused(document: Document) -> Iterator[Finding]:
    used = {each.cadence for each in document.segments}
    for number, cadence in enumerate(document.cadences):
        if cadence.name not in used:
            yield Finding(("cadences", number), f"no segment uses the cadence {cadence.name!r}")
    if document.segments[-1].rule != Rule():
        yield Finding(("segments",), "the last segment has a rule, so invoices may be left that no segment takes")


def _calendar_traps(document: Document) -> Iterator[Finding]:
    for number, cadence in enumerate(document.cadences):
        path: Path = ("cadences", number, "steps")
        for position, step in enumerate(cadence.steps):
            if step.letter is None:
                if step.day <= 0:
                    yield Finding((*path, position, "day"), f"a person takes over {_when(step.day)}, not after it")
            elif severity(step) > 0 and step.day <= 0:
                yield Finding(
                    (*path, position, "day"),
                    f"{step.letter} stands {_when(step.day)}: nothing is overdue then (days after it have no minus)",
                )
            elif severity(step) == 0 and step.day > 0:
                yield Finding(
                    (*path, position, "letter"),
                    f"{step.letter} speaks of a coming due date, but stands {_when(step.day)}",
                )
        if not cadence.steps[-1].escalate:
            yield Finding(path, f"{cadence.name!r} ends without handing over to a person (`escalate: true`)")


def _when(day: int) -> str:
    if day == 0:
        return "on the due date"
    days = f"{abs(day)} day{'' if abs(day) == 1 else 's'}"
    return f"{days} {'after' if day > 0 else 'before'} the due date"


def _crowded(document: Document, limits: Limits) -> Iterator[Finding]:
    for number, cadence in enumerate(document.cadences):
        for position, (before, step) in enumerate(zip(cadence.steps, cadence.steps[1:], strict=False), start=1):
            apart = step.day - before.day
            if step.letter is not None and 0 < apart < limits.contact_rest.days:
                yield Finding(
                    ("cadences", number, "steps", position, "day"),
                    f"comes {apart} days after the step before, but a contact rests {limits.contact_rest.days} days",
                )
