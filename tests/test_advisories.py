"""A known weakness of a dependency fails the build, and a network without the advisory service is not kept quiet."""

from typing import Any

from tests import advisories

CLEAN: dict[str, Any] = {"name": "aiohttp", "version": "3.14.0", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "description": "…"}],
}
UNKNOWN: dict[str, Any] = {"name": "yarl", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def test_an_advisory_fails() -> None:
    text, code = advisories.told(advisories.read({"dependencies": [CLEAN, WEAK, UNKNOWN]}))

    assert code == 1
    assert "jinja2 2.0: PYSEC-2019-217, fixed in 2.10.1" in text


def test_a_network_without_the_service_is_said_loudly() -> None:
    for report in ({"dependencies": [UNKNOWN]}, {}):
        text, code = advisories.told(advisories.read(report))

        assert code == 0
        assert "NOT AUDITED" in text


def test_what_was_asked_about_is_counted() -> None:
    text, code = advisories.told(advisories.read({"dependencies": [CLEAN]}))

    assert (text, code) == ("1 packages without a known weakness.", 0)
