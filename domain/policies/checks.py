"""Checks: what only the whole document can tell. Faults are refused; warnings are shown before it is published."""

from collections.abc import Iterable, Iterator, Sequence

from domain import letters
from domain.kernel.limits import Limits
from domain.kernel.speech import counted, say
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
                before = repr(seen[name.casefold()])
                told = say("{name} is a name used before: {before}", name=repr(name), before=before)
                yield Finding((what, number, "name"), told)
            seen.setdefault(name.casefold(), name)


def _segments(document: Document) -> Iterator[Finding]:
    cadences = [each.name for each in document.cadences]
    asked: dict[Rule, str] = {}
    for number, segment in enumerate(document.segments):
        path: Path = ("segments", number)
        if segment.cadence not in cadences:
            hint = nearest(segment.cadence, cadences) or _there_are(cadences)
            told = say("there is no cadence {name}.", name=repr(segment.cadence))
            yield Finding((*path, "cadence"), f"{told}{hint}")
        before = asked.get(Rule()) or asked.get(segment.rule)
        if before is not None:
            told = say(
                "{name} is never reached: {before} before it takes all that it would take",
                name=repr(segment.name),
                before=repr(before),
            )
            yield Finding(path, told)
        asked.setdefault(segment.rule, segment.name)
        yield from _impossible(segment.rule, (*path, "rule"))


def _impossible(rule: Rule, path: Path) -> Iterator[Finding]:
    """Yield conditions that no invoice can meet together."""
    if rule.country and rule.region:
        outside = sorted(set(rule.country) - set(regions.countries(rule.region)))
        if outside:
            told = say("{country} lies in none of the regions, so never matches", country=", ".join(outside))
            yield Finding((*path, "country"), told)
    if rule.ageing and rule.days_past_due and not any(_meets(rule, *_RANGES[each]) for each in rule.ageing):
        yield Finding((*path, "days_past_due"), say("no day is in this range and in one of the ageing buckets"))


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
        return say(
            "{letter} answers something that happened; a step sends one of: {offered}",
            letter=repr(step.letter),
            offered=", ".join(offered),
        )
    hint = nearest(step.letter, offered) or _there_are(offered)
    return f"{say('there is no letter {letter}.', letter=repr(step.letter))}{hint}"


def _there_are(words: Iterable[str]) -> str:
    return f" {say('There are: {words}.', words=', '.join(words))}"


def _order(cadence: CadencePart, path: Path) -> Iterator[Finding]:
    for position, (before, step) in enumerate(zip(cadence.steps, cadence.steps[1:], strict=False), start=1):
        if step.day <= before.day:
            yield Finding(
                (*path, position, "day"),
                say(
                    "day {day} does not come after day {before}; steps stand in the order of their days",
                    day=str(step.day),
                    before=str(before.day),
                ),
            )
        if before.escalate:
            yield Finding((*path, position - 1), say("a person takes over for good, so no step can follow"))


def _pressure(steps: Sequence[StepPart], path: Path) -> Iterator[Finding]:
    """Yield where the cadence turns milder, skips a level or lets a final notice leave unseen."""
    reached = 0
    for position, step in enumerate(steps):
        if step.letter is None:
            continue
        presses, letter = severity(step), step.letter
        if presses < reached:
            told = say("{letter} is milder than a letter that was sent before it", letter=letter)
            yield Finding((*path, position, "letter"), told)
        elif presses > reached + 1:
            told = say("{letter} skips a level: an overdue reminder comes first", letter=letter)
            yield Finding((*path, position, "letter"), told)
        if presses >= FINAL and "approval" in step.model_fields_set and not step.approval:
            told = say("a person approves each {letter}; this cannot be switched off", letter=letter)
            yield Finding((*path, position, "approval"), told)
        reached = max(reached, presses)


def _unused(document: Document) -> Iterator[Finding]:
    used = {each.cadence for each in document.segments}
    for number, cadence in enumerate(document.cadences):
        if cadence.name not in used:
            yield Finding(("cadences", number), say("no segment uses the cadence {name}", name=repr(cadence.name)))
    if document.segments[-1].rule != Rule():
        told = say("the last segment has a rule, so invoices may be left that no segment takes")
        yield Finding(("segments",), told)


def _calendar_traps(document: Document) -> Iterator[Finding]:
    for number, cadence in enumerate(document.cadences):
        path: Path = ("cadences", number, "steps")
        for position, step in enumerate(cadence.steps):
            letter, when = step.letter, _when(step.day)
            if letter is None:
                if step.day <= 0:
                    told = say("a person takes over {when}, not after it", when=when)
                    yield Finding((*path, position, "day"), told)
            elif severity(step) > 0 and step.day <= 0:
                told = say(
                    "{letter} stands {when}: nothing is overdue then (days after it have no minus)",
                    letter=letter,
                    when=when,
                )
                yield Finding((*path, position, "day"), told)
            elif severity(step) == 0 and step.day > 0:
                told = say("{letter} speaks of a coming due date, but stands {when}", letter=letter, when=when)
                yield Finding((*path, position, "letter"), told)
        if not cadence.steps[-1].escalate:
            told = say("{name} ends without handing over to a person (`escalate: true`)", name=repr(cadence.name))
            yield Finding(path, told)


def _when(day: int) -> str:
    if day == 0:
        return say("on the due date")
    if day > 0:
        return counted("{n} day after the due date", "{n} days after the due date", day)
    return counted("{n} day before the due date", "{n} days before the due date", -day)


def _crowded(document: Document, limits: Limits) -> Iterator[Finding]:
    for number, cadence in enumerate(document.cadences):
        for position, (before, step) in enumerate(zip(cadence.steps, cadence.steps[1:], strict=False), start=1):
            apart = step.day - before.day
            if step.letter is not None and 0 < apart < limits.contact_rest.days:
                told = say(
                    "comes {apart} days after the step before, but a contact rests {rest} days",
                    apart=apart,
                    rest=limits.contact_rest.days,
                )
                yield Finding(("cadences", number, "steps", position, "day"), told)
