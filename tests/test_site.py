"""The docs site builds strictly, every link inside it leads somewhere, and nothing on it comes from elsewhere."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.sources import ROOT

ASSETS = {"img": "src", "script": "src", "link": "href", "source": "src", "iframe": "src"}
"""What a browser fetches by itself, and the attribute that says from where."""


class Page(HTMLParser):
    """What one built page leads to, what it fetches, and its anchors."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[each] for each in ("id", "name") if each in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if found.get(ASSETS.get(tag, "")):
            self.fetched.append(found[ASSETS[tag]])


def is_elsewhere(address: str) -> bool:
    """Tell whether an address is none of the site's own."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def target(page: Page, address: str) -> tuple[Path, str]:
    """Return the file behind an address inside the site, and the anchor in it."""
    parts = urlsplit(address)
    path = (page.file.parent / unquote(parts.path)).resolve() if parts.path else page.file
    return (path / "index.html" if path.is_dir() else path), unquote(parts.fragment)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """Build the site from a copy, since another process may be building it in place."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    command = [str(Path(sys.executable).parent / "zensical"), "build", "--strict"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    files = sorted((folder / "site").rglob("*.html"))
    return {each.resolve(): Page(each.resolve()) for each in files if each.name != "404.html"}


def broken(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield each link and each file to fetch that is not there."""
    for page in pages.values():
        for address in {each for each in page.links + page.fetched if not is_elsewhere(each)}:
            file, anchor = target(page, address)
            known = pages.get(file)
            if not file.exists() or (known is not None and anchor not in known.anchors):
                yield f"{page.file.parent.name}: {address}"


def test_every_link_and_anchor_inside_the_site_leads_somewhere(pages: dict[Path, Page]) -> None:
    assert len(pages) > 30
    assert sum(len(each.links) for each in pages.values()) > 1000
    assert sorted(broken(pages)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text('<h1 id="here"></h1><a href="#here"></a><a href="#gone"></a><a href="gone/"></a><img src="no.png">')

    found = sorted(broken({file: Page(file)}))

    assert [each.split(": ")[1] for each in found] == ["#gone", "gone/", "no.png"]


def test_no_page_fetches_anything_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert [each for page in pages.values() for each in page.fetched if is_elsewhere(each)] == []
