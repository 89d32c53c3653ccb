"""The documentation is current, complete, and leads where it says."""

import re
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from domain.kernel.events import EVENTS, Event
from plixo import doc_sources, docs
from plixo.command_table import ENTRIES
from plixo.settings import Settings
from tests.sources import ROOT, modules

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)

LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    """Return a page's path as people write it."""
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the files that a page leads to, each with the heading in it."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    inside = [each for each in LINK.findall(text) if not re.match(r"[a-z]+:", each)]
    parts = [each.partition("#") for each in inside]
    return [((page.parent / path).resolve() if path else page, heading) for path, _, heading in parts]


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in found}


@pytest.mark.parametrize("page", docs.PAGES)
def test_a_generated_page_is_current(page: str) -> None:
    file = docs.FOLDER / page

    assert file.read_text(encoding="utf-8") == docs.PAGES[page](), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [
        f"{path}#{heading}"
        for path, heading in links(page)
        if not path.exists() or (heading and path.suffix == ".md" and heading not in headings(path))
    ]

    assert broken == []


def test_every_page_under_docs_can_be_found_from_the_readme() -> None:
    reached, left = set(), [ROOT / "README.md"]

    while left:
        page = left.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        left += [path for path, _ in links(page) if path.suffix == ".md"] if page.suffix == ".md" else []

    assert [name(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    in_shell = set(re.findall(r"(?:`|\.venv/bin/)plixo ([a-z]+)", text))
    in_slack = set(re.findall(r"(?<!bin)/plixo ([a-z]+)", text))

    below = set(re.findall(r"^### `plixo ([a-z-]+ [a-z-]+)`", (ROOT / "docs/commands.md").read_text(), re.MULTILINE))
    groups = {each.partition(" ")[0] for each in below}
    pairs = re.findall(r"(?:`|\.venv/bin/)plixo ([a-z-]+) ([a-z][a-z-]*)", text)

    assert in_shell - {each.word for each in ENTRIES} == set()
    assert {f"{group} {verb}" for group, verb in pairs if group in groups} - below == set()
    assert in_slack - {each.words[0] for each in COMMANDS} == set()


def test_a_right_that_is_enough_for_a_part_is_told_apart() -> None:
    dispute = next(each for each in COMMANDS if each.words == ("credit", "approve"))
    queue = next(each for each in COMMANDS if each.words == ("queue",))

    assert doc_sources.who_may(dispute) == "Controller, A/R Manager; in part: Legal"
    assert "in part" not in doc_sources.who_may(queue)
    assert "in part: Legal" in (docs.FOLDER / "commands.md").read_text(encoding="utf-8")


def test_every_setting_says_what_it_is_for() -> None:
    silent = [each for each, field in Settings.model_fields.items() if len(field.description or "") < 10]

    assert silent == []


def test_every_event_says_what_it_means_and_how_it_is_told() -> None:
    modules("domain")

    silent = [
        each.__name__
        for each in EVENTS.values()
        if each.__module__.startswith("domain.")
        and (not vars(each).get("__doc__") or not each.told.__doc__ or each.told is Event.told)
    ]

    assert silent == []


def test_the_architecture_can_be_read_in_one_sitting() -> None:
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 200


def test_every_decision_has_a_date() -> None:
    undated = [
        name(page)
        for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md")
        if not re.search(r"^20\d\d-\d\d-\d\d", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert undated == []
