"""Advisories: known weaknesses of the pinned dependencies, asked of PyPI's advisory service (`make audit`).

Ends with code 1 when one is found. A network without that service is said loudly and is no failure of ours.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.sources import ROOT

PATIENCE_SECONDS = 300

LOUD = "!" * 78


@dataclass(frozen=True, slots=True)
class Audit:
    """What the service said."""

    found: tuple[str, ...]
    """One line for each advisory."""
    asked: int
    """Packages about which it answered."""
    unknown: tuple[str, ...]
    """Packages about which it did not."""


def read(report: Mapping[str, Any]) -> Audit:
    """Return what pip-audit's JSON report says."""
    found: list[str] = []
    unknown: list[str] = []
    packages = report.get("dependencies", [])
    for each in packages:
        if "skip_reason" in each:
            unknown.append(str(each["name"]))
        for advisory in each.get("vulns", ()):
            fixed = ", ".join(advisory.get("fix_versions", ())) or "no version yet"
            found.append(f"{each['name']} {each['version']}: {advisory['id']}, fixed in {fixed}")
    return Audit(tuple(found), len(packages) - len(unknown), tuple(unknown))


def told(audit: Audit) -> tuple[str, int]:
    """Return what to print, and the exit code."""
    if audit.found:
        return "\n".join(("Known weaknesses in what requirements.lock pins:", *audit.found)), 1
    if not audit.asked:
        return f"{LOUD}\nNOT AUDITED: the advisory service cannot be reached from this network.\n{LOUD}", 0
    if audit.unknown:
        names = ", ".join(audit.unknown)
        return f"{audit.asked} packages without a known weakness.\n{LOUD}\nNOT AUDITED: {names}\n{LOUD}", 0
    return f"{audit.asked} packages without a known weakness.", 0


def asked() -> Audit:
    """Ask the service about every pinned package; nothing is installed."""
    words = (
        "pip_audit", "--requirement", str(ROOT / "requirements.lock"), "--require-hashes", "--disable-pip",
        "--format", "json", "--progress-spinner", "off",
    )  # fmt: skip
    try:
        ended = subprocess.run(
            [sys.executable, "-m", *words], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
        return read(json.loads(ended.stdout))
    except (ValueError, subprocess.TimeoutExpired):  # no report: the service broke off or did not answer
        return Audit((), 0, ())


if __name__ == "__main__":
    text, code = told(asked())
    sys.stdout.write(text + "\n")
    sys.exit(code)
