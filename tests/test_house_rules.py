"""The rules of the house that linters do not know: who writes a state, who may ask for the time, what is complete."""

import ast
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from domain.kernel.core import Core
from domain.kernel.events import EVENTS, Event
from domain.kernel.machine import Machine
from domain.kernel.notices import Notice
from domain.kernel.refusals import Refusal
from plixo import parts, wiring
from plixo.settings import Settings
from tests.sources import PACKAGES, ROOT, Source, modules, sources, sql

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60

VAGUE = frozenset(
    {"utils", "util", "helpers", "helper", "common", "manager", "service", "handler", "base", "data", "info"}
)
"""Names that say nothing about what a module holds."""

STATE_BY_SQL = {
    "domain/ledger/merging_accounts.py": "claims and tasks that two customers have alike; their models stand above it",
    "domain/ledger/merging_mails.py": "of two mails to one contact one is left; their models stand above it",
    "domain/ledger/csv_import": "an import decides the states of thousands of rows at once, in one merge",
}
"""Where raw SQL may write a state, and why ``move()`` cannot."""

READS_ENVIRONMENT = {
    "plixo/settings.py": "the one place that does",
    "plixo/cluster.py": "hands its own on to the processes that it starts",
}

OWN_TIME = {
    "domain/kernel/clock.py": "the clock itself",
    "sandbox/": "outside services have clocks of their own; the demo's can be moved",
    "plixo/file_store.py": "how old a file is says the store's own clock, whatever the demo's shows",
    "portal/stripe_webhook.py": "a signature says when it was made by the machine's time, whatever the demo's shows",
}
"""Where the machine's time may be read directly, and why the core's clock is not it."""

SQL_TIME: dict[str, str] = {}
"""Where a statement may ask the database for the time, and why the core's clock is not it."""


def allowed(source: Source, places: dict[str, str]) -> bool:
    """Tell whether the file stands in a list of exceptions."""
    return any(source.path.startswith(place) for place in places)


# States -------------------------------------------------------------------------------------------


def state_writes(source: Source) -> Iterator[str]:
    """Yield every place that sets an attribute or a column called ``state``."""
    constructors = [
        node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    ]
    own = {child for init in constructors for child in ast.walk(init)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            mine = isinstance(node.value, ast.Name) and node.value.id == "self" and node in own
            if not mine:
                yield source.at(node)
        if isinstance(node, ast.Call) and writes_state(node):
            yield source.at(node)


def writes_state(call: ast.Call) -> bool:
    """Tell whether a call is ``….update(state=…)``, ``setattr(…, "state", …)`` or a save that names the column."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "update":
        return any(keyword.arg == "state" for keyword in call.keywords)
    if name in {"setattr", "save", "bulk_update", "update_or_create"}:
        return any(isinstance(node, ast.Constant) and node.value == "state" for node in ast.walk(call))
    return False


def test_only_move_writes_a_state() -> None:
    watched = [each for each in sources() if not each.path.startswith("sandbox/")]

    found = [place for each in watched if each.path != "domain/kernel/records.py" for place in state_writes(each)]

    assert found == [], "a state is changed by record.move(step) and by nothing else"


def test_only_the_import_writes_a_state_in_sql() -> None:
    setting = re.compile(r"\bSET\b((?!\b(WHERE|FROM|RETURNING)\b).)*\bstate\s*=", re.IGNORECASE)

    found = [
        each.at(node)
        for each in sources()
        if not allowed(each, STATE_BY_SQL)
        for node, text in sql(each)
        if setting.search(text)
    ]

    assert found == [], "a state is changed by record.move(step) and by nothing else"


def machines() -> dict[str, Machine[StrEnum]]:
    """Return every transition table of the domain by its name."""
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in (ROOT / "domain").rglob("states.py")]
    found = (value for name in names for value in vars(import_module(name)).values() if isinstance(value, Machine))
    return {machine.name: machine for machine in found}


@pytest.mark.parametrize("name", sorted(machines()))
def test_every_state_can_be_reached(name: str) -> None:
    machine = machines()[name]
    reached: set[StrEnum] = {machine.start}
    before: set[StrEnum] = set()

    while reached != before:
        before = set(reached)
        reached |= {after for (state, _), after in machine.moves.items() if state in reached}

    assert reached == set(type(machine.start))


# Events, notices, jobs ----------------------------------------------------------------------------


def test_every_event_has_a_line_in_a_notices_table() -> None:
    modules("domain")

    missing = [event.__name__ for event in EVENTS.values() if event not in wiring.NOTICES]

    assert missing == []


def test_every_event_has_a_kind_under_which_it_is_stored() -> None:
    modules("domain")
    shared = {
        "AccessEvent",
        "AccountEvent",
        "DraftEvent",
        "ErasureEvent",
        "FoundEvent",
        "HoldEvent",
        "IncidentEvent",
        "InvoiceEvent",
        "LineEvent",
        "OverrideEvent",
        "PlacedEvent",
    }

    nameless = [
        each.__name__ for each in descendants(Event) if not vars(each).get("kind") and each.__name__ not in shared
    ]

    assert nameless == []


def test_every_notice_names_a_job_of_the_jobs_table() -> None:
    jobs = {kind.name for kind in wiring.JOBS}

    unknown = [(event.__name__, each.job) for event, each in all_notices() if each.job not in jobs]

    assert unknown == []


@pytest.mark.parametrize("connected", [False, True], ids=["nothing set", "Slack and Stripe set"])
async def test_every_job_of_the_table_has_a_function(core: Core, connected: bool) -> None:
    settings = Settings(
        slack_bot_token=SecretStr("xoxb-test") if connected else None,
        slack_signing_secret=SecretStr("test") if connected else None,
        slack_channel="C0TEST",
        stripe_api_key=SecretStr("rk_test_test") if connected else None,
    )

    async with AsyncExitStack() as stack:
        functions = parts.job_functions(core, await parts.edges(core, settings, stack))

    assert set(functions) == {kind.name for kind in wiring.JOBS}


def all_notices() -> list[tuple[type[Event], Notice]]:
    """Return every pair of event and notice."""
    return [(event, notice) for event, notices in wiring.NOTICES.items() for notice in notices]


def descendants(top: type[Any]) -> set[type[Any]]:
    """Return every class below *top* that our own code defines."""
    below: set[type[Any]] = set()
    for child in top.__subclasses__():
        below |= {child, *descendants(child)}
    return {each for each in below if each.__module__.partition(".")[0] in PACKAGES}


# Refusals -----------------------------------------------------------------------------------------


def drawn(module: ModuleType) -> dict[str, str]:
    """Return each refusal in the tree that the module's docstring draws, with the one above it."""
    above: list[tuple[int, str]] = [(-1, "Refusal")]
    tree = {}
    for line in (module.__doc__ or "").splitlines():
        if branch := re.match(r"^([\s│]*)[├└]── (\w+)", line):
            depth = len(branch[1])
            above = [each for each in above if each[0] < depth]
            tree[branch[2]] = above[-1][1]
            above.append((depth, branch[2]))
    return tree


def test_the_drawn_trees_of_refusals_are_complete_and_true() -> None:
    modules("domain")
    known: set[type[Any]] = {Refusal} | descendants(Refusal)
    by_name = {each.__name__: each for each in known}
    trees = {
        module.__name__.rpartition(".")[0]: drawn(module)
        for module in modules("domain")
        if module.__name__.endswith(".refusals")
    }

    missing = [
        each.__name__
        for each in descendants(Refusal)
        if each.__module__.startswith("domain.")
        and each.__name__ not in trees.get(".".join(each.__module__.split(".")[:2]), {})
    ]
    untrue = [
        (area, name, parent)
        for area, tree in trees.items()
        for name, parent in tree.items()
        if name not in by_name or not issubclass(by_name[name], by_name[parent])
    ]

    assert (missing, untrue) == ([], [])


# Sizes, words, time, environment ------------------------------------------------------------------


def test_a_module_does_one_noun_in_at_most_300_lines() -> None:
    long = [f"{each.path}: {lines} lines" for each in sources() if (lines := each.text.count("\n")) > LONGEST_MODULE]

    assert long == []


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{each.at(node)} {node.name}: {length} lines"
        for each in sources(*PACKAGES, "tests")
        for node in ast.walk(each.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]

    assert long == []


def test_every_module_says_in_its_first_sentence_what_it_does() -> None:
    silent = [
        each.path for each in sources(*PACKAGES, "tests") if each.text.strip() and not ast.get_docstring(each.tree)
    ]

    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [each.path for each in sources() if VAGUE & set(each.path.removesuffix(".py").split("/"))]

    assert vague == []


def test_whoever_catches_everything_says_why_on_that_line() -> None:
    reason = re.compile(r"#\s*(noqa: BLE001[\s:–-]*)?\S+ \S+ \S+")

    unexplained = [
        each.at(node)
        for each in sources()
        for node in ast.walk(each.tree)
        if isinstance(node, ast.ExceptHandler)
        and catches_everything(node)
        and not reason.search("\n".join(each.text.splitlines()[node.lineno - 1 : node.body[0].lineno - 1]))
    ]

    assert unexplained == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler takes any exception and does not simply pass it on."""
    caught = {getattr(node, "id", "") for node in ast.walk(handler.type)} if handler.type else {"Exception"}
    last = handler.body[-1]
    passed_on = isinstance(last, ast.Raise) and last.exc is None
    return bool(caught & {"Exception", "BaseException"}) and not passed_on


def test_only_the_settings_read_the_environment() -> None:
    found = [
        each.at(node)
        for each in sources()
        if not allowed(each, READS_ENVIRONMENT)
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "putenv"}
    ]

    assert found == []


def test_only_the_clock_tells_the_time() -> None:
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}

    found = [
        each.at(node)
        for each in sources()
        if not allowed(each, OWN_TIME)
        for node in ast.walk(each.tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "attr", getattr(node.value, "id", "")), node.attr) in asked
    ]

    assert found == [], "business time comes from core.clock"


def test_no_statement_asks_the_database_for_the_time() -> None:
    asks = re.compile(r"\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\)|localtimestamp)", re.IGNORECASE)

    found = [
        each.at(node)
        for each in sources()
        if not allowed(each, SQL_TIME)
        for node, text in sql(each)
        if asks.search(text)
    ]

    assert found == [], "business time comes from core.clock"


def test_no_two_advisory_locks_have_one_number() -> None:
    numbers = re.compile(r"\b7_?154_?\d{3}\b")

    used = [each.replace("_", "") for source in sources() for each in numbers.findall(source.text)]

    assert sorted(used) == sorted(set(used))


def test_every_exception_to_a_rule_names_a_file_that_exists() -> None:
    places = [*STATE_BY_SQL, *READS_ENVIRONMENT, *OWN_TIME, *SQL_TIME]

    gone = [place for place in places if not list(ROOT.glob(f"{place.rstrip('/')}*"))]

    assert gone == []
