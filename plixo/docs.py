"""The generated pages of ``docs/``: written by ``make docs`` from the tables in the code, compared by ``make check``.

python -m plixo.docs            write them
python -m plixo.docs --check    say which are not current, and end with code 1
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from domain.kernel.actor import Permission
from domain.kernel.events import EVENTS, Event
from domain.operations.crons import CRONS
from domain.outreach import guardrails as rails
from domain.people.roles import MAY
from plixo import doc_sources, wiring
from plixo.metric_names import METRICS, METRICS_TELL, OF_LIBRARIES, READY_MEANS
from plixo.settings import Settings
from portal.rates import RULES

FOLDER = Path(__file__).resolve().parents[1] / "docs"

SETTING_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Database and data folder", ("data_", "database_")),
    ("The merchant", ("merchant_",)),
    ("Portal", ("public_", "portal_")),
    ("Mail", ("mail_", "smtp_", "inbound_")),
    ("Slack", ("slack_",)),
    ("Stripe", ("stripe_",)),
    ("Figures and traces", ("metrics_", "otlp_")),
    ("Everything else", ("",)),
)
"""Headings of configuration.md; a setting stands under the first whose prefix it has."""

CONFIGURATION = (
    "Every setting is an environment variable, or a line of a file `.env` in the folder where Plixo starts. "
    "A wrong value ends the start with exit code 2 and names the setting. `plixo demo` needs none of them.\n\n"
    "A secret may stand in a file instead: `PLIXO_…_FILE` names it, or it is the file `plixo_…` of the folder "
    "`PLIXO_SECRETS_DIR`. A file that everybody may read is refused, and so is a secret that is set twice."
)
STATES = (
    "A state stores a decision. What the calendar or arithmetic can tell (overdue, partly paid, expired, on hold) is "
    "never stored. `record.move(step)` is the only writer of a `state` column; of two racing moves one is refused."
)
EVENTS_FOLLOW = (
    "An event is one line of the timeline, stored for ever, and everything that follows from it is queued in its own "
    "transaction. Every event also carries `at`, `actor` and `actor_kind`."
)
JOBS_RUN = (
    "A job is queued in the transaction of the change that calls for it. It may run twice, so it asks the database "
    "before it acts. A failure is tried again after 2, 4, 8 … seconds, at most ten minutes apart; jobs of one lock run "
    "one at a time, in order. A job whose worker died is given to another."
)
RAILS_OF_ITEMS = (
    "Read again right before each mail, from top to bottom; the first that objects is kept as the reason. First each "
    "invoice in a reminder is judged by itself:"
)

RAILS_OF_MAILS = (
    "Then the mail as a whole, which leaves, waits until it could pass, or never leaves. Answers to what a payer did "
    "obey only the rows that say so:"
)

CRONS_TICK = (
    "Any number of schedulers may tick; one wins each slot. After a downtime or a moved clock the newest missed slot "
    "is run once. Times are UTC."
)
BEGIN = (
    "An operator begins with `/plixo next`: it takes up the case that comes first, says why, and has a button for all "
    "that can be done about it; each answer leads to the next case. `/plixo queue` shows all cases, `/plixo mails` "
    "what customers wrote, the Home tab of Plixo your own day. Who has no role yet types `/plixo access request`; a "
    "Controller decides."
)
SHELL = (
    "Exit codes: 0 done, 1 refused (the reason on standard error), 2 wrong use. Whoever holds the shell holds the "
    "database, so no role is asked for."
)


def configuration() -> str:
    """Return the page of every setting."""
    left = dict(Settings.model_fields)
    parts = [CONFIGURATION]
    for heading, prefixes in SETTING_GROUPS:
        fields = {name: left.pop(name) for name in list(left) if name.startswith(prefixes)}
        if fields:
            rows = [
                (f"`PLIXO_{name.upper()}`", _values(each), _default(each), each.description or "")
                for name, each in fields.items()
            ]
            parts += [f"## {heading}", table(("setting", "values", "default", "meaning"), rows)]
    return _page("Configuration", "plixo/settings.py", parts)


def _values(field: FieldInfo) -> str:
    kinds = [each for each in (get_args(field.annotation) or (field.annotation,)) if each is not type(None)]
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{each}`" for each in kinds)
    if get_origin(field.annotation) is list:
        return "JSON list of secrets" if SecretStr in kinds else "JSON list"
    names = {SecretStr: "secret text", Path: "folder", bool: "`true`, `false`", int: "whole number", str: "text"}
    bounds = {type(each).__name__: each for each in field.metadata}
    low, high = getattr(bounds.get("Ge"), "ge", None), getattr(bounds.get("Le"), "le", None)
    span = "" if low is None and high is None else f", {low} to {high}" if high is not None else f", from {low}"
    return " or ".join(names.get(each, str(getattr(each, "__name__", each))) for each in kinds) + span


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", []):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def states() -> str:
    """Return the page of every life cycle."""
    parts = [STATES]
    for found in doc_sources.machines():
        machine = found.machine
        lines = [f"    [*] --> {machine.start}"]
        lines += [f"    {before} --> {after}: {step}" for (before, step), after in machine.moves.items()]
        rows = [
            (f"`{before}`", step, f"`{after}`", found.reasons.get((str(before), step), ""))
            for (before, step), after in machine.moves.items()
        ]
        parts += [
            f"## {machine.name.capitalize()}",
            _sentence(type(machine.start).__doc__),
            "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```",
            table(("from", "step", "to", "when"), rows),
        ]
    return _page("States", "the `states.py` of each area of `domain/`", parts)


def events() -> str:
    """Return the page of every event and of what follows from it."""
    parts = [EVENTS_FOLLOW]
    for area, of_area in _by_area().items():
        rows = [
            (f"`{each.kind}`", f"`{each.__name__}`", _sentence(each.__doc__), _fields(each), _follows(each))
            for each in of_area
        ]
        heading = area.replace("_", " ").capitalize()
        parts += [f"## {heading}", table(("kind", "event", "meaning", "facts", "what follows"), rows)]
    return _page("Events", "the `events.py` of each area of `domain/`", parts)


def _by_area() -> dict[str, list[type[Event]]]:
    areas: dict[str, list[type[Event]]] = {}
    for name in doc_sources.module_names("events"):
        import_module(name)
    for each in sorted(EVENTS.values(), key=lambda event: (doc_sources.floor(event.__module__), event.__module__)):
        if each.__module__.startswith("domain."):
            areas.setdefault(each.__module__.split(".")[1], []).append(each)
    return areas


def _fields(event: type[Event]) -> str:
    shared = set(Event.model_fields)
    return ", ".join(f"`{name}`" for name in event.model_fields if name not in shared)


def _follows(event: type[Event]) -> str:
    said = (f"{each.job} ({each.word})" if each.word else each.job for each in wiring.NOTICES[event])
    return ", ".join(f"`{each}`" for each in said) or "nothing"


def operations() -> str:
    """Return the page of jobs, crons, guardrails, rates and fixed numbers."""
    jobs = [
        (f"`{each.name}`", each.does, str(each.attempts), f"`{each.lock}`" if each.lock else "") for each in wiring.JOBS
    ]
    crons = [(f"`{each.name}`", f"`{each.schedule}`", f"`{each.job}`", each.does) for each in CRONS]
    items = [(each.name, _reason(each.reason)) for each in rails.ITEMS]
    mails = [(each.name, _reason(each.reason), "yes" if each.answers else "") for each in rails.MAIL]
    rates = [(what, ", ".join(f"{limit} by {by}" for by, limit in limits)) for what, limits in RULES.items()]
    limits = [(f"`{each.name}`", f"`{each.value}`", each.meaning, f"`{each.path}`") for each in doc_sources.numbers()]
    return _page(
        "Operations",
        "the tables in `plixo/wiring.py`, `domain/` and the edges",
        [
            "## Jobs",
            JOBS_RUN,
            table(("job", "what it does", "attempts", "lock"), jobs),
            "## Crons",
            CRONS_TICK,
            table(("cron", "when", "job", "what it does"), crons),
            "## Guardrails",
            RAILS_OF_ITEMS,
            table(("guardrail", "reason that is shown"), items),
            RAILS_OF_MAILS,
            table(("guardrail", "reason that is shown", "answers too"), mails),
            "## Rates",
            "How often a payer's browser may do what; counted by each portal for itself.",
            table(("act", "at most"), rates),
            "## Limits and other fixed numbers",
            "What may be set is in [configuration.md](configuration.md); these are fixed in the code.",
            table(("name", "value", "meaning", "where"), limits),
        ],
    )


def _reason(template: str) -> str:
    """Return a reason with an ellipsis for each fact in it."""
    return re.sub(r"\{[^{}]*\}", "…", template)


def commands() -> str:
    """Return the page of every command, in Slack and in the shell, and of who may use it."""
    held = [(role.value, *("✓" if each in allowed else "" for each in Permission)) for role, allowed in MAY.items()]
    parts = [
        "## In Slack",
        "What you may do is decided at the moment of the click, by the roles that you hold then.",
        BEGIN,
        *doc_sources.slack_commands(table),
        "## Roles",
        table(("role", *(each.value for each in Permission)), held),
        "## In the shell",
        SHELL,
        *doc_sources.shell_commands(table),
    ]
    return _page("Commands", "`bot/`, `domain/people/roles.py` and `plixo/commands/`", parts)


def metrics() -> str:
    """Return the page of every figure that a process tells."""
    parts = [METRICS_TELL]
    for heading, chosen in (
        ("Of each process", [each for each in METRICS if not each.shared]),
        ("Of the whole deployment", [each for each in METRICS if each.shared]),
        ("Of the client library", list(OF_LIBRARIES)),
    ):
        rows = [
            (f"`{each.name}`", each.kind.value, ", ".join(f"`{label}`" for label in each.labels), each.meaning)
            for each in chosen
        ]
        parts += [f"## {heading}", table(("metric", "kind", "labels", "meaning"), rows)]
    return _page("Metrics", "`plixo/metric_names.py`", [*parts, READY_MEANS])


PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": configuration,
    "states.md": states,
    "events.md": events,
    "operations.md": operations,
    "commands.md": commands,
    "metrics.md": metrics,
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *([_cell(each) for each in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", r"\|").strip()


def _sentence(docstring: str | None) -> str:
    return re.sub(r"\s+", " ", (docstring or "").strip().partition("\n\n")[0])


def _page(title: str, source: str, parts: Iterable[str]) -> str:
    note = f"<!-- Made by `make docs` from {source}. Change it there. -->"
    return "\n\n".join([note, f"# {title}", *parts]) + "\n"


def outdated() -> Iterator[tuple[Path, str]]:
    """Yield each page that is not what the code says, with what it should be."""
    for name, page in PAGES.items():
        file, text = FOLDER / name, page()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield file, text


def main(words: list[str]) -> int:
    """Write the pages, or with ``--check`` only tell which are not current."""
    checking = "--check" in words
    stale = list(outdated())
    for file, text in stale:
        if not checking:
            file.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{'not current' if checking else 'written'}: docs/{file.name}\n")
    if stale and checking:
        sys.stderr.write("Run: make docs\n")
    return int(bool(stale) and checking)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
